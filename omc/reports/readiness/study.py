"""Everything that the 5G readiness report says, before it is in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from omc.core.model import SiteCode
from omc.core.settings import CoverageSettings
from omc.reports.completeness import Completeness, Reporter, file_completeness
from omc.reports.document import Period
from omc.reports.geography import place_name
from omc.reports.readiness.condition import Condition, conditions
from omc.reports.readiness.greedy import Chosen, choose
from omc.reports.readiness.ground import Ground, ground_of
from omc.reports.readiness.reach import Reach, reach_of
from omc.reports.readiness.score import Scored, scored
from omc.reports.sources import Sources


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        most: How many sites are wanted.
        population: A file of where people live; None: that of the settings, else evenly within
            areas.
        population_year: Of that file.
    """

    most: int = 20
    population: Path | None = None
    population_year: int | None = None

    def coverage(self, usual: CoverageSettings) -> CoverageSettings:
        """The settings of coverage, with the population that is wanted."""
        year = self.population_year
        if self.population is not None:
            wanted = {"population": self.population, "population_year": year}
        else:
            wanted = {"population_year": year or usual.population_year}
        return usual.model_copy(update=wanted)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What came out.

    Attributes:
        sources: Of the installation.
        period: Local days that measured values are of.
        wish: What was asked for.
        ground: People and model.
        with_5g: Sites that have 5G.
        reach: Whom the others would reach.
        ranked: Candidates by score, the best first.
        able: Places in `reach.candidates` of those with fibre.
        chosen: Of `able`, those that together cover most people.
        files: How completely nodes sent the measurement files that 4G loads are from.
    """

    sources: Sources
    period: Period
    wish: Wish
    ground: Ground
    with_5g: tuple[Condition, ...]
    reach: Reach
    ranked: tuple[Scored, ...]
    able: tuple[int, ...]
    chosen: Chosen
    files: Mapping[Reporter, Completeness]

    @property
    def day(self) -> date:
        """The last day of the period: areas and cells are those of it."""
        return _last_day(self.period)

    @property
    def by_site(self) -> Mapping[SiteCode, Scored]:
        """Marks of candidates."""
        return {one.condition.site.code: one for one in self.ranked}

    @property
    def next_sites(self) -> list[SiteCode]:
        """Those that were chosen, in order."""
        return [
            self.reach.candidates[self.able[choice.index]].site.code
            for choice in self.chosen.choices
        ]

    @property
    def overloaded(self) -> Mapping[SiteCode, float | None]:
        """People in reach whose nearest 4G site is full, by candidate."""
        return {
            one.site.code: people
            for one, people in zip(self.reach.candidates, self.reach.overloaded, strict=True)
        }

    def place(self, one: Condition) -> str:
        """Name of a site and of its area."""
        return place_name(self.sources.inventory, one.site.code, self.day)


def readiness(
    sources: Sources, period: Period, wish: Wish, say: Callable[[str], None]
) -> Readiness:
    """Look at every site.

    Raises:
        ConfigurationError: a file of parameters, population, terrain or drive tests is wrong.
    """
    inventory, day = sources.inventory, _last_day(period)
    found = conditions(sources, period, say)
    say("people in reach")
    ground = ground_of(inventory, day, wish.coverage(sources.settings.coverage))
    reach = reach_of(found, inventory, ground, day, say)
    able = tuple(place for place, one in enumerate(reach.candidates) if one.fibre)
    return Readiness(
        sources,
        period,
        wish,
        ground,
        tuple(one for one in found if one.has_5g),
        reach,
        tuple(scored(zip(reach.candidates, reach.surroundings, strict=True))),
        able,
        choose([reach.reached[place] for place in able], reach.left, wish.most),
        file_completeness(sources.history, period, sources.now, inventory.nodes),
    )


def _last_day(period: Period) -> date:
    return period.end.date() - timedelta(days=1)
