"""What performance counters tell of how long cells gave no service, and what silence means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from omc.history.reader import History
from omc.reports.outages import STEP_MS, Down, Outage
from omc.reports.seen import Seen, milliseconds, rows_of

#: Values of the label `cause` that are no fault.
_SAVING_CAUSES = frozenset({"energy_saving"})
_LOCKED_CAUSES = frozenset({"manual_intervention"})
#: PM periods of 15 minutes are the rule; longer ones begin where one of these does.
_PM_STEP_MS = 900_000
_HOUR_MS = 3_600_000


class CellCounters:
    """Counters of the cells of one technology in one period.

    Args:
        history: The archive.
        prefix: Of the technology's metrics: `lte`.
        start_ms: Of the period.
        end_ms: Of the period.
    """

    def __init__(self, history: History, prefix: str, start_ms: int, end_ms: int) -> None:
        self._history = history
        self._observed = f"{prefix}_cell_observed_seconds"
        self._lost = f"{prefix}_cell_unavailable_seconds"
        self._start_ms = start_ms
        self._end_ms = end_ms

    def seen(self) -> dict[str, Seen]:
        """What the performance counters of cells tell."""
        history = self._history
        whole = (self._start_ms, self._end_ms, None)
        found: dict[str, Seen] = defaultdict(Seen)
        for cell, _, seconds in rows_of(history.values(self._observed, *whole, by=["cell"])):
            found[cell].known = seconds
        affected = set()
        for cell, cause, _, seconds in rows_of(
            history.values(self._lost, *whole, by=["cell", "cause"])
        ):
            seen = found[cell]
            seen.known = max(seen.known, seconds)
            if cause in _SAVING_CAUSES:
                seen.saving += seconds
            elif cause in _LOCKED_CAUSES:
                seen.locked += seconds
            elif seconds > 0:
                seen.down += seconds
                affected.add(cell)
        self._add_steps(found, affected)
        return dict(found)

    def _add_steps(self, found: Mapping[str, Seen], affected: Collection[str]) -> None:
        if not affected:
            return
        step = _PM_STEP_MS if self._start_ms % _PM_STEP_MS == 0 else STEP_MS
        length = self._period_ms(min(affected), step)
        table = self._history.values(
            *(self._lost, self._start_ms, self._end_ms, step, ["cell", "cause"]),
            where={"cell": sorted(affected)},
            above=0.0,
        )
        columns = (table.column(name).to_pylist() for name in ("cell", "cause", "value"))
        moments = milliseconds(table.column("time")).tolist()
        for cell, cause, seconds, moment in zip(*columns, moments, strict=True):
            if cause not in _SAVING_CAUSES | _LOCKED_CAUSES:
                found[cell].steps.append(Down(moment, length, seconds))
        for cell in affected:  # rows come cause by cause
            found[cell].steps.sort(key=lambda step: step.moment_ms)

    def _period_ms(self, cell: str, step: int) -> int:
        """Length of the granularity period, from one cell; a step where it is shorter."""
        table = self._history.values(
            *(self._observed, self._start_ms, self._end_ms, step, ["cell"]), where={"cell": cell}
        )
        lengths: list[int] = [round(seconds * 1000) for _, _, seconds in rows_of(table)]
        return max([step, *lengths])

    def add_silence(
        self,
        seen: Mapping[str, Seen],
        silent: Mapping[str, str],
        site_down: Mapping[str, Mapping[int, float]],
    ) -> None:
        """Unknown time of cells whose site was down is down time: hour by hour.

        Args:
            seen: Of all cells; what is found is added.
            silent: Cells that do not tell all the time, and their sites.
            site_down: Seconds that sites were down, by hour since the start of the period.
        """
        concerned = [name for name, site in silent.items() if site_down.get(site)]
        if not concerned:
            return
        observed = self._hours_observed(concerned)
        for name, told in zip(concerned, observed, strict=True):
            own = seen[name]
            extra = []
            for hour, lost in site_down[silent[name]].items():
                already = sum(s.seconds for s in own.steps if 0 <= s.moment_ms - hour < _HOUR_MS)
                unknown = 3600.0 - float(told[(hour - self._start_ms) // _HOUR_MS])
                more = min(unknown, lost - already)
                if more > 0:
                    extra.append(Down(hour, _HOUR_MS, more))
            own.known += sum(step.seconds for step in extra)
            own.down += sum(step.seconds for step in extra)
            own.steps = sorted([*own.steps, *extra], key=lambda step: step.moment_ms)

    def _hours_observed(self, cells: Sequence[str]) -> NDArray[np.float32]:
        """Seconds that cells were observed in each hour since the start: cells by hours."""
        hours = -(-(self._end_ms - self._start_ms) // _HOUR_MS)
        found = np.zeros((len(cells), hours), dtype=np.float32)
        table = self._history.values(
            *(self._observed, self._start_ms, self._end_ms, _HOUR_MS, ["cell"]),
            where={"cell": cells},
            sort=False,
        )
        names = table.column("cell").combine_chunks().dictionary_encode()
        place = {name: index for index, name in enumerate(cells)}
        places = np.array([place[name] for name in names.dictionary.to_pylist()], dtype=int)
        rows = places[names.indices.to_numpy(zero_copy_only=False)] if len(places) else places
        moments = milliseconds(table.column("time"))
        found[rows, (moments - self._start_ms) // _HOUR_MS] = table.column("value").to_numpy()
        return found


def by_hour(found: Iterable[Outage], start_ms: int) -> dict[int, float]:
    """Seconds of outages in each hour since the start, by the hour's first millisecond."""
    hours: dict[int, float] = defaultdict(float)
    for outage in found:
        since = max(outage.start_ms, start_ms)
        hour = start_ms + (since - start_ms) // _HOUR_MS * _HOUR_MS
        while hour < outage.end_ms:
            inside = min(outage.end_ms, hour + _HOUR_MS) - max(since, hour)
            hours[hour] += inside / 1000
            hour += _HOUR_MS
    return dict(hours)
