"""The data folder: one service has it at a time, or alarms and history would be written twice."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from omc.core.errors import OmcError

#: Locked for as long as the service lives; holds the number of its process.
LOCK_FILE = "service.lock"


class DataFolderRefused(OmcError):
    """The data folder cannot be had; the text says why, and what helps."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the data folder for oneself, and make it where it is missing.

    The system lets go of it with the process, however that ends. A file system that knows no locks
    (some network ones) is trusted.

    Raises:
        DataFolderRefused: another service has it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_FILE).open("a+b", buffering=0)
    except OSError as error:
        raise DataFolderRefused(
            f"the data folder {folder} cannot be written: {error.strerror}; "
            "give it to the user that runs this, or change `data`."
        ) from None
    with file:
        _lock(file, folder)
        with contextlib.suppress(OSError):  # a full disk stops nobody
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
        yield


def _lock(file: FileIO, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().decode().strip() or "unknown"
        raise DataFolderRefused(
            f"another service (process {owner}) has the data folder {folder}; "
            "end it, or give this one another folder as `data`."
        ) from None
    except OSError:
        return
