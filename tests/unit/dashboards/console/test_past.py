"""Questions of charts, asked of the process that answers them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from dashboards.console.past import Past, PastUnknown, Question
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import AreaCode, Batch, SeriesTable, SiteCode
from omc.core.resources import config_folder
from omc.history.writer import ArchiveWriter

VOLTS = "dc_bus_voltage_volts"
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """An archive of ten minutes of one site, 54 V and a volt less every minute, and its begin."""
    folder, clock = tmp_path_factory.mktemp("archive"), ManualClock()
    metric = Catalogue.load(config_folder() / "metrics").metric(VOLTS)
    series = SeriesTable().intern(metric, {"site": "VYE001", "node": "VYE001-REC1"})
    batch, start = Batch("test", 60.0), clock.time_ms()
    for minute in range(10):
        batch.add(series, 54.0 - minute, start + minute * MINUTE_MS)
    clock.advance(600)
    ArchiveWriter(folder, clock).write([batch])
    return folder, start


async def test_values_come_in_steps_by_the_labels_asked_for(archive: tuple[Path, int]) -> None:
    folder, start = archive
    past = Past(folder, {SiteCode("VYE001"): AreaCode("08716")})
    try:
        end, step = start + 10 * MINUTE_MS, 5 * MINUTE_MS
        lines = await past.ask(Question(VOLTS, start, end, step, ("site",), {"site": "VYE001"}))
        assert lines == {("VYE001",): [(start, 52.0), (start + step, 47.0)]}
        by_area = await past.ask(Question(VOLTS, start, end, step, ("area",)))
        assert list(by_area) == [("08716",)]
        assert await past.ask(Question(VOLTS, start, end, step, (), {"site": "NOWHERE"})) == {}
        with pytest.raises(PastUnknown, match="no_such_metric"):
            await past.ask(Question("no_such_metric", start, end, step))
    finally:
        await past.close()


async def test_without_an_archive_there_is_no_past_yet(tmp_path: Path) -> None:
    past = Past(tmp_path / "none", {})
    try:
        assert await past.ask(Question(VOLTS, 0, MINUTE_MS, MINUTE_MS)) == {}
    finally:
        await past.close()


async def test_a_country_of_sites_is_known_by_area(archive: tuple[Path, int]) -> None:
    folder, start = archive
    area_of = {SiteCode(f"SITE{number:05}"): AreaCode("08716") for number in range(20_000)}
    past = Past(folder, area_of | {SiteCode("VYE001"): AreaCode("01234")})
    try:
        end = start + 10 * MINUTE_MS
        lines = await past.ask(Question(VOLTS, start, end, end - start, ("area",)))
        assert list(lines) == [("01234",)]
    finally:
        await past.close()


async def test_only_the_lines_with_the_largest_values_are_told(tmp_path: Path) -> None:
    clock, table, batch = ManualClock(), SeriesTable(), Batch("test", 60.0)
    metric = Catalogue.load(config_folder() / "metrics").metric("rectifier_temperature_celsius")
    start = clock.time_ms()
    for place, celsius in enumerate((10.0, -40.0, 30.0, 20.0)):
        labels = {"site": f"S{place}", "node": f"S{place}-REC1", "module": "1"}
        batch.add(table.intern(metric, labels), celsius, start)
    clock.advance(600)
    ArchiveWriter(tmp_path, clock).write([batch])
    past = Past(tmp_path, {})
    try:
        question = Question(metric.name, start, start + MINUTE_MS, MINUTE_MS, ("site",))
        assert list(await past.ask(replace(question, largest=2))) == [("S1",), ("S2",)]
        assert len(await past.ask(question)) == 4
    finally:
        await past.close()


async def test_a_file_that_cannot_be_read_is_an_answer_and_no_end(
    tmp_path: Path, archive: tuple[Path, int]
) -> None:
    folder, start = tmp_path / "archive", archive[1]
    shutil.copytree(archive[0], folder)
    others = children()
    past = Past(folder, {})
    try:
        question = Question(VOLTS, start, start + MINUTE_MS, MINUTE_MS)
        assert await past.ask(question) != {}
        (process,) = children() - others
        for file in folder.rglob("*.parquet"):
            file.write_bytes(b"no parquet")
        with pytest.raises(PastUnknown, match="parquet"):
            await past.ask(question)
        assert children() - others == {process}
    finally:
        await past.close()


async def test_the_end_of_the_process_is_told_and_the_next_question_answered(
    archive: tuple[Path, int],
) -> None:
    folder, start = archive
    others = children()
    past = Past(folder, {})
    question = Question(VOLTS, start, start + MINUTE_MS, MINUTE_MS)
    try:
        await past.ask(question)
        (process,) = children() - others
        os.kill(process, signal.SIGSTOP)
        asked = asyncio.create_task(past.ask(question))
        await asyncio.sleep(0.1)
        with capture_logs() as logs:
            os.kill(process, signal.SIGKILL)
            with pytest.raises(PastUnknown, match="has ended"):
                await asked
        assert {"event": "past_process_ended", "code": -9}.items() <= logs[0].items()
        assert await past.ask(question) != {}
    finally:
        await past.close()


async def test_waiting_for_others_is_part_of_the_patience(archive: tuple[Path, int]) -> None:
    folder, start = archive
    others = children()
    past = Past(folder, {}, patience=5.0)
    question = Question(VOLTS, start, start + MINUTE_MS, MINUTE_MS)
    try:
        await past.ask(question)
        (process,) = children() - others
        os.kill(process, signal.SIGSTOP)  # the first waits for an answer, the second for the first
        asked = (past.ask(question), past.ask(question))
        first, second = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(first, PastUnknown)
        assert isinstance(second, PastUnknown)
    finally:
        await past.close()


def children() -> set[int]:
    """Processes that this one has started and that live: also servers that tests share."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return {int(word) for word in found.split()}
