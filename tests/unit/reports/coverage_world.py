"""A small country to predict cover in: four square communes of one province, and what one adds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from omc.core.geometry import MultiPolygon, Point
from omc.core.inventory import Area, AreaLevel, Cell, Inventory, Site, Technology
from omc.core.model import AreaCode, CellName, SiteCode
from omc.reports.coverage.layout import lay_out
from omc.reports.coverage.population_file import RasterSettlements, Settlements
from omc.reports.coverage.prediction import Spell
from omc.reports.coverage.study import Ground, Study, study
from omc.reports.geography import geography
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Transmitters

PARAMETERS = RadioParameters.load()
MIDDLE = (105.5, 21.3)
SIDE = 0.04
SINCE = date(2025, 7, 1)
DAY = date(2026, 10, 31)
#: Square metres of ground in a degree of longitude and of latitude there.
_KM_EAST, _KM_NORTH = 103.7, 110.7


def square(column: int, row: int) -> MultiPolygon:
    """One of the four communes: 4.1 by 4.4 km."""
    west = MIDDLE[0] + (column - 1) * SIDE
    south = MIDDLE[1] + (row - 1) * SIDE
    ring = (
        (west, south),
        (west + SIDE, south),
        (west + SIDE, south + SIDE),
        (west, south + SIDE),
        (west, south),
    )
    return ((ring,),)


def communes(people: int | None = 9000) -> list[Area]:
    """A province and its four communes, each with more people than the one before."""
    province = Area(AreaCode("25"), "Tỉnh Phú Thọ", AreaLevel.PROVINCE, valid_from=SINCE)
    names = ("Xã Tam Đảo", "Phường Phúc Yên", "Xã Đạo Trù", "Xã Lập Thạch")
    return [province] + [
        Area(
            AreaCode(f"0{number}"),
            name,
            AreaLevel.COMMUNE,
            province.code,
            SINCE,
            population=None if people is None else people * (number + 1),
            population_year=None if people is None else 2025,
            geometry=square(number % 2, number // 2),
        )
        for number, name in enumerate(names)
    ]


def site(number: int, east_km: float, north_km: float) -> Site:
    """A site so far from where the four communes meet."""
    return Site(
        SiteCode(f"S{number}"),
        f"Trạm {number}",
        MIDDLE[1] + north_km / _KM_NORTH,
        MIDDLE[0] + east_km / _KM_EAST,
    )


def cells(site_code: SiteCode, azimuths: Sequence[float | None], band: str = "B3") -> list[Cell]:
    """Cells of one carrier on a site."""
    technology = {"B3": Technology.G4, "B1": Technology.G3}.get(band, Technology.G5)
    return [
        Cell(CellName(f"{site_code}-{band}-{n}"), site_code, technology, band, n, azimuth=azimuth)
        for n, azimuth in enumerate(azimuths, start=1)
    ]


def network(places: Iterable[tuple[float, float]], areas: list[Area] | None = None) -> Inventory:
    """Sites at places in km from the middle, each with three 4G sectors."""
    sites = [site(number, *place) for number, place in enumerate(places)]
    own = [cell for one in sites for cell in cells(one.code, (30, 150, 270))]
    return Inventory(areas=communes() if areas is None else areas, sites=sites, cells=own)


def predict(
    inventory: Inventory,
    availability: Mapping[CellName, float] | None = None,
    settlements: Settlements | RasterSettlements | None = None,
    size_m: float = 100.0,
    level: AreaLevel = AreaLevel.COMMUNE,
    wanted: Sequence[str] = (),
    before: Sequence[Spell] = (),
) -> Study:
    """4G cover of all cells, and of other spells to compare with."""
    technologies = [Technology.G4]
    stations = Transmitters(PARAMETERS).stations(inventory, technologies, inventory.cells.values())
    areas = geography(inventory, level, DAY, wanted)
    shares = dict.fromkeys(inventory.cells, 1.0) if availability is None else availability
    layout = lay_out(inventory, areas, size_m, settlements)
    return study(
        Ground(inventory, layout, PARAMETERS), stations, technologies, [Spell(shares), *before]
    )


def moved(inventory: Inventory, degrees: float, east_m: float, north_m: float) -> Inventory:
    """Everything turned clockwise about the middle and shifted, as if the grid were instead."""
    turn = math.radians(degrees)

    def move(point: Point) -> Point:
        x = (point[0] - MIDDLE[0]) * _KM_EAST * 1000
        y = (point[1] - MIDDLE[1]) * _KM_NORTH * 1000
        east = x * math.cos(turn) + y * math.sin(turn) + east_m
        north = y * math.cos(turn) - x * math.sin(turn) + north_m
        return MIDDLE[0] + east / 1000 / _KM_EAST, MIDDLE[1] + north / 1000 / _KM_NORTH

    def moved_area(area: Area) -> Area:
        if area.geometry is None:
            return area
        polygons = tuple(
            tuple(tuple(move(point) for point in ring) for ring in polygon)
            for polygon in area.geometry
        )
        return replace(area, geometry=polygons)

    def moved_site(one: Site) -> Site:
        longitude, latitude = move((one.longitude, one.latitude))
        return replace(one, longitude=longitude, latitude=latitude)

    return Inventory(
        areas=[moved_area(area) for areas in inventory.areas.values() for area in areas],
        sites=[moved_site(one) for one in inventory.sites.values()],
        cells=[
            replace(cell, azimuth=((cell.azimuth or 0.0) + degrees) % 360)
            for cell in inventory.cells.values()
        ],
    )
