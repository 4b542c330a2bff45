"""Why something was down: fibre, mains or equipment, as far as anybody knows.

First the root causes that the service found at the time (alarms `fibre_cut`, `site_dark`,
`site_lost`), then `mains_failed`, then what the archive itself tells of the mains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from omc.core.metric import Text
from omc.reports.outages import STEP_MS, Down, Interval, Outage, outages
from omc.reports.past_alarms import PastAlarm, PastAlarms
from omc.reports.sources import Sources

#: A cause is found after the loss, and a site that is on battery tells nothing any more once it is
#: empty: milliseconds that an outage may lie off its cause.
_NEAR_MS = 30 * 60_000


class Cause(StrEnum):
    """What an outage is put down to."""

    FIBRE = "fibre"
    MAINS = "mains"
    EQUIPMENT = "equipment"
    PLANNED = "planned"
    UNKNOWN = "unknown"


CAUSE_TEXTS = {
    Cause.FIBRE: Text(en="fibre", vi="cáp quang"),
    Cause.MAINS: Text(en="mains", vi="điện lưới"),
    Cause.EQUIPMENT: Text(en="equipment", vi="thiết bị"),
    Cause.PLANNED: Text(en="planned work", vi="bảo trì theo kế hoạch"),
    Cause.UNKNOWN: Text(en="not known", vi="chưa rõ"),
}

#: In this order: a site behind a cut has no mains alarm of its own that would matter.
_ROOTS = (("fibre_cut", Cause.FIBRE), ("site_dark", Cause.MAINS), ("site_lost", Cause.EQUIPMENT))


class Causes:
    """Tells the cause of outages of sites and of what stands at them.

    Args:
        alarms: Of the period.
        mains: Site to times without mains.
    """

    def __init__(self, alarms: PastAlarms, mains: Mapping[str, list[Interval]]) -> None:
        self._mains = mains
        self._roots: dict[str, list[tuple[PastAlarm, Cause]]] = defaultdict(list)
        for rule, cause in _ROOTS:
            for alarm in alarms.of_rule(rule):
                for place in alarm.places | {alarm.labels.get("site", "")}:
                    self._roots[place].append((alarm, cause))
        for alarm in alarms.of_rule("mains_failed"):
            self._roots[alarm.labels.get("site", "")].append((alarm, Cause.MAINS))

    def of(self, site: str, outage: Outage) -> Cause:
        """Why something at a site was down."""
        if outage.is_planned:
            return Cause.PLANNED
        for alarm, cause in self._roots.get(site, ()):
            if _meets(outage, alarm.start_ms, alarm.end_ms):
                return cause
        if any(_meets_start(outage, interval) for interval in self._mains.get(site, ())):
            return Cause.MAINS
        return Cause.UNKNOWN


def times_without_mains(sources: Sources, start_ms: int, end_ms: int) -> dict[str, list[Interval]]:
    """By site, from the archive's `ac_input_available`."""
    if sources.history is None:
        return {}
    wanted = (start_ms // STEP_MS * STEP_MS, end_ms // STEP_MS * STEP_MS, STEP_MS)
    table = sources.history.downtime("ac_input_available", {0}, wanted, ["site"], ["node"])
    steps: dict[str, list[Down]] = defaultdict(list)
    for site, moment, down, _ in zip(*(c.to_pylist() for c in table.columns), strict=True):
        steps[site].append(Down(moment, STEP_MS, down))
    return {site: _intervals(outages(found, (), end_ms)) for site, found in steps.items()}


def _intervals(found: Iterable[Outage]) -> list[Interval]:
    return [(outage.start_ms, outage.end_ms) for outage in found]


def _meets(outage: Outage, start_ms: int, end_ms: int | None) -> bool:
    """Whether an alarm was active around the beginning of an outage."""
    return start_ms <= outage.start_ms + _NEAR_MS and (end_ms is None or end_ms > outage.start_ms)


def _meets_start(outage: Outage, interval: Interval) -> bool:
    start, end = interval
    return start - _NEAR_MS <= outage.start_ms <= end + _NEAR_MS
