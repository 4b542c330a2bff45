"""What a coverage report costs: the prediction, a whole report in every format, and a region.

    python -m bench.coverage [--sites 572] [--days 31] [--provinces 20]

The synthetic province with an archive of its cells' availability and load, hour by hour, in a
temporary folder. The region is the province put side by side many times, its people in a GeoTIFF
of three seconds of arc, as they are published. Each measurement is a process of its own, held to
one core. Figures are written to bench/results/coverage.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine

from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.geometry import MultiPolygon
from omc.core.inventory import AreaLevel, Cell, Inventory, Technology
from omc.core.model import AreaCode, Batch, CellName, SeriesTable, SiteCode
from omc.core.resources import config_folder
from omc.history.maintenance import Maintenance, Retention
from omc.history.writer import ArchiveWriter
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.layout import lay_out
from omc.reports.coverage.population_file import read_settlements
from omc.reports.coverage.prediction import Prediction, Spell
from omc.reports.coverage.study import Ground, study
from omc.reports.geography import geography
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Transmitters
from omc.reports.uptime import PREFIX

RESULTS = Path(__file__).parent / "results"
FORMATS = "xlsx,pdf,html,geojson,gpkg,kml,csv"
LAST = date(2026, 10, 31)
HOUR = 3600.0
#: Batches written at once.
WAITING = 1500
#: Degrees between two provinces of the region, more than the province is wide.
APART = 0.5
#: Degrees: pixels of the region's people.
PIXEL = 3 / 3600


@dataclass(frozen=True)
class Cost:
    """Of one measurement, in a process of its own."""

    cpu_seconds: float
    seconds: float
    rss_mib: float


@dataclass(frozen=True)
class Figures:
    """What came out."""

    sites: int
    cells: int
    km2: float
    days: int
    prediction: Cost
    report_all_formats: Cost
    region_provinces: int
    region: Cost
    region_of_a_quarter: Cost
    load_average: float
    machine: str


def province(folder: Path, sites: int) -> None:
    """Write inventory and settings."""
    command = ["simulate", "province", "--sites", str(sites), "-o", str(folder)]
    subprocess.run([sys.executable, "-m", "omc", *command], check=True, capture_output=True)


def archive(folder: Path, days: int) -> None:
    """Write what every cell told, hour by hour."""
    inventory = Inventory.load(folder / "inventory")
    catalogue = Catalogue.load(config_folder() / "metrics")
    end = datetime(2026, 10, 31, 17, tzinfo=UTC).timestamp()
    hours = [end - (days * 24 - hour - 1) * HOUR for hour in range(days * 24)]
    stamps = array("q", [round(hour * 1000) for hour in hours])
    clock = ManualClock(round((end + 7200) * 1000))
    writer, table = ArchiveWriter(folder / "data" / "archive", clock), SeriesTable()
    waiting: list[Batch] = []
    for number, cell in enumerate(inventory.cells.values()):
        for metric, labels, values in told(cell, number, len(hours)):
            identity = {"site": cell.site, "cell": cell.name, **labels}
            series = table.intern(catalogue.metric(metric), identity)
            column = [series] * len(hours)
            waiting.append(Batch("bench", HOUR, column, array("d", values), stamps, HOUR))
        if len(waiting) > WAITING:
            sys.stderr.write(f"\rwriting cell {number + 1} of {len(inventory.cells)} ")
            writer.write(waiting)
            waiting = []
    writer.write(waiting)
    sys.stderr.write("\nclosing the days\n")
    Maintenance(folder / "data" / "archive", catalogue, clock, Retention()).run(everything=True)


def told(
    cell: Cell, number: int, hours: int
) -> Iterator[tuple[str, dict[str, str], Iterable[float]]]:
    """Metrics of a cell with their labels, and a value for each hour."""
    prefix, downlink = PREFIX[cell.technology], {"direction": "dl"}
    volume = "utran_volume" if cell.technology is Technology.G3 else f"{prefix}_pdcp_volume"
    yield f"{prefix}_cell_observed_seconds", {}, [HOUR] * hours
    yield f"{prefix}_cell_unavailable_seconds", {"cause": "fault"}, outages(number, hours)
    yield f"{prefix}_connected_users", {}, [20.0] * hours
    yield f"{volume}_bytes", downlink, [1e9] * hours
    if cell.technology is not Technology.G3:
        yield f"{prefix}_prb_utilisation_ratio", downlink, [0.4] * hours
        yield f"{prefix}_prb_available", downlink, [100.0] * hours


def outages(number: int, hours: int) -> list[float]:
    """Seconds out in each hour: half an hour, three times a month, as mains fail."""
    return [1800.0 if (hour + number // 9) % 248 == 0 else 0.0 for hour in range(hours)]


def measured(*arguments: str) -> Cost:
    """Run a part of this module in a process of its own, on one core."""
    sys.stderr.write(f"measuring {' '.join(arguments[3:])}\n")
    core = str(min(os.sched_getaffinity(0)))
    command = ["taskset", "-c", core, sys.executable, "-m", *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return Cost(**json.loads(output.splitlines()[-1]))


def own_cost(work: Callable[[], None]) -> None:
    """Do something and print what it took."""
    cpu, wall = time.process_time(), time.monotonic()
    work()
    seconds = round(time.process_time() - cpu, 2), round(time.monotonic() - wall, 2)
    cost = Cost(*seconds, round(peak_mib(), 1))
    sys.stdout.write(json.dumps(asdict(cost)) + "\n")


def peak_mib() -> float:
    """Most memory that this process had at once; what getrusage says outlives exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def predict(folder: Path) -> None:
    """Levels and availability of three technologies on the province's grid, nothing else."""
    inventory = Inventory.load(folder / "inventory")
    parameters = RadioParameters.load()
    layout = lay_out(inventory, geography(inventory, AreaLevel.COMMUNE, LAST), 100.0)
    spell = Spell(dict.fromkeys(inventory.cells, 0.999))
    of = parameters.technologies.technologies
    thresholds = {t: of[t].threshold_dbm for t in Technology}

    def work() -> None:
        cells = inventory.cells.values()
        stations = Transmitters(parameters).stations(inventory, Technology, cells)
        prediction = Prediction(stations, layout.plane, thresholds, [spell])
        for tile in layout.tiles:
            prediction.on(tile, clutter_db(tile, layout.population, parameters.propagation))

    own_cost(work)


