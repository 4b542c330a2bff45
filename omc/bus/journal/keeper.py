"""Keeps the journal's file open in a thread of its own, whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

import structlog

from omc.bus.journal.faults import JournalUnavailable
from omc.bus.journal.file import Changes, Committed, Found, JournalFile, Wanted
from omc.bus.journal.lock import lock_journal
from omc.bus.journal.repair import SetAside, open_journal, replace_journal
from omc.core.clock import Clock
from omc.core.model import Series

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Keeper:
    """The file, and the thread that works on it. All methods raise what `JournalFile` raises.

    Args:
        path: Where it is; the folder is made when it is missing.
        clock: Names files that are set aside.

    Attributes:
        set_aside: Files that were damaged and set aside.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.set_aside = 0
        self._path = path
        self._clock = clock
        self._file: JournalFile | None = None
        self._lock: IO[bytes] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    @property
    def is_open(self) -> bool:
        """Whether there is a file to work on."""
        return self._file is not None

    async def open(self) -> int:
        """Open the file, set aside what is damaged; returns the last seq in it."""
        return await self._run(self._open)

    async def commit(self, changes: Changes) -> Committed:
        """Write everything or nothing."""
        return await self._run(lambda: self._opened.commit(changes))

    async def read(self, wanted: Wanted) -> Found:
        """Blocks that a consumer has not acknowledged."""
        return await self._run(lambda: self._opened.read(wanted))

    async def backlog(self, consumer: str, away: frozenset[int]) -> int:
        """Samples that a consumer has not acknowledged, besides those that are elsewhere."""
        return await self._run(lambda: self._opened.backlog(consumer, away))

    async def replace(self, reason: str) -> None:
        """Set the damaged file aside and go on with what could be saved of it."""
        await self._run(lambda: self._replace(reason))

    def forget(self, series: Series) -> None:
        """A series that will not come again."""
        if self._file is not None:
            self._file.forget(series)

    async def close(self) -> None:
        """Close the file and end the thread."""
        await self._run(self._end)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def _opened(self) -> JournalFile:
        if self._file is None:
            raise JournalUnavailable("it is not open")
        return self._file

    def _open(self) -> int:
        self._lock = self._lock or lock_journal(self._path)
        self._file, aside = open_journal(self._path, self._clock.time_ms())
        if aside is not None:
            self._count(aside)
        return self._file.last_seq

    def _end(self) -> None:
        self._close()
        if self._lock is not None:
            self._lock.close()

    def _replace(self, reason: str) -> None:
        self._close()
        self._file, aside = replace_journal(self._path, reason, self._clock.time_ms())
        self._count(aside)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _count(self, aside: SetAside) -> None:
        self.set_aside += 1
        log.error(
            "journal_set_aside",
            reason=aside.reason,
            moved_to=str(aside.path),
            saved_batches=aside.batches,
            saved_samples=aside.samples,
        )
