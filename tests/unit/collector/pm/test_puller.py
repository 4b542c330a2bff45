"""One source over time: what is new is taken in, what fails is asked more rarely and told once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from collector.pm.folder import Folder
from collector.pm.offers import Offer, Place
from collector.pm.puller import Puller
from omc.bus.local import LocalBus
from omc.core.errors import Unreachable
from omc.core.model import Event, EventKind
from tests.unit.collector.pm.test_intake import PLAIN, Office


class Flaky:
    """A place that fails as often as it is told to, and then has nothing."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.looks = 0
        self._error = error or Unreachable("nobody there", endpoint="place")
        self._failures = failures

    async def offers(self) -> list[Offer]:
        self.looks += 1
        if self.looks <= self._failures:
            raise self._error
        return []

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        raise AssertionError

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        raise AssertionError

    async def close(self) -> None:
        self.looks = -1


class Partly:
    """A place of which some files cannot be fetched."""

    def __init__(
        self, folder: Path, names: list[str], broken: set[str], error: Exception | None = None
    ) -> None:
        self.fetched: list[str] = []
        self._error = error or Unreachable("HTTP 404", endpoint="place")
        self._folder = folder
        self._names = names
        self._broken = broken

    async def offers(self) -> list[Offer]:
        return [Offer(name, "1") for name in self._names]

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        self.fetched.append(offer.name)
        if offer.name in self._broken:
            raise self._error
        return self._folder / offer.name

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing is open."""


def puller(office: Office, place: Place, interval: float = 60.0) -> tuple[Puller, list[Event]]:
    events: list[Event] = []
    bus = LocalBus()
    bus.listen(on_event=events.append)
    spool = office.folder / "spool"
    made = Puller("p", place, interval, office.intake, office.ledger, spool, bus, office.clock)
    return made, events


def drop(folder: Path, name: str, content: str, age: float = 60.0) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    now = 1_795_479_360.0 - age  # the office's clock
    os.utime(path, (now, now))
    return path


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


def folder_of(office: Office, *, delete: bool = False) -> tuple[Path, Folder]:
    path = office.folder / "incoming"
    path.mkdir()
    return path, Folder(path, ["A*.xml"], 5.0, office.clock, delete=delete)


def test_a_folder_is_read_with_its_folders_and_each_file_once(tmp_path: Path) -> None:
    office = Office(tmp_path)
    incoming, place = folder_of(office)
    drop(incoming, "deep/er/A1.xml", PLAIN)
    drop(incoming, ".hidden/A2.xml", PLAIN)
    drop(incoming, "B3.xml", PLAIN)
    drop(incoming, "A4.xml", PLAIN, age=2.0)  # may still be written to
    (incoming / "A5.xml").symlink_to("/etc/passwd")
    os.mkfifo(incoming / "A6.xml")
    reader, _ = puller(office, place)
    asyncio.run(reader.look())
    assert dict(office.intake.counts.files) == {("p", "read"): 1}
    asyncio.run(reader.look())
    assert dict(office.intake.counts.files) == {("p", "read"): 1}
    office.clock.advance(10)
    asyncio.run(reader.look())
    assert dict(office.intake.counts.files) == {("p", "read"): 1, ("p", "repeated"): 1}
    drop(incoming, "A4.xml", PLAIN.replace(">90<", ">91<"), age=30.0)
    asyncio.run(reader.look())
    assert office.intake.counts.files["p", "corrected"] == 1
    assert reader.waiting == 0


def test_only_what_was_read_is_deleted(tmp_path: Path) -> None:
    office = Office(tmp_path)
    incoming, place = folder_of(office, delete=True)
    good = drop(incoming, "A1.xml", PLAIN)
    bad = drop(incoming, "A2.xml", PLAIN[:-20])
    reader, _ = puller(office, place)
    asyncio.run(reader.look())
    assert not good.exists()
    assert bad.exists()
    assert office.intake.counts.files["p", "damaged"] == 1


@pytest.mark.parametrize("error", [None, ValueError("a bug of ours or of a library")])
async def test_a_failing_source_is_told_once_and_asked_more_rarely(
    tmp_path: Path, error: Exception | None
) -> None:
    office = Office(tmp_path)
    place = Flaky(failures=3, error=error)
    reader, events = puller(office, place, interval=0.02)
    task = asyncio.create_task(reader.run())
    await until(lambda: reader.is_up is True)
    assert reader.looks[False] == 3
    assert [event.kind for event in events] == [EventKind.SOURCE_DOWN, EventKind.SOURCE_UP]
    assert events[0].labels == (("source", "p"),)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert place.looks == -1  # closed


async def test_a_place_of_which_a_file_is_announced_is_looked_at_before_it_is_time(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    place = Flaky(failures=0)
    reader, _ = puller(office, place, interval=3600.0)
    task = asyncio.create_task(reader.run())
    await until(lambda: reader.looks[True] == 1)
    reader.look_soon()
    # Twice: what may still grow is offered at the second look only.
    await until(lambda: reader.looks[True] == 3)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_files_that_cannot_be_fetched_cost_no_other(tmp_path: Path) -> None:
    office = Office(tmp_path)
    names = [f"A{number}.xml" for number in range(8)]
    for name in names:
        drop(tmp_path, name, PLAIN)
    place = Partly(tmp_path, names, broken=set(names[:4]))
    reader, _ = puller(office, place)
    with pytest.raises(Unreachable):  # three in a row: the place may be away
        await reader.look()
    assert place.fetched == names[:3]
    with pytest.raises(Unreachable):
        await reader.look()
    assert place.fetched[3:] == [*names[3:], names[0], names[1], names[2]]
    assert sum(office.intake.counts.files.values()) == 4


async def test_a_file_in_an_encoding_that_is_not_read_is_refused_and_costs_no_other(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    incoming, place = folder_of(office)
    drop(incoming, "A1.xml", PLAIN.replace('encoding="UTF-8"', 'encoding="GBK"'))
    drop(incoming, "A2.xml", PLAIN)
    reader, _ = puller(office, place)
    await reader.look()
    await reader.look()
    assert dict(office.intake.counts.files) == {("p", "refused"): 1, ("p", "read"): 1}


async def test_a_bug_in_fetching_one_file_costs_that_file_and_no_other(tmp_path: Path) -> None:
    office = Office(tmp_path)
    drop(tmp_path, "A2.xml", PLAIN)
    place = Partly(tmp_path, ["A1.xml", "A2.xml"], {"A1.xml"}, RuntimeError("a bug"))
    reader, _ = puller(office, place)
    await reader.look()
    await reader.look()
    assert place.fetched == ["A1.xml", "A2.xml"]
    assert dict(office.intake.counts.files) == {("p", "refused"): 1, ("p", "read"): 1}


async def test_a_ledger_without_room_is_a_failure_that_is_tried_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    incoming, place = folder_of(office)
    drop(incoming, "A1.xml", PLAIN)
    reader, _ = puller(office, place, interval=0.02)
    (tmp_path / "pm.db").chmod(0o400)
    ledger = tmp_path / "pm.db"
    hidden = ledger.rename(tmp_path / "elsewhere.db")
    ledger.mkdir()  # SQLite cannot open it, whoever runs the test
    task = asyncio.create_task(reader.run())
    await until(lambda: reader.looks[False] > 0)
    ledger.rmdir()
    hidden.chmod(0o600)
    hidden.rename(ledger)
    await until(lambda: reader.is_up is True)
    assert office.intake.counts.files["p", "read"] == 1
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
