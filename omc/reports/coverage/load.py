"""What the archive says of the load of cells: resource blocks, users and traffic by area.

Ratios over areas and time are ratios of sums. Hours and days are local.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.history.reader import History
from omc.reports.document import Period
from omc.reports.uptime import PREFIX

_HOUR_MS = 3_600_000
_DAY_HOURS = 24
#: Hours of so many days are read at once, so that memory does not grow with the period.
_DAYS_AT_ONCE = 4

_VOLUME = {
    Technology.G3: "utran_volume_bytes",
    Technology.G4: "lte_pdcp_volume_bytes",
    Technology.G5: "nr_pdcp_volume_bytes",
}
#: Technologies whose use of resource blocks is counted.
_WITH_BLOCKS = (Technology.G4, Technology.G5)
BUSY_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Load:
    """How loaded one technology of one area was; None where nothing was told.

    Attributes:
        blocks: Share of downlink resource blocks in use, all hours.
        blocks_busy_hour: The same in the busy hour.
        cells_measured: Cells whose resource blocks are known.
        cells_busy: Those of them whose busiest hour of the day takes more than `BUSY_SHARE`, on
            average over days.
        users: Connected at the same time, mean of all hours.
        users_busy_hour: The same in the busy hour.
        bytes: User data, both directions.
        hours: Hours of the period with data.
    """

    blocks: float | None
    blocks_busy_hour: float | None
    cells_measured: int
    cells_busy: int
    users: float | None
    users_busy_hour: float | None
    bytes: float | None
    hours: int


class LoadReader:
    """Reads loads of one period.

    Args:
        history: Knows the area of each site.
        period: Whole local days.
        areas: Codes, in the order of all answers.
        area_of: Site to code.
    """

    def __init__(
        self, history: History, period: Period, areas: Sequence[str], area_of: Mapping[str, str]
    ) -> None:
        self._history = history
        self._period = period
        self._areas = {area: place for place, area in enumerate(areas)}
        self._area_of = area_of
        self._hours = max(1, (period.end_ms - period.start_ms) // _HOUR_MS)

    def loads(self, technology: Technology) -> list[Load]:
        """Of each area.

        The busy hour of an area is, of each local day, the hour with the most user data; figures
        of it are sums over the busy hours of all days, divided once.
        """
        volume = self._hourly(_VOLUME[technology])
        users = self._hourly(f"{PREFIX[technology]}_connected_users")
        busy = _busy_hours(volume)
        blocks = self._blocks(technology)
        return [
            Load(
                _quotient(blocks.used[place], blocks.there[place]),
                _quotient(blocks.used[place][busy[place]], blocks.there[place][busy[place]]),
                blocks.cells[place],
                blocks.busy_cells[place],
                _mean(users[place]),
                _mean(users[place][busy[place]]),
                _sum(volume[place]),
                int(np.isfinite(volume[place]).sum()),
            )
            for place in range(len(self._areas))
        ]

    def _hourly(self, metric: str) -> NDArray[np.float64]:
        """Values by area and hour; NaN where nothing was told."""
        found = np.full((len(self._areas), self._hours), np.nan)
        start, end = self._period.start_ms, self._period.end_ms
        table = self._history.values(metric, start, end, _HOUR_MS, by=["area"], sort=False)
        hours = _hours(table, start)
        places = np.array([self._areas.get(a, -1) for a in table["area"].to_pylist()], np.intp)
        known = (places >= 0) & (hours < self._hours)
        found[places[known], hours[known]] = table["value"].to_numpy()[known]
        return found

    def _blocks(self, technology: Technology) -> _Blocks:
        """Downlink resource blocks, cell by cell, added up."""
        work = _Blocks.none(len(self._areas), self._hours)
        if technology not in _WITH_BLOCKS:
            return work
        start, end = self._period.start_ms, self._period.end_ms
        prefix, downlink = PREFIX[technology], {"direction": "dl"}
        cells = self._cells(f"{prefix}_prb_utilisation_ratio")
        there = self._history.values(f"{prefix}_prb_available", start, end, where=downlink)
        of_cell = self._cells(f"{prefix}_prb_available")
        size_of = {
            of_cell[row["series"]][0]: row["value"]
            for row in there.to_pylist()
            if row["series"] in of_cell
        }
        known = {series: cell for series, cell in cells.items() if cell[0] in size_of}
        order = np.array(sorted(known), dtype=np.int64)
        areas = np.array([known[int(series)][1] for series in order], dtype=np.intp)
        sizes = np.array([size_of[known[int(series)][0]] for series in order])
        peaks, days = np.zeros(len(order)), np.zeros(len(order))
        for first, last in self._stretches():
            metric = f"{prefix}_prb_utilisation_ratio"
            table = self._history.values(metric, first, last, _HOUR_MS, where=downlink, sort=False)
            cell, hour, share = _known_rows(table, order, start)
            place = areas[cell] * self._hours + hour
            work.add(place, share * sizes[cell], sizes[cell])
            _add_daily_peaks(cell, hour // _DAY_HOURS, share, peaks, days)
        measured = days > 0
        work.count(areas[measured], peaks[measured] / days[measured] > BUSY_SHARE)
        return work

    def _cells(self, metric: str) -> dict[int, tuple[str, int]]:
        """Cell and place of its area by number of the series; those outside are left out."""
        found = {}
        for row in self._history.series(metric).to_pylist():
            place = self._areas.get(self._area_of.get(row["site"], ""), -1)
            if place >= 0:
                found[row["series"]] = (dict(row["labels"]).get("cell", ""), place)
        return found

    def _stretches(self) -> Iterator[tuple[int, int]]:
        step = _DAYS_AT_ONCE * _DAY_HOURS * _HOUR_MS
        for start in range(self._period.start_ms, self._period.end_ms, step):
            yield start, min(start + step, self._period.end_ms)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Resource blocks by area and hour, and cells by area."""

    used: NDArray[np.float64]
    there: NDArray[np.float64]
    cells: list[int]
    busy_cells: list[int]

    @classmethod
    def none(cls, areas: int, hours: int) -> _Blocks:
        shape = areas, hours
        return cls(np.zeros(shape), np.zeros(shape), [0] * areas, [0] * areas)

    def add(
        self, place: NDArray[np.intp], used: NDArray[np.float64], there: NDArray[np.float64]
    ) -> None:
        """Add cells' hours; `place` is that of the area's hour in the flat array."""
        for sums, values in ((self.used, used), (self.there, there)):
            sums += np.bincount(place, values, minlength=sums.size).reshape(sums.shape)

    def count(self, areas: NDArray[np.intp], busy: NDArray[np.bool_]) -> None:
        """Count cells."""
        for area, is_busy in zip(areas, busy, strict=True):
            self.cells[area] += 1
            self.busy_cells[area] += bool(is_busy)


