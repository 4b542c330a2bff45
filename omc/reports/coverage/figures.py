"""Shares of a coverage report: sums by area divided once, None where they cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from omc.core.inventory import Technology
from omc.core.model import AreaCode
from omc.reports.availability import Availability
from omc.reports.coverage.prediction import Where
from omc.reports.coverage.report import CoverageReport
from omc.reports.coverage.totals import Covered, Sums


@dataclass(frozen=True, slots=True)
class Shares:
    """Cover of one technology, outdoors or indoors, in some areas; 0..1, None where not known.

    Attributes:
        area: Of the ground.
        people: Of the people.
        area_available: Of the ground, weighed by availability.
        people_available: Of the people, weighed by availability.
        people_change: People in this period less people in the period before, as a share.
        area_change: Likewise of the ground.
    """

    area: float | None
    people: float | None
    area_available: float | None
    people_available: float | None
    people_change: float | None
    area_change: float | None


class ReportFigures:
    """Divides what a report has added up.

    Args:
        report: Whose.
    """

    def __init__(self, report: CoverageReport) -> None:
        self._report = report
        self._places = {unit.code: place for place, unit in enumerate(report.study.units)}
        self._km2_of = {unit.code: unit.km2 for unit in report.geography.units}
        self._measured = {
            cell.technology
            for cell in report.cells
            if report.worked.get(cell.name, Availability()).completeness
        }

    def is_measured(self, technology: Technology) -> bool:
        """Whether the archive tells how long cells of a technology worked."""
        return technology in self._measured

    def km2(self, areas: Sequence[AreaCode]) -> float:
        """Ground of areas as the grid has it."""
        return self._sum(self._report.study.totals.km2, areas)

    def ground_km2(self, areas: Sequence[AreaCode]) -> float | None:
        """Ground of areas as their boundaries have it; None where one has none."""
        sizes = [self._km2_of.get(area) for area in areas]
        known = [size for size in sizes if size is not None]
        return sum(known) if known and len(known) == len(sizes) else None

    def people(self, areas: Sequence[AreaCode]) -> float | None:
        """People of areas; None where nobody knows, or one of them has no boundary."""
        if self._report.study.population is None or not self._places.keys() >= set(areas):
            return None
        return self._sum(self._report.study.totals.people, areas)

    def shares(self, technology: Technology, where: Where, areas: Sequence[AreaCode]) -> Shares:
        """Of areas put together; all None where none of them has a boundary."""
        covered = self._report.study.totals.covered
        now, before = (covered[technology, where, spell] for spell in (0, 1))
        measured = self.is_measured(technology)
        km2, people = self.km2(areas), self._sum(self._report.study.totals.people, areas)
        return Shares(
            self._share(now.km2, areas, km2),
            self._share(now.people, areas, people),
            self._share(now.km2_available, areas, km2) if measured else None,
            self._share(now.people_available, areas, people) if measured else None,
            self._change(now, before, "people", areas, people),
            self._change(now, before, "km2", areas, km2),
        )

    def _change(
        self,
        now: Covered,
        before: Covered,
        what: str,
        areas: Sequence[AreaCode],
        whole: float | None,
    ) -> float | None:
        return self._share(getattr(now, what) - getattr(before, what), areas, whole)

    def _share(self, sums: Sums, areas: Sequence[AreaCode], whole: float | None) -> float | None:
        return self._sum(sums, areas) / whole if whole else None

    def _sum(self, sums: Sums, areas: Sequence[AreaCode]) -> float:
        places = [self._places[area] for area in areas if area in self._places]
        return float(np.sum(sums[places])) if places else 0.0
