"""How long nodes, sites, cells, PONs and spans were up in a period, read from the archive.

    node   answered when it was polled (`omc_poll_success`)
    site   any of its nodes answered; without polled nodes, its gateway was online (`site_online`)
    cell   its unavailable seconds by cause (3GPP PM), where none were collected its state; a cell
           that tells nothing while its site is down is down
    PON    its port on the OLT works (`pon_port_up`)
    span   no fibre cut was found on it (alarm `fibre_cut`) while a node at one of its ends was
           being polled

`docs/reports.md` tells how the figures are to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from omc.core.inventory import Technology
from omc.history.reader import History
from omc.reports.availability import Availability
from omc.reports.document import Period
from omc.reports.outages import (
    STEP_MS,
    Down,
    Interval,
    Outage,
    outages,
    planned_seconds,
    seen_outside,
    united,
)
from omc.reports.past_alarms import PastAlarms
from omc.reports.sources import Sources

#: Name of the object; of a PON its OLT and port.
Key = tuple[str, ...]

#: Prefix of the metrics of each technology's cells.
PREFIX = {Technology.G3: "utran", Technology.G4: "lte", Technology.G5: "nr"}

#: Codes of `*_cell_state`.
_DISABLED, _LOCKED, _SAVING = 0, 2, 3
_DOWN_CODES = frozenset({0})
#: Values of the label `cause` that are no fault.
_SAVING_CAUSES = frozenset({"energy_saving"})
_LOCKED_CAUSES = frozenset({"manual_intervention"})
#: PM periods of 15 minutes are the rule; longer ones begin where one of these does.
_PM_STEP_MS = 900_000
_HOUR_MS = 3_600_000
#: What says nothing of a device while the service itself is cut off (alarm `collector_cut_off`),
#: and how long before the alarm that may have begun.
_SEEN_FROM_HERE = frozenset({"omc_poll_success", "site_online"})
_NOTICED_MS = 180_000


@dataclass(slots=True)
class Seen:
    """What was seen of one object: seconds in each condition, and the steps in which it was down.

    Attributes:
        known: All seconds of which anything is known.
        down: Of them, not working for no reason of the operator's.
        locked: Of them, locked by the operator.
        saving: Of them, switched off to save energy.
        steps: Where the down time lies.
    """

    known: float = 0.0
    down: float = 0.0
    locked: float = 0.0
    saving: float = 0.0
    steps: list[Down] = field(default_factory=list)


class _Step(NamedTuple):
    """Seconds of a step in which an object, or some part of it, was down, and up."""

    moment_ms: int
    down: float
    other: float


@dataclass(frozen=True, slots=True)
class Uptime:
    """What is reported of one object.

    Attributes:
        availability: Its seconds.
        outages: Without energy saving and locking; in time.
    """

    availability: Availability
    outages: tuple[Outage, ...]


class UptimeReader:
    """Reads one period.

    Args:
        sources: Of the installation.
        period: What is asked for; what lies after `sources.now` is left out.
        alarms: For planned work, and for spans.
    """

    def __init__(self, sources: Sources, period: Period, alarms: PastAlarms) -> None:
        now_ms = round(sources.now.timestamp() * 1000) // STEP_MS * STEP_MS
        self._sources = sources
        self._alarms = alarms
        self._start_ms = period.start_ms
        self._end_ms = max(min(period.end_ms, now_ms), period.start_ms + STEP_MS)
        self._sites: dict[str, Uptime] | None = None
        cut_off = alarms.of_rule("collector_cut_off")
        self._blind = united((a.start_ms - _NOTICED_MS, a.end_ms or self._end_ms) for a in cut_off)

    @property
    def seconds(self) -> float:
        """Length of the period, up to now."""
        return (self._end_ms - self._start_ms) / 1000

    def nodes(self) -> dict[str, Uptime]:
        """Every node that is polled, by name."""
        names = {n.name: n for n in self._sources.inventory.nodes.values() if n.address}
        seen = self._states("omc_poll_success", ["node"])
        return {
            str(name): self._judged(
                seen.get((name,), Seen()), {"node": name, "site": node.site or ""}
            )
            for name, node in names.items()
        }

    def sites(self) -> dict[str, Uptime]:
        """Every site of the inventory, by code."""
        if self._sites is None:
            polled = self._states("omc_poll_success", ["site"], ["node"])
            gateways = self._states("site_online", ["site"], ["node"])
            self._sites = {
                str(code): self._judged(
                    polled.get((code,)) or gateways.get((code,)) or Seen(), {"site": code}
                )
                for code in self._sources.inventory.sites
            }
        return self._sites

    def pons(self) -> dict[Key, Uptime]:
        """Every PON of the inventory, by OLT and port."""
        inventory = self._sources.inventory
        seen = self._states("pon_port_up", ["node", "pon"])
        return {
            (str(pon.node), pon.port): self._judged(
                seen.get((pon.node, pon.port), Seen()),
                {"node": pon.node, "site": inventory.nodes[pon.node].site or ""},
            )
            for pon in inventory.pons.values()
        }

    def spans(self) -> dict[str, Uptime]:
        """Every span of the inventory, by name; all unknown where no alarms were kept."""
        cuts: dict[str, list[Interval]] = defaultdict(list)
        for alarm in self._alarms.of_rule("fibre_cut"):
            end = self._end_ms if alarm.end_ms is None else alarm.end_ms
            inside = (max(alarm.start_ms, self._start_ms), min(end, self._end_ms))
            if inside[0] < inside[1]:
                cuts[alarm.labels.get("span", "")].append(inside)
        found = {}
        for name, span in self._sources.inventory.spans.items():
            seen = self._cut(cuts[name], self._known_at(span.start, span.end))
            found[str(name)] = self._judged(seen, {"span": name})
        return found

    def cells(self, technology: Technology) -> dict[str, Uptime]:
        """Every cell of a technology in the inventory, by name.

        This is what coverage weighs its cells with: `availability` has the split into fault,
        maintenance, energy saving and unknown time, and adds up over cells.
        """
        cells = [c for c in self._sources.inventory.cells.values() if c.technology is technology]
        if not cells:
            return {}
        prefix = PREFIX[technology]
        counted = self._counted(prefix)
        told = self._states(f"{prefix}_cell_state", ["cell"]) if len(counted) < len(cells) else {}
        seen = {
            cell.name: counted.get(cell.name) or told.get((cell.name,)) or Seen() for cell in cells
        }
        silent = {c.name: c.site for c in cells if seen[c.name].known < self.seconds - 1}
        self._add_silence(prefix, seen, silent)
        return {
            str(cell.name): self._judged(seen[cell.name], {"cell": cell.name, "site": cell.site})
            for cell in cells
        }

    # -- states ------------------------------------------------------------------------------------

    def _states(
        self, metric: str, by: Sequence[str], within: Sequence[str] = ()
    ) -> dict[Key, Seen]:
        """What a state metric tells; of an object of several parts, what its best part did."""
        history = self._sources.history
        if history is None:
            return {}
        found = self._totals(history, metric, by, within)
        affected = [key[0] for key, seen in found.items() if seen.down > 0]
        if not affected:
            return found
        wanted = (self._start_ms, self._end_ms, STEP_MS)
        table = history.downtime(
            metric, _DOWN_CODES, wanted, by, within, {by[0]: sorted(set(affected))}
        )
        rows: dict[Key, list[_Step]] = defaultdict(list)
        for *name, moment, down, other in _rows(table):
            rows[tuple(name)].append(_Step(moment, down, other))
        for key, seen in found.items():
            steps = _whole_down(rows[key]) if within else rows[key]
            seen.steps = [
                Down(step.moment_ms, min(self._end_ms - step.moment_ms, STEP_MS), step.down)
                for step in steps
            ]
            if metric in _SEEN_FROM_HERE:
                clear = seen_outside(seen.steps, self._blind)
                seen.known -= sum(s.seconds for s in seen.steps) - sum(s.seconds for s in clear)
                seen.steps = clear
            seen.down = sum(step.seconds for step in seen.steps)
        return found

    def _totals(
        self, history: History, metric: str, by: Sequence[str], within: Sequence[str]
    ) -> dict[Key, Seen]:
        """Seconds in each condition, without steps; of several parts the one known best."""
        table = history.states(metric, self._start_ms, self._end_ms, None, [*by, *within])
        parts: dict[Key, Seen] = defaultdict(Seen)
        for *name, _, state, seconds in _rows(table):
            seen = parts[tuple(name)]
            seen.known += seconds
            seen.down += seconds if state == _DISABLED else 0.0
            seen.locked += seconds if state == _LOCKED else 0.0
            seen.saving += seconds if state == _SAVING else 0.0
        found: dict[Key, Seen] = {}
        for part, seen in parts.items():
            best = found.setdefault(part[: len(by)], seen)
            best.known = max(best.known, seen.known)
            best.down = max(best.down, seen.down)
        return found

    # -- cells -------------------------------------------------------------------------------------

    def _counted(self, prefix: str) -> dict[str, Seen]:
        """What the performance counters of cells tell."""
        history = self._sources.history
        if history is None:
            return {}
        whole = (self._start_ms, self._end_ms, None)
        observed, lost = f"{prefix}_cell_observed_seconds", f"{prefix}_cell_unavailable_seconds"
        found: dict[str, Seen] = defaultdict(Seen)
        for cell, _, seconds in _rows(history.values(observed, *whole, by=["cell"])):
            found[cell].known = seconds
        affected = set()
        for cell, cause, _, seconds in _rows(history.values(lost, *whole, by=["cell", "cause"])):
            seen = found[cell]
            seen.known = max(seen.known, seconds)
            if cause in _SAVING_CAUSES:
                seen.saving += seconds
            elif cause in _LOCKED_CAUSES:
                seen.locked += seconds
            elif seconds > 0:
                seen.down += seconds
                affected.add(cell)
        self._add_steps(history, observed, lost, found, affected)
        return dict(found)

    def _add_steps(
        self,
        history: History,
        observed: str,
        lost: str,
        found: Mapping[str, Seen],
        affected: Collection[str],
    ) -> None:
        if not affected:
            return
        step = _PM_STEP_MS if self._start_ms % _PM_STEP_MS == 0 else STEP_MS
        length = self._period_ms(history, observed, min(affected), step)
        table = history.values(
            *(lost, self._start_ms, self._end_ms, step, ["cell", "cause"]),
            where={"cell": sorted(affected)},
            above=0.0,
        )
        columns = (table.column(name).to_pylist() for name in ("cell", "cause", "value"))
        moments = milliseconds(table.column("time")).tolist()
        for cell, cause, seconds, moment in zip(*columns, moments, strict=True):
            if cause not in _SAVING_CAUSES | _LOCKED_CAUSES:
                found[cell].steps.append(Down(moment, length, seconds))

    def _period_ms(self, history: History, observed: str, cell: str, step: int) -> int:
        """Length of the granularity period, from one cell; a step where it is shorter."""
        table = history.values(
            *(observed, self._start_ms, self._end_ms, step, ["cell"]), where={"cell": cell}
        )
        lengths: list[int] = [round(seconds * 1000) for _, _, seconds in _rows(table)]
        return max([step, *lengths])

    def _add_silence(
        self, prefix: str, seen: Mapping[Any, Seen], silent: Mapping[Any, Any]
    ) -> None:
        """Unknown time of cells whose site was down is down time: hour by hour."""
        site_down = self._hours_down({str(site) for site in silent.values()})
        concerned = [name for name, site in silent.items() if site_down.get(site)]
        if not concerned:
            return
        observed = self._hours_observed(f"{prefix}_cell_observed_seconds", concerned)
        for name, told in zip(concerned, observed, strict=True):
            own = seen[name]
            extra = []
            for hour, lost in site_down[str(silent[name])].items():
                already = sum(s.seconds for s in own.steps if 0 <= s.moment_ms - hour < _HOUR_MS)
                unknown = 3600.0 - float(told[(hour - self._start_ms) // _HOUR_MS])
                more = min(unknown, lost - already)
                if more > 0:
                    extra.append(Down(hour, _HOUR_MS, more))
            own.known += sum(step.seconds for step in extra)
            own.down += sum(step.seconds for step in extra)
            own.steps = sorted([*own.steps, *extra], key=lambda step: step.moment_ms)

    def _hours_down(self, sites: Collection[str]) -> dict[str, dict[int, float]]:
        """Seconds that sites were down, by site and hour since the start."""
        found: dict[str, dict[int, float]] = {}
        for code, uptime in self.sites().items():
            if code in sites and uptime.outages:
                found[code] = by_hour(uptime.outages, self._start_ms)
        return found

    def _hours_observed(self, metric: str, cells: Sequence[Any]) -> NDArray[np.float32]:
        """Seconds that cells were observed in each hour since the start: cells by hours."""
        hours = -(-(self._end_ms - self._start_ms) // _HOUR_MS)
        found = np.zeros((len(cells), hours), dtype=np.float32)
        history = self._sources.history
        if history is None:
            return found
        table = history.values(
            *(metric, self._start_ms, self._end_ms, _HOUR_MS, ["cell"]),
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

    # -- spans -------------------------------------------------------------------------------------

    def _known_at(self, *ends: str) -> float:
        """Seconds in which a node at one of these ends was being polled."""
        if not self._alarms.kept:
            return 0.0
        sites = self.sites()
        found = 0.0
        for end in ends:
            site = self._sources.inventory.site_of_end(end)
            if site is not None:
                here = sites[site.code].availability
                found = max(found, here.total - here.unknown)
        return found

    def _cut(self, cuts: Iterable[Interval], known: float) -> Seen:
        steps = [Down(start, end - start, (end - start) / 1000) for start, end in sorted(cuts)]
        down = sum(step.seconds for step in steps)
        return Seen(known=max(known, down), down=down, steps=steps)

    # -- together ----------------------------------------------------------------------------------

    def _judged(self, seen: Seen, labels: Mapping[str, str]) -> Uptime:
        windows = self._alarms.planned(labels)
        planned = planned_seconds(seen.steps, windows)
        known = min(seen.known, self.seconds)
        up = max(known - seen.down - seen.locked - seen.saving, 0.0)
        availability = Availability(
            up=up,
            unplanned=seen.down - planned,
            planned=planned + seen.locked,
            saving=seen.saving,
            unknown=max(self.seconds - up - seen.down - seen.locked - seen.saving, 0.0),
        )
        return Uptime(availability, tuple(outages(seen.steps, windows, self._end_ms)))


def by_hour(found: Iterable[Outage], start_ms: int) -> dict[int, float]:
    """Seconds of outages in each hour since the start, by the hour's first millisecond."""
    hours: dict[int, float] = defaultdict(float)
    for outage in found:
        hour = start_ms + (outage.start_ms - start_ms) // _HOUR_MS * _HOUR_MS
        while hour < outage.end_ms:
            inside = min(outage.end_ms, hour + _HOUR_MS) - max(outage.start_ms, hour)
            hours[hour] += inside / 1000
            hour += _HOUR_MS
    return dict(hours)


def _whole_down(steps: Sequence[_Step]) -> list[_Step]:
    """Of steps in which some part of an object was down, those in which the whole of it was.

    Where another part was up for some time of a step, only the rest of the step can have been
    without any, and only if that goes on in a step beside it: how long a poll holds may not add up
    to a step exactly.
    """
    dead = {step.moment_ms for step in steps if step.other < 1}
    found = []
    for step in steps:
        if step.moment_ms in dead:
            found.append(step)
        elif dead & {step.moment_ms - STEP_MS, step.moment_ms + STEP_MS}:
            rest = min(step.down, STEP_MS / 1000 - step.other)
            if rest > 0:
                found.append(step._replace(down=rest))
    return found


def milliseconds(times: Any) -> NDArray[np.int64]:
    """A column of times as Unix milliseconds."""
    found: NDArray[np.int64] = times.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64()).to_numpy()
    return found


def _rows(table: Any) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
