"""One study of cover: a layout and stations in, figures by area and gaps out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from omc.core.inventory import Inventory, Technology
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.gaps import Gap, GapFinder, Rank, Surroundings
from omc.reports.coverage.layout import Layout
from omc.reports.coverage.picture import Canvas, Picture
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population import PopulationBasis
from omc.reports.coverage.prediction import Obstruction, Prediction, Spell, Where
from omc.reports.coverage.totals import Key, Totals
from omc.reports.geography import Unit
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.transmitters import Station


@dataclass(frozen=True, slots=True)
class Ground:
    """Where cover is studied, and how.

    Attributes:
        inventory: Sites and cables, for what is nearest to a gap.
        layout: Areas and people.
        parameters: Of the model.
        obstruction: Terrain; None for flat ground.
        rank: Which gaps are kept.
    """

    inventory: Inventory
    layout: Layout
    parameters: RadioParameters
    obstruction: Obstruction | None = None
    rank: Rank = field(default_factory=Rank)


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

    @property
    def uncounted_people(self) -> float:
        """Those of a population file who live in none of the areas, wherever that is."""
        if self.population is None or self.population.uniform:
            return 0.0
        return self.population.total - float(self.totals.people.sum())


def study(
    ground: Ground,
    stations: Sequence[Station],
    technologies: Sequence[Technology],
    spells: Sequence[Spell],
    progress: Callable[[int, int], None] = lambda done, all_tiles: None,
) -> Study:
    """Predict cover tile by tile, and add it up.

    Args:
        ground: What stations are laid on.
        stations: All of them.
        technologies: In the order to be shown.
        spells: The period of the report, then others to compare with.
        progress: Told of tiles done, and of how many there are.
    """
    layout = ground.layout
    population, plane = layout.population, layout.plane
    keys: list[Key] = [(t, w, s) for t in technologies for w in Where for s in range(len(spells))]
    totals = Totals(len(layout.units), keys, layout.cell_km2)
    finder = GapFinder([unit.code for unit in layout.units], layout.cell_km2, ground.rank)
    canvas = Canvas(layout.tiles, technologies)
    of_technology = ground.parameters.technologies.technologies
    thresholds = {t: of_technology[t].threshold_dbm for t in technologies}
    prediction = Prediction(stations, plane, thresholds, spells)
    for done, tile in enumerate(layout.tiles, start=1):
        which = tile.which(layout.areas)
        people = None if population is None else population.people(tile)
        clutter = clutter_db(tile, population, ground.parameters.propagation)
        predicted = prediction.on(tile, clutter, ground.obstruction)
        totals.add(which, people, predicted)
        outdoors = {t: predicted.covers[t, Where.OUTDOORS, 0].covered for t in technologies}
        finder.add(tile, which, people, outdoors)
        canvas.add(tile, which, predicted)
        progress(done, len(layout.tiles))
    surroundings = Surroundings(ground.inventory, plane)
    return Study(
        layout.units,
        totals,
        tuple(finder.ranked(surroundings, people_known=population is not None)),
        None if population is None else population.basis,
        canvas.picture(plane.crs),
        plane,
        layout.size_m,
        ground.obstruction is not None,
    )
