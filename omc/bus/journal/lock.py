"""One journal, one process: two would deliver the same samples and number new ones alike."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from omc.bus.journal.faults import JournalUnavailable, sqlite_faults


def lock_journal(path: Path) -> IO[bytes]:
    """Take a journal for this process, until what is returned is closed or the process ends.

    Raises:
        JournalUnavailable: another process has it, or the folder cannot be written to.
    """
    with sqlite_faults():
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.with_name(f"{path.name}.lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise JournalUnavailable("another process uses it") from None
    return file
