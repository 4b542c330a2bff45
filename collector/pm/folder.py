"""A folder of this machine that files are put into."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.pm.offers import Offer
from omc.core.clock import Clock


class Folder:
    """Offers the files of a folder and of folders in it; names that begin with a dot are hidden.

    Args:
        path: The folder.
        patterns: Of file names.
        settle: Seconds that a file must not have changed: then nobody writes it any more.
        delete: Files that were taken in are deleted.
        clock: The time.
    """

    def __init__(
        self, path: Path, patterns: Sequence[str], settle: float, clock: Clock, *, delete: bool
    ) -> None:
        self._path = path
        self._patterns = patterns
        self._settle_ms = settle * 1000
        self._clock = clock
        self._delete = delete

    async def offers(self) -> list[Offer]:
        return await asyncio.to_thread(lambda: sorted(self._found(), key=lambda one: one.name))

    def _found(self) -> Iterator[Offer]:
        latest_ms = self._clock.time_ms() - self._settle_ms
        for folder, folders, names in os.walk(self._path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                if name.startswith(".") or path.is_symlink() or not path.is_file():
                    continue
                try:
                    state = path.stat()
                except FileNotFoundError:
                    continue
                relative = path.relative_to(self._path).as_posix()
                offer = Offer(relative, f"{state.st_size}:{state.st_mtime_ns}", state.st_size)
                if offer.fits(self._patterns) and state.st_mtime_ns / 1e6 <= latest_ms:
                    yield offer

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        return self._path / offer.name

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        if self._delete and was_read:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def close(self) -> None:
        """Nothing is open."""
