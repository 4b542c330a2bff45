"""Takes files in: each once, its periods put together with what is known of them, and published."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import structlog

from collector.pm.extract import Extract, Extractor, PeriodKey
from collector.pm.harvest import FileTally, harvest
from collector.pm.ledger import FileRecord, Ledger, PeriodRecord
from collector.pm.measurements import Measurements
from collector.pm.punctuality import Punctuality
from omc.bus.base import Bus
from omc.core.clock import Clock
from omc.core.errors import OmcError
from omc.core.model import Batch

log = structlog.get_logger(__name__)

#: A period that ends later than this from now comes from a clock that is wrong.
_FUTURE_MS = 10 * 60 * 1000
_READ_AT_ONCE = 1 << 20
_LONGEST_DETAIL = 500


class Result(StrEnum):
    """What came of a file.

    READ: it told something new. CORRECTED: of a period that was known. REPEATED: its bytes, or all
    that they tell, were known. DAMAGED: it could be read up to some place. REFUSED: nothing of it
    could be read. FOREIGN: it was read, and has no counter of any known cell.
    """

    READ = "read"
    CORRECTED = "corrected"
    REPEATED = "repeated"
    DAMAGED = "damaged"
    REFUSED = "refused"
    FOREIGN = "foreign"


@dataclass(slots=True)
class IntakeCounts:
    """What was taken in since the start.

    Attributes:
        files: By source and result.
        samples: Samples published.
        rejected: Values that became no sample, by reason.
    """

    files: Counter[tuple[str, str]] = field(default_factory=Counter)
    samples: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Outcome:
    """What one file changed."""

    tally: FileTally = field(default_factory=FileTally)
    keys: dict[PeriodKey, bool] = field(default_factory=dict)
    corrected: bool = False
    counters: int = 0

    @property
    def result(self) -> Result:
        if self.tally.damages:
            return Result.DAMAGED if self.keys else Result.REFUSED
        if not self.keys:
            return Result.FOREIGN
        if not any(self.keys.values()):
            return Result.REPEATED
        return Result.CORRECTED if self.corrected else Result.READ


class Intake:
    """Takes in files, one at a time.

    Args:
        extractor: Picks counters out of documents.
        measurements: Turns counters into samples.
        punctuality: Is told of every period that was reported.
        ledger: Remembers.
        bus: Takes samples.
        clock: The time.
        zone: Of times that do not name their offset.
        largest: Bytes that may come out of one file at most.

    Attributes:
        counts: Since the start.
    """

    def __init__(
        self,
        extractor: Extractor,
        measurements: Measurements,
        punctuality: Punctuality,
        ledger: Ledger,
        bus: Bus,
        clock: Clock,
        *,
        zone: tzinfo,
        largest: int,
    ) -> None:
        self.counts = IntakeCounts()
        self._extractor = extractor
        self._measurements = measurements
        self._punctuality = punctuality
        self._ledger = ledger
        self._bus = bus
        self._clock = clock
        self._zone = zone
        self._largest = largest

    async def take(self, path: Path, name: str, source: str) -> Result:
        """Take in one file; returns when everything is as safe as the bus makes it.

        Args:
            path: Where it is.
            name: What its source calls it.
            source: Name of the source.

        Raises:
            OSError: it cannot be read. It may be tried again.
            sqlite3.Error: the ledger cannot be written. It may be tried again.
        """
        async with self._ledger.turn:
            digest = await asyncio.to_thread(_digest, path)
            if self._is_repeated(digest):
                result, detail = Result.REPEATED, ""
            else:
                result, detail = await self._guarded(path, name, source, digest)
        self.counts.files[source, result.value] += 1
        if result in (Result.DAMAGED, Result.REFUSED):
            log.warning("pm_file_damaged", source=source, file=name, result=result, reason=detail)
        return result

    def _is_repeated(self, digest: bytes) -> bool:
        """Whether a file came before; counts it to the periods that it told of."""
        with self._ledger.entry() as entry:
            keys = entry.repeated(digest)
            records = [entry.count_repeat(key) for key in keys or ()]
        for record in filter(None, records):
            self._publish(self._punctuality.reported(record))
        return keys is not None

    async def _guarded(
        self, path: Path, name: str, source: str, digest: bytes
    ) -> tuple[Result, str]:
        """Read a file; a bug that it meets costs this file, no other."""
        try:
            return await self._read(path, name, source, digest)
        except (OmcError, OSError, sqlite3.Error):
            raise
        except Exception as error:
            log.exception("pm_file_failed_internally", source=source, file=name)
            detail = f"internal error: {type(error).__name__}: {error}"[:_LONGEST_DETAIL]
        now_ms = self._clock.time_ms()
        record = FileRecord(digest, name, source, now_ms, Result.REFUSED, detail, 0)
        with self._ledger.entry() as entry:
            entry.add_file(record, ())
        return Result.REFUSED, detail

    async def _read(self, path: Path, name: str, source: str, digest: bytes) -> tuple[Result, str]:
        outcome = _Outcome()
        with path.open("rb") as file:
            await self._gather(file, name, outcome)
        result, tally = outcome.result, outcome.tally
        detail = "; ".join((*tally.damages, *tally.faults))[:_LONGEST_DETAIL]
        now_ms = self._clock.time_ms()
        record = FileRecord(digest, name, source, now_ms, result, detail, outcome.counters)
        with self._ledger.entry() as entry:
            entry.add_file(record, outcome.keys)
            told = [entry.count_repeat(key) for key, is_new in outcome.keys.items() if not is_new]
        for period in filter(None, told):
            self._publish(self._punctuality.reported(period))
        return result, detail

    async def _gather(self, file: BinaryIO, name: str, outcome: _Outcome) -> None:
        """Read a file, a few milliseconds at a time so that others have their turn."""
        self._extractor.take()  # what is left of a file that could not be taken in
        zone, largest = self._zone, self._largest
        for step in harvest(file, name, self._extractor, zone, largest, outcome.tally):
            changed = []
            for key, extract in step.items():
                told = self._put_together(key, extract, outcome)
                if told is not None:
                    changed.append(told)
                await asyncio.sleep(0)
            if changed:
                await self._bus.settled()
                with self._ledger.entry() as entry:
                    for record, merged in changed:
                        entry.put_period(record, merged)
            await asyncio.sleep(0)
        for rejected in (self._extractor.rejected, self._measurements.rejected):
            self.counts.rejected.update(rejected)
            rejected.clear()

    def _put_together(
        self, key: PeriodKey, extract: Extract, outcome: _Outcome
    ) -> tuple[PeriodRecord, Extract] | None:
        """Join what a file tells of a period with what is known of it, and publish what changed.

        Returns:
            What is to be remembered; None if nothing changed.
        """
        if key.end_ms > self._clock.time_ms() + _FUTURE_MS:
            self.counts.rejected["future"] += extract.size
            return None
        outcome.counters += extract.size
        known = self._ledger.period(key)
        before, merged = known if known is not None else (None, Extract())
        is_new = merged.merge(extract)
        outcome.corrected |= known is not None and is_new and key not in outcome.keys
        outcome.keys[key] = outcome.keys.get(key, False) or is_new
        if not is_new:
            return None
        record = self._record(key, before, merged)
        self._publish(self._measurements.batches(key, merged))
        self._publish(self._punctuality.reported(record))
        return record, merged

    def _record(self, key: PeriodKey, before: PeriodRecord | None, merged: Extract) -> PeriodRecord:
        is_suspect = bool(merged.suspect_cells)
        if before is not None:
            return PeriodRecord(key, before.time_ms, before.is_late, is_suspect, before.repeats)
        now_ms = self._clock.time_ms()
        return PeriodRecord(key, now_ms, self._punctuality.is_late(key, now_ms), is_suspect)

    def _publish(self, batches: list[Batch]) -> None:
        for batch in batches:
            self._bus.publish(batch)
            self.counts.samples += len(batch)


def _digest(path: Path) -> bytes:
    """Tells files apart by what is in them."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.digest()
