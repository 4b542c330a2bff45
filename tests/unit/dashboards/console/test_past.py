"""Questions of charts, asked of the process that answers them."""

from __future__ import annotations

from pathlib import Path

import pytest

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
