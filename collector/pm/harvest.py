"""One file from its first byte to what is wanted of it, in small steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import BinaryIO

from collector.pm.container import Member, members
from collector.pm.document import DocumentReader
from collector.pm.extract import Extract, Extractor, PeriodKey
from omc.core.errors import Malformed

#: Counters that are held at most before they are handed on.
_MOST_HELD = 200_000


@dataclass(slots=True)
class FileTally:
    """What became of one file.

    Attributes:
        documents: Measurement documents in it.
        objects: Measured objects that were read.
        damages: Why it, or a document in it, could not be read to its end.
        faults: What could not be read of what went on; the first few of each document.
        fault_count: How many there were.
    """

    documents: int = 0
    objects: int = 0
    damages: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0


def harvest(
    file: BinaryIO, name: str, extractor: Extractor, zone: tzinfo, limit: int, tally: FileTally
) -> Iterator[Mapping[PeriodKey, Extract]]:
    """Read a file, as far as it can be read. Raises nothing: what is damaged is in the tally.

    Args:
        file: Open for reading bytes.
        name: For people.
        extractor: Takes what is wanted.
        zone: Of times that do not name their offset.
        limit: Bytes that may come out of the file at most.
        tally: Filled in.

    Yields:
        What was gathered since the last step; mostly nothing. A step is some milliseconds of work.
    """
    try:
        for member in members(file, name, limit):
            tally.documents += 1
            for _ in _read(member, extractor, zone, tally):
                yield extractor.take() if extractor.values > _MOST_HELD else {}
    except Malformed as error:
        tally.damages.append(str(error))
    yield extractor.take()


def _read(member: Member, extractor: Extractor, zone: tzinfo, tally: FileTally) -> Iterator[None]:
    reader = DocumentReader(member.name, zone)
    try:
        for chunk in member.chunks:
            for measured in reader.feed(chunk):
                tally.objects += 1
                extractor.add(measured)
            yield
        for measured in reader.close():
            tally.objects += 1
            extractor.add(measured)
    except Malformed as error:
        tally.damages.append(str(error))
        for measured in reader.take():
            tally.objects += 1
            extractor.add(measured)
    tally.faults += reader.faults
    tally.fault_count += reader.fault_count
