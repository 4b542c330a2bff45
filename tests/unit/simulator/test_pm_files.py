"""Measurement files of the simulated base stations, read by the product itself."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.pm.style import StyleSet
from collector.pm.trial import CellReading, Trial
from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder
from omc.simulator.cell_readings import Period, cell_activities, cell_readings
from omc.simulator.network import Technology
from omc.simulator.pm_files import PmFiles
from omc.simulator.pm_styles import VENDORS, load_style
from omc.simulator.province import Province
from omc.simulator.world import Moment, World
from tests.unit.simulator.worlds import quiet_time

PERIOD = 900.0
END = quiet_time() // PERIOD * PERIOD


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(config_folder() / "metrics")


def province_of(sites: int = 30) -> World:
    return World(Province.generate(7, sites))


def _besides_cell(labels: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, text) for name, text in labels.items() if name != "cell")


def read(folder: Path) -> Iterator[CellReading]:
    trial = Trial(
        StyleSet.load([config_folder() / "pm"], catalogue()), catalogue(), ZoneInfo("UTC")
    )
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            trial.read(file, path.name)
    return trial.readings()


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendor_counts_what_ratios_of_4g_are_made_of(vendor: str) -> None:
    counted = {metric for metric, _ in load_style(vendor, Technology.LTE).counters}
    assert {"lte_rrc_setup_attempts", "lte_rrc_setup_successes"} <= counted


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("technology", Technology)
def test_every_vendor_has_words_for_every_generation(vendor: str, technology: Technology) -> None:
    assert len(load_style(vendor, technology).counters) >= 3


def test_what_is_written_is_read_back_as_what_was_meant(tmp_path: Path) -> None:
    world = province_of()
    files = PmFiles(world, tmp_path, PERIOD)
    written = list(files.write(END))
    assert len(written) == len(world.province.sites)
    moment = Moment(world, END)
    meant = {
        (activity.cell.name, r.metric, _besides_cell(r.labels)): r.value
        for site in cell_activities(world)
        for activity in site
        for r in cell_readings(moment, activity, Period(END - PERIOD, END))
    }
    compared = 0
    for cell in read(tmp_path):
        assert cell.end_ms == END * 1000
        assert cell.period == PERIOD
        for value in cell.values:
            key = (cell.cell.name, value.metric.name, _besides_cell(dict(value.labels)))
            if value.counters and key in meant:
                # A counter is whole, so small values lose up to half a count.
                assert value.value == pytest.approx(meant[key], rel=0.02, abs=0.6), key
                compared += 1
    assert compared > 2000


def test_files_are_called_as_the_standard_wants_it(tmp_path: Path) -> None:
    files = PmFiles(province_of(4), tmp_path, PERIOD)
    [name, *_] = sorted(path.name for path in files.write(1_780_000_200.0))
    assert name == "A20260529.0315+0700-0330+0700_" + name.rpartition("_")[2]


def test_both_forms_of_the_standard_are_written(tmp_path: Path) -> None:
    texts = [
        gzip.decompress(path.read_bytes())
        for path in PmFiles(province_of(), tmp_path, PERIOD).write(END)
    ]
    assert any(b"<measResults>" in text for text in texts)
    assert any(b'<r p="1">' in text for text in texts)


def test_who_cannot_be_heard_writes_nothing(tmp_path: Path) -> None:
    world = province_of(6)
    files = PmFiles(world, tmp_path, PERIOD)
    names = [path.name for path in files.write(END, lambda site: site != 0)]
    assert len(names) == 5
    assert not [name for name in names if world.province.sites[0].code in name]


def test_a_sleeping_cell_is_asleep_in_its_files_too(tmp_path: Path) -> None:
    world = province_of(4)
    sleeper = next(i for i, c in enumerate(world.province.cells) if c.technology is Technology.LTE)
    volumes = []
    for folder in ("awake", "asleep"):
        list(PmFiles(world, tmp_path / folder, PERIOD).write(END))
        volumes += [
            value.value
            for cell in read(tmp_path / folder)
            if cell.cell.name == world.province.cells[sleeper].name
            for value in cell.values
            if value.metric.name == "lte_pdcp_volume_bytes" and ("direction", "dl") in value.labels
        ]
        world.faults.put_to_sleep(sleeper, END - 2 * PERIOD)
    before, after = volumes
    assert after < 0.02 * before