def report(folder: Path, output: Path) -> None:
    """`omc report coverage`, from the first import to the last file."""
    from omc.cli import main_group

    days = ["--from", "2026-10-01", "--to", str(LAST)]
    arguments = ["report", "coverage", "-c", str(folder / "omc.yaml"), *days]
    arguments += ["--format", FORMATS, "-o", str(output)]

    def work() -> None:
        kept = os.dup(1)
        os.dup2(2, 1)
        main_group.main(arguments, standalone_mode=False)
        os.dup2(kept, 1)

    own_cost(work)


def region(folder: Path, provinces: int) -> None:
    """The same province many times, side by side."""
    whole = side_by_side(Inventory.load(folder / "inventory"), provinces)
    parameters = RadioParameters.load()

    def work() -> None:
        cells = whole.cells.values()
        stations = Transmitters(parameters).stations(whole, Technology, cells)
        settlements = read_settlements(folder / people_file(provinces), 100.0, LAST.year)
        layout = lay_out(whole, geography(whole, AreaLevel.COMMUNE, LAST), 100.0, settlements)
        spell = Spell(dict.fromkeys(whole.cells, 0.999))
        study(Ground(whole, layout, parameters), stations, tuple(Technology), [spell, spell])

    own_cost(work)


def people_file(provinces: int) -> str:
    """Name of the file of a region's people."""
    return f"people-{provinces}.tif"


def write_people(folder: Path, provinces: int) -> None:
    """People in every pixel of a region."""
    sites = side_by_side(Inventory.load(folder / "inventory"), provinces).sites.values()
    west, east = min(s.longitude for s in sites) - APART, max(s.longitude for s in sites) + APART
    south, north = min(s.latitude for s in sites) - APART, max(s.latitude for s in sites) + APART
    shape = round((north - south) / PIXEL), round((east - west) / PIXEL)
    people = np.random.default_rng(1).gamma(0.5, 10.0, shape).astype(np.float32)
    with rasterio.open(
        folder / people_file(provinces), "w", driver="GTiff", height=shape[0], width=shape[1],
        count=1, dtype="float32", crs="EPSG:4326", tiled=True,
        transform=Affine(PIXEL, 0, west, 0, -PIXEL, north),
    ) as file:  # fmt: skip
        file.write(people, 1)


def side_by_side(one: Inventory, count: int) -> Inventory:
    """An inventory `count` times as large, in five columns."""
    areas, sites, cells = [], [], []
    for number in range(count):
        east, north = APART * (number % 5 - 2), APART * (number // 5)
        for area in (a for periods in one.areas.values() for a in periods):
            if area.geometry is not None and area.level is AreaLevel.COMMUNE:
                code = AreaCode(f"{number}-{area.code}")
                moved = shifted(area.geometry, east, north)
                areas.append(replace(area, code=code, parent=None, geometry=moved))
        sites += [
            replace(
                site,
                code=SiteCode(f"{number}-{site.code}"),
                longitude=site.longitude + east,
                latitude=site.latitude + north,
            )
            for site in one.sites.values()
        ]
        cells += [
            replace(c, name=CellName(f"{number}-{c.name}"), site=SiteCode(f"{number}-{c.site}"))
            for c in one.cells.values()
        ]
    return Inventory(areas=areas, sites=sites, cells=cells)


def shifted(geometry: MultiPolygon, east: float, north: float) -> MultiPolygon:
    """A boundary elsewhere."""
    return tuple(
        tuple(tuple((x + east, y + north) for x, y in ring) for ring in polygon)
        for polygon in geometry
    )


def measure(sites: int, days: int, provinces: int) -> Figures:
    """Write the province, and measure everything on it."""
    with tempfile.TemporaryDirectory(prefix="coverage-") as name:
        folder = Path(name)
        province(folder, sites)
        archive(folder, days)
        inventory = Inventory.load(folder / "inventory")
        units = geography(inventory, AreaLevel.COMMUNE, LAST).units
        here = ("bench.coverage", "--folder", name)
        quarter = max(1, provinces // 4)
        for count in (provinces, quarter):
            write_people(folder, count)
        return Figures(
            len(inventory.sites),
            len(inventory.cells),
            round(sum(unit.km2 or 0.0 for unit in units), 1),
            days,
            measured(*here, "--part", "prediction"),
            measured(*here, "--part", "report"),
            provinces,
            measured(*here, "--part", "region", "--provinces", str(provinces)),
            measured(*here, "--part", "region", "--provinces", str(quarter)),
            round(os.getloadavg()[0], 2),
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        )


def main() -> None:
    """Measure, print and write down; with `--part` only one part, for `measured`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--provinces", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", choices=["prediction", "report", "region"])
    wish = parser.parse_args()
    if wish.part == "prediction":
        predict(wish.folder)
    elif wish.part == "report":
        report(wish.folder, wish.folder / "out")
    elif wish.part == "region":
        region(wish.folder, wish.provinces)
    else:
        figures = asdict(measure(wish.sites, wish.days, wish.provinces))
        text = json.dumps(figures, indent=2) + "\n"
        sys.stdout.write(text)
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "coverage.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
