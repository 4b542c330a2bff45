"""One service has a data folder at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from omc.service.data_folder import LOCK_FILE, DataFolderRefused, held

_HOLD = """
import sys
from pathlib import Path
from omc.service.data_folder import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_service_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with held(folder), pytest.raises(DataFolderRefused) as refused, held(folder):
        pass
    assert f"another service (process {os.getpid()})" in str(refused.value)


def test_a_service_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        with pytest.raises(DataFolderRefused, match=str(first.pid)), held(tmp_path):
            pass
        first.kill()
    with held(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_a_folder_that_cannot_be_made_is_told_with_the_reason(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    told = "cannot be written: Not a directory"
    with pytest.raises(DataFolderRefused, match=told), held(in_the_way / "data"):
        pass
