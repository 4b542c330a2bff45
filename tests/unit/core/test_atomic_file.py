"""Files that are replaced as a whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from omc.core.atomic_file import replace_file


def test_a_new_file_is_written(tmp_path: Path) -> None:
    replace_file(tmp_path / "a.csv", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.csv", b"new")]


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old and longer")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_was_there_stays_when_it_cannot_be_replaced(tmp_path: Path) -> None:
    in_the_way = tmp_path / "a.csv"
    in_the_way.mkdir()
    with pytest.raises(OSError, match=r"a\.csv"):
        replace_file(in_the_way, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_private_file_is_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "token"
    replace_file(path, b"new", private=True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_name_is_on_disk_too_when_it_returns(tmp_path: Path) -> None:
    """A folder is opened after the file was moved into it, which is how its names are synced."""
    script = """
import sys
from pathlib import Path
from omc.core.atomic_file import replace_file

path, seen = Path(sys.argv[1]), []
sys.addaudithook(lambda event, args: seen.append((event, *map(str, args[:1]))))
replace_file(path, b"new")
moved = seen.index(("os.rename", str(path.parent / ".a.new")))
assert ("open", str(path.parent)) in seen[moved:], seen
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "a")], check=True)