def _hours(table: pa.Table, start_ms: int) -> NDArray[np.intp]:
    moments = table["time"].cast("int64").to_numpy() // 1000
    return np.asarray((moments - start_ms) // _HOUR_MS, dtype=np.intp)


def _known_rows(
    table: pa.Table, order: NDArray[np.int64], start_ms: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Of the rows of known series: place of the series, hour of the period, value."""
    series = table["series"].to_numpy()
    place = np.minimum(np.searchsorted(order, series), max(len(order) - 1, 0))
    known = order[place] == series if len(order) else np.zeros(len(series), dtype=bool)
    values = np.asarray(table["value"].to_numpy()[known], dtype=np.float64)
    return place[known].astype(np.intp), _hours(table, start_ms)[known], values


def _add_daily_peaks(
    cell: NDArray[np.intp],
    day: NDArray[np.intp],
    share: NDArray[np.float64],
    peaks: NDArray[np.float64],
    days: NDArray[np.float64],
) -> None:
    """Add each cell's highest hour of each day to `peaks`, and count the days."""
    if not len(cell):
        return
    order = np.lexsort((day, cell))
    cell, day, share = cell[order], day[order], share[order]
    begins = np.flatnonzero(np.r_[True, (np.diff(cell) != 0) | (np.diff(day) != 0)])
    highest = np.maximum.reduceat(share, begins)
    peaks += np.bincount(cell[begins], highest, minlength=len(peaks))
    days += np.bincount(cell[begins], minlength=len(days))


def _busy_hours(volume: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """For each area the hours that are the busiest of their day; days without data have none."""
    found = []
    for hours in volume:
        known = np.where(np.isfinite(hours), hours, -1.0)
        days = [
            start + int(np.argmax(known[start : start + _DAY_HOURS]))
            for start in range(0, len(hours), _DAY_HOURS)
        ]
        found.append(np.array([hour for hour in days if known[hour] > 0], dtype=np.intp))
    return found


def _quotient(above: NDArray[np.float64], below: NDArray[np.float64]) -> float | None:
    total = float(np.nansum(below)) if below.size else 0.0
    return float(np.nansum(above)) / total if total else None


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _sum(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.sum()) if known.size else None
