"""Files written by hand, one of each form and vendor, and the values that a person worked out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.pm.style import StyleSet
from collector.pm.trial import CellReading, Trial
from omc.core.catalogue import Catalogue
from omc.core.inventory import Cell, Inventory, Node, NodeKind, Site, Technology
from omc.core.model import CellName, NodeName, SiteCode
from omc.core.resources import config_folder

FOLDER = Path(__file__).parents[3] / "measurement_files"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".expected")
CATALOGUE = Catalogue.load(config_folder() / "metrics")
STYLES = StyleSet.load([config_folder() / "pm"], CATALOGUE)
SITE = SiteCode("VPH001")
ABSENT = "-"


def _cell(name: str, technology: Technology, identity: str | None = None) -> Cell:
    return Cell(CellName(name), SITE, technology, "B3", 1, identity=identity)


INVENTORY = Inventory(
    sites=[Site(SITE, "Vĩnh Phúc 1", 21.3, 105.6)],
    nodes=[
        Node(NodeName(name), NodeKind.RADIO, SITE)
        for name in ("VPH001-ENB", "VPH001-GNB", "VPH-RNC1")
    ],
    cells=[
        _cell("VPH001-L18-1", Technology.G4),
        _cell("VPH001-L18-2", Technology.G4),
        _cell("VPH001-L18-3", Technology.G4, "MRBTS-1001/LNBTS-1001/LNCEL-3"),
        _cell("VPH001-L21-1", Technology.G4, "VPH001-ENB/1"),
        _cell("VPH001-U21-1", Technology.G3),
        _cell("VPH001-N26-1", Technology.G5),
        _cell("VPH001-N26-2", Technology.G5, "MRBTS-2001/NRBTS-2001/NRCELL-0"),
    ],
)


def _trial(path: Path) -> Trial:
    trial = Trial(STYLES, CATALOGUE, ZoneInfo("Asia/Ho_Chi_Minh"), INVENTORY)
    with path.open("rb") as file:
        trial.read(file, path.name)
    return trial


def _values(reading: CellReading) -> Iterator[tuple[str, float]]:
    for value in reading.values:
        labels = ",".join(f"{name}={text}" for name, text in value.labels)
        yield f"{value.metric.name}{{{labels}}}" if labels else value.metric.name, value.value


def _expected(path: Path) -> list[list[str]]:
    lines = (FOLDER / f"{path.name.split('.')[0]}.expected").read_text(encoding="utf-8")
    return [line.split(" ", 2) for line in lines.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_gives_the_values_that_were_worked_out_to_the_last_digit(path: Path) -> None:
    trial = _trial(path)
    readings = {reading.cell.name: reading for reading in trial.readings()}
    values = {name: dict(_values(reading)) for name, reading in readings.items()}
    damages = []
    for first, name, *rest in _expected(path):
        if first == "damage":
            damages.append(f"{name} {rest[0]}")
        elif name == "suspect":
            assert readings[CellName(first)].suspect
        elif rest[0] == ABSENT:
            assert name not in values.get(CellName(first), {}), name
        else:
            assert values[CellName(first)][name] == float(rest[0]), name
    assert all(any(text in told for told in trial.tally.damages) for text in damages)
    assert len(trial.tally.damages) == len(damages)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_form_tells_the_same_end_and_length_of_its_period(path: Path) -> None:
    found = {(reading.end_ms, reading.period) for reading in _trial(path).readings()}
    assert found == {(1_795_479_300_000, 900)}


def test_cells_that_are_not_in_the_inventory_are_counted_and_left_out() -> None:
    trial = _trial(FOLDER / "lte-suspect.xml")
    assert "NOBODYS" not in {reading.cell.name for reading in trial.readings()}
    assert trial.unknown == {"ENBFunction=1,EUtranCellFDD=NOBODYS": 1}


def test_there_is_a_file_of_each_form() -> None:
    assert len(FILES) >= 12
    assert {"".join(path.suffixes) for path in FILES} == {".xml", ".xml.gz", ".tar.gz"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_without_an_inventory_the_same_cells_are_found_by_their_names(path: Path) -> None:
    trial = Trial(STYLES, CATALOGUE, ZoneInfo("Asia/Ho_Chi_Minh"))
    with path.open("rb") as file:
        trial.read(file, path.name)
    found = list(trial.readings())
    known = list(_trial(path).readings())
    assert len(found) >= len(known)
    assert {one.cell.technology for one in known} <= {one.cell.technology for one in found}
