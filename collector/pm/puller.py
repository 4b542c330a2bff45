"""Reads one place for as long as the service lives: looks, fetches what is new, takes it in."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Never

import structlog

from collector.pm.intake import Intake, Result
from collector.pm.ledger import Ledger
from collector.pm.offers import Offer, Place
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.errors import Malformed, SourceError
from omc.core.model import Event, EventKind

log = structlog.get_logger(__name__)

#: A place that fails is asked ever more rarely, down to once in so many intervals.
_LONGEST_PAUSE = 8
#: Seconds between two looks of a place whose files are announced.
_SOON = 2.0
#: Looks after an announcement: some places offer only what two looks saw alike.
_LOOKS_OWED = 2
#: Files in a row that cannot be fetched: then it is the place that fails, and not the files.
_MOST_FAILURES = 3


class Puller:
    """One source.

    Args:
        name: Of the source.
        place: Where it is.
        interval: Seconds between two looks.
        intake: Takes files in.
        ledger: Knows which were taken in.
        spool: Folder for what has to be fetched.
        bus: Is told of failure and recovery.
        clock: The time.

    Attributes:
        looks: Looks since the start, by whether they succeeded.
        waiting: Files that are offered and not yet taken in.
        is_up: The last look succeeded; None before the first.
    """

    def __init__(
        self,
        name: str,
        place: Place,
        interval: float,
        intake: Intake,
        ledger: Ledger,
        spool: Path,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self.name = name
        self.looks = {True: 0, False: 0}
        self.waiting = 0
        self.is_up: bool | None = None
        self._place = place
        self._interval = interval
        self._intake = intake
        self._ledger = ledger
        self._spool = spool
        self._bus = bus
        self._clock = clock
        self._troubled: set[str] = set()
        self._announced = asyncio.Event()
        self._looks_owed = 0

    def look_soon(self) -> None:
        """A file is said to be there: do not wait for the interval to be over."""
        self._looks_owed = _LOOKS_OWED
        self._announced.set()

    async def run(self) -> Never:
        """Look again and again until cancelled."""
        failures = 0
        try:
            while True:
                failures = 0 if await self._look_safely() else failures + 1
                await self._rest(failures)
        finally:
            await self._place.close()

    async def _rest(self, failures: int) -> None:
        """Wait until it is time for the next look. A place that fails is not asked any sooner."""
        pause = self._interval * min(2**failures, _LONGEST_PAUSE)
        if failures:
            await asyncio.sleep(pause)
        elif self._looks_owed:
            await asyncio.sleep(min(_SOON, pause))
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._announced.wait(), pause)
        self._announced.clear()
        self._looks_owed = max(0, self._looks_owed - 1)

    async def _look_safely(self) -> bool:
        try:
            await self.look()
        except (SourceError, OSError, sqlite3.Error) as error:
            self._failed(error)
            return False
        except Exception as error:  # a bug here may cost one place, no more
            if self.is_up is not False:
                log.exception("pm_source_failed_internally", source=self.name)
            self._failed(error)
            return False
        self.looks[True] += 1
        if self.is_up is False:
            log.info("pm_source_recovered", source=self.name)
        if not self.is_up:
            self._tell(EventKind.SOURCE_UP, "")
        self.is_up = True
        return True

    async def look(self) -> None:
        """Take in everything that is new, oldest first.

        Raises:
            SourceError: the place cannot be read now.
            OSError: likewise, or what was fetched cannot be written.
            sqlite3.Error: the ledger cannot be written.
        """
        offers = {offer.name: offer for offer in await self._place.offers()}
        offered = [(offer.name, offer.stamp) for offer in offers.values()]
        async with self._ledger.turn:
            new = await asyncio.to_thread(
                self._ledger.new_among, self.name, offered, self._clock.time_ms()
            )
        self._troubled &= {name for name, _ in new}
        self.waiting, failures = len(new), 0
        # What could not be fetched the last time comes behind what may be well.
        for name, _ in sorted(new, key=lambda one: one[0] in self._troubled):
            try:
                await self._take(offers[name])
            except SourceError as error:
                failures += 1
                self._trouble(name, error)
                if failures == _MOST_FAILURES:
                    raise
                continue
            failures = 0
            self._troubled.discard(name)
            self.waiting -= 1

    def _trouble(self, name: str, error: SourceError) -> None:
        """A file cannot be fetched, though its place can be read."""
        if name not in self._troubled:
            log.warning("pm_file_not_fetched", source=self.name, file=name, reason=str(error))
        self._troubled.add(name)

    async def _take(self, offer: Offer) -> None:
        try:
            path = await self._place.fetch(offer, self._spool)
            result = await self._intake.take(path, offer.name, self.name)
        except FileNotFoundError:
            return  # its owner has taken it away meanwhile
        except Malformed as error:  # it never will be
            log.warning("pm_file_not_fetched", source=self.name, file=offer.name, reason=str(error))
            await self._remember(offer)
            return
        except (SourceError, OSError, sqlite3.Error):
            raise
        except Exception:  # a bug here may cost one file, no more
            log.exception("pm_file_failed_internally", source=self.name, file=offer.name)
            self._intake.counts.files[self.name, Result.REFUSED.value] += 1
            await self._remember(offer)
            return
        await self._remember(offer)
        was_read = result not in (Result.DAMAGED, Result.REFUSED)
        await self._place.done(offer, path, was_read=was_read)

    async def _remember(self, offer: Offer) -> None:
        async with self._ledger.turn:
            self._ledger.add_listed(self.name, offer.name, offer.stamp, self._clock.time_ms())

    def _failed(self, error: Exception) -> None:
        self.looks[False] += 1
        if self.is_up is not False:
            log.warning("pm_source_failed", source=self.name, reason=str(error))
            self._tell(EventKind.SOURCE_DOWN, type(error).__name__.lower())
        self.is_up = False

    def _tell(self, kind: EventKind, text: str) -> None:
        labels = (("source", self.name),)
        now_ms = self._clock.time_ms()
        self._bus.emit(Event(kind, f"pm:source:{self.name}", now_ms, labels, text))
