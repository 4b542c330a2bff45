"""Files that are replaced as a whole: whoever reads sees the old one or the new one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: Of files that nobody but their owner may read.
_PRIVATE = 0o600


def replace_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file beside its place, then move it there. Blocks until it is on disk.

    Args:
        path: Its place.
        content: All of it.
        private: Nobody but its owner may ever read it; else it keeps the mode that it had.

    Raises:
        OSError: it cannot be written; what was there is untouched.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    try:
        with open(beside, "wb", opener=_open_private if private else None) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not private:
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk: without it a crash may undo that a file was moved."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)
