"""One study of cover: areas, people and stations in, figures by area and gaps out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from omc.core.errors import OmcError
from omc.core.inventory import Inventory, Technology
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.gaps import Gap, GapFinder, Rank, Surroundings
from omc.reports.coverage.grid import Index, Tile, tiles
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population import (
    Population,
    PopulationBasis,
    SettledPopulation,
    UniformPopulation,
    uniform_areas,
)
from omc.reports.coverage.population_file import Settlements
from omc.reports.coverage.prediction import (
    NOT_REACHED_DBM,
    Obstruction,
    Predicted,
    Prediction,
    Spell,
    Where,
)
from omc.reports.coverage.totals import Key, Totals
from omc.reports.geography import Geography, Unit
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Station

#: A picture of levels has no more than so many rows and columns.
_PICTURE_CELLS = 1000


class NothingToPredict(OmcError):
    """A study without ground; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What stations are laid on.

    Attributes:
        inventory: Sites and cables, for what is nearest to a gap.
        geography: Areas; those without a boundary are left out.
        size_m: Side of a cell of the grid.
        settlements: Where people live; None: evenly in the areas that say how many.
        parameters: Of the model.
        obstruction: Terrain; None for flat ground.
        rank: Which gaps are kept.
    """

    inventory: Inventory
    geography: Geography
    size_m: float
    settlements: Settlements | None
    parameters: RadioParameters
    obstruction: Obstruction | None = None
    rank: Rank = field(default_factory=Rank)


@dataclass(frozen=True, slots=True)
class Picture:
    """Best level outdoors on the whole grid, coarse enough to be drawn.

    Attributes:
        levels: By technology, in dBm; NaN where nothing reaches and outside of the areas.
        bounds: West, south, east, north edges in metres.
        crs: Of the metres.
    """

    levels: Mapping[Technology, NDArray[np.float32]]
    bounds: tuple[float, float, float, float]
    crs: str


@dataclass(frozen=True, slots=True)
class Study:
    """What came out.

    Attributes:
        units: Areas with a boundary, in the order of all arrays.
        totals: Sums by area.
        gaps: Ranked, by technology.
        population: What people are known from; None where nobody knows.
        picture: Of the levels.
        plane: That the grid lies in.
        size_m: Side of a cell of the grid.
        terrain: Whether hills were looked at.
    """

    units: tuple[Unit, ...]
    totals: Totals
    gaps: tuple[Gap, ...]
    population: PopulationBasis | None
    picture: Picture
    plane: Plane
    size_m: float
    terrain: bool


def study(
    ground: Ground,
    stations: Sequence[Station],
    technologies: Sequence[Technology],
    spells: Sequence[Spell],
    progress: Callable[[int, int], None] = lambda done, all_tiles: None,
) -> Study:
    """Predict cover and add it up.

    Args:
        ground: What stations are laid on.
        stations: All of them.
        technologies: In the order to be shown.
        spells: The period of the report, then others to compare with.
        progress: Told of tiles done, and of how many there are.

    Raises:
        NothingToPredict: no area has a boundary.
    """
    units = tuple(u for u in ground.geography.units if u.boundary is not None)
    if not units:
        raise NothingToPredict(
            "no area has a boundary: bring them in with `omc import areas FILE.geojson`"
        )
    west, south, east, north = shapely.total_bounds([unit.boundary for unit in units])
    plane = Plane((west + east) / 2, (south + north) / 2)
    areas = [plane.flattened(unit.boundary) for unit in units if unit.boundary is not None]
    all_tiles = list(tiles(areas, ground.size_m))
    population = _population(ground, plane, all_tiles)
    cell_km2 = (ground.size_m / 1000) ** 2 / plane.area_scale
    keys: list[Key] = [(t, w, s) for t in technologies for w in Where for s in range(len(spells))]
    totals = Totals(len(units), keys, cell_km2)
    finder = GapFinder([unit.code for unit in units], cell_km2, ground.rank)
    canvas = _Canvas(all_tiles, technologies)
    prediction = _prediction(ground, stations, technologies, spells, plane)
    for done, tile in enumerate(all_tiles, start=1):
        which = tile.which(areas)
        people = None if population is None else population.people(tile)
        clutter = clutter_db(tile, population, ground.parameters.propagation)
        predicted = prediction.on(tile, clutter, ground.obstruction)
        totals.add(which, people, predicted)
        outdoors = {t: predicted.covers[t, Where.OUTDOORS, 0].covered for t in technologies}
        finder.add(tile, which, people, outdoors)
        canvas.add(tile, which, predicted)
        progress(done, len(all_tiles))
    surroundings = Surroundings(ground.inventory, plane)
    gaps = finder.ranked(surroundings, people_known=population is not None)
    return Study(
        units,
        totals,
        tuple(gaps),
        None if population is None else population.basis,
        canvas.picture(plane.crs),
        plane,
        ground.size_m,
        ground.obstruction is not None,
    )


def _population(ground: Ground, plane: Plane, all_tiles: Sequence[Tile]) -> Population | None:
    if ground.settlements is not None:
        return SettledPopulation(ground.settlements, plane)
    areas = uniform_areas(ground.inventory, ground.geography)
    return UniformPopulation(areas, plane, all_tiles) if areas else None


def _prediction(
    ground: Ground,
    stations: Sequence[Station],
    technologies: Sequence[Technology],
    spells: Sequence[Spell],
    plane: Plane,
) -> Prediction:
    longitudes = np.array([station.site.longitude for station in stations])
    latitudes = np.array([station.site.latitude for station in stations])
    xs, ys = plane.forward(longitudes, latitudes)
    of_technology = ground.parameters.technologies.technologies
    thresholds = {t: of_technology[t].threshold_dbm for t in technologies}
    positions = list(zip(map(float, xs), map(float, ys), strict=True))
    return Prediction(stations, positions, thresholds, plane.north_degrees, spells)


class _Canvas:
    """Levels of all tiles side by side, every so many cells one."""

    def __init__(self, all_tiles: Sequence[Tile], technologies: Sequence[Technology]) -> None:
        size = all_tiles[0].size_m
        edges = np.array([tile.bounds for tile in all_tiles])
        self._west, self._north = float(edges[:, 0].min()), float(edges[:, 3].max())
        columns = round((float(edges[:, 2].max()) - self._west) / size)
        rows = round((self._north - float(edges[:, 1].min())) / size)
        self._every = max(1, math.ceil(max(columns, rows) / _PICTURE_CELLS))
        self._metres = size * self._every
        shape = math.ceil(rows / self._every), math.ceil(columns / self._every)
        self._levels = {t: np.full(shape, np.nan, dtype=np.float32) for t in technologies}

    def add(self, tile: Tile, which: Index, predicted: Predicted) -> None:
        """Paint a tile."""
        rows = self._places(self._north - tile.ys)
        columns = self._places(tile.xs - self._west)
        for technology, canvas in self._levels.items():
            level = predicted.levels[technology]
            seen = np.where((which > 0) & (level > NOT_REACHED_DBM), level, np.nan)
            canvas[np.ix_(rows[1], columns[1])] = seen[np.ix_(rows[0], columns[0])]

    def _places(self, metres: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which cells of a tile are painted, and where."""
        places = (metres // self._metres).astype(np.intp)
        own, first = np.unique(places, return_index=True)
        return first.astype(np.intp), own

    def picture(self, crs: str) -> Picture:
        shape = next(iter(self._levels.values())).shape
        south = self._north - shape[0] * self._metres
        east = self._west + shape[1] * self._metres
        return Picture(self._levels, (self._west, south, east, self._north), crs)
