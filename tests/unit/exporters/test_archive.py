"""The archive as a sink: at least once in, exactly once out, patient with a disk that is full."""

from __future__ import annotations

import asyncio
from array import array
from pathlib import Path
from random import Random

import pytest

from exporters.archive import ArchiveSink, EventArchive
from exporters.delivery import DeliveryPolicy, SinkDelivery
from omc.bus.local import LocalBus
from omc.core.clock import ManualClock
from omc.core.errors import SinkUnavailable
from omc.core.model import Batch, Event, EventKind, SeriesTable
from omc.history.event_writer import WAITING, EventWriter
from omc.history.reader import History
from omc.history.views import open_for_reading
from omc.history.writer import ArchiveWriter
from tests.sample_data import NEW_YEAR_MS
from tests.shortage import largest_file
from tests.unit.history.archives import CATALOGUE, DAY, LEVEL

RAW_DAYS = 30


class Line:
    """A sink, and what a reader finds behind it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NEW_YEAR_MS + DAY)
        self.folder = folder
        self.sink = ArchiveSink(ArchiveWriter(folder, self.clock), self.clock, RAW_DAYS)
        self.series = SeriesTable().intern(CATALOGUE.metric(LEVEL), {"site": "Trạm Tam Đảo"})

    def batch(self, *ages: int) -> Batch:
        """Samples that are so many milliseconds old; their age is their value."""
        times = array("q", [self.clock.time_ms() - age for age in ages])
        return Batch("test", 60.0, [self.series] * len(ages), array("d", ages), times)

    def found(self) -> list[float]:
        table = History(self.folder, CATALOGUE, threads=1).samples(
            LEVEL, NEW_YEAR_MS - 100 * DAY, NEW_YEAR_MS + 2 * DAY
        )
        return [float(value) for value in table["value"].to_pylist()]


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "archive")


async def test_samples_given_again_are_there_once(line: Line) -> None:
    await line.sink.send([line.batch(3, 2, 1)])
    await line.sink.send([line.batch(3, 2, 1), line.batch(0)])
    assert line.found() == [3.0, 2.0, 1.0, 0.0]


async def test_samples_older_than_the_archive_keeps_them_are_counted_and_let_go(line: Line) -> None:
    await line.sink.send([line.batch(1, 40 * DAY), line.batch(41 * DAY), line.batch(29 * DAY)])
    assert line.sink.too_old == 2
    assert line.found() == [29.0 * DAY, 1.0]


async def test_a_folder_that_cannot_be_made_is_waited_for(line: Line) -> None:
    line.folder.write_text("in the way")
    with pytest.raises(SinkUnavailable, match="cannot write to"):
        await line.sink.send([line.batch(1)])
    line.folder.unlink()
    await line.sink.send([line.batch(1)])
    assert line.found() == [1.0]


async def test_a_full_disk_is_waited_for_and_leaves_no_half_file(line: Line) -> None:
    await line.sink.send([line.batch(5)])
    ages = Random(1).sample(range(10, DAY - 10), 20_000)
    with largest_file(40_000), pytest.raises(SinkUnavailable):
        await line.sink.send([line.batch(*ages)])
    assert len(list(line.folder.rglob("pending/**/*.*"))) == 1
    assert line.found() == [5.0]
    await line.sink.send([line.batch(*ages)])
    assert line.found() == sorted([5.0, *map(float, ages)], reverse=True)


@pytest.mark.parametrize("sound", [0, 4096], ids=["all of it", "all but its first page"])
async def test_a_manifest_that_is_damaged_at_work_is_made_anew_and_nothing_is_lost(
    line: Line, sound: int
) -> None:
    await line.sink.send([line.batch(3)])
    manifest = line.folder / "manifest.sqlite"
    content = manifest.read_bytes()
    manifest.write_bytes(content[:sound] + b"x" * (len(content) - sound))
    await line.sink.send([line.batch(2)])
    await line.sink.send([line.batch(1)])
    assert line.found() == [3.0, 2.0, 1.0]
    assert (line.folder / "manifest.sqlite.broken").exists()


async def test_delivery_brings_what_is_published_into_the_archive(line: Line) -> None:
    bus = LocalBus()
    consumer = bus.consumer("archive", 10_000, any_order=True)
    policy = DeliveryPolicy(max_samples=100, max_wait=0.01)
    delivery = SinkDelivery("archive", consumer, line.sink, line.clock, Random(1), policy)
    for age in range(50, 0, -1):
        bus.publish(line.batch(age))
    bus.close()
    async with asyncio.timeout(20):
        await delivery.run()
    assert delivery.written == 50
    assert line.found() == [float(age) for age in range(50, 0, -1)]


async def test_events_wait_for_a_folder_that_cannot_be_written_to_and_the_last_go_with_the_end(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "archive"
    folder.write_text("a file where the folder should be", encoding="utf-8")
    events = EventArchive(EventWriter(folder, ManualClock(NEW_YEAR_MS)), interval=0.01)
    writing = asyncio.create_task(events.run())
    for text in ("first", "second"):
        events.notice(Event(EventKind.TRAP, "trap:N", NEW_YEAR_MS, (), text))
        await asyncio.sleep(0.05)
    folder.unlink()
    async with asyncio.timeout(20):
        while not (folder / WAITING).exists():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    events.notice(Event(EventKind.TRAP, "trap:N", NEW_YEAR_MS + 1, (), "last"))
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    with open_for_reading(folder, CATALOGUE) as connection:
        found = connection.sql("SELECT text FROM events ORDER BY time, text").fetchall()
    assert found == [("first",), ("second",), ("last",)]
    assert events.dropped == 0
