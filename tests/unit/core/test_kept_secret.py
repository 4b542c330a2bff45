"""Secrets that the service makes for itself."""

from __future__ import annotations

import stat
from pathlib import Path

from omc.core.kept_secret import kept_secret


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "token"
    secret = kept_secret(path)
    assert kept_secret(path) == secret
    assert len(secret) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_a_full_disk_left_empty_is_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.touch(mode=0o600)
    secret = kept_secret(path)
    assert len(secret) >= 32
    assert kept_secret(path) == secret
