"""Performance counters of cells, as sums of a granularity period, under catalogue names.

Each count is the difference of a cumulative count at both ends of the period (3GPP TS 32.401), so
sums over any periods agree with each other. Failures are counted among whole attempts: there are
never more successes than attempts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from omc.simulator.network import Cell, Technology
from omc.simulator.reading import Reading
from omc.simulator.rhythm import phase_of, traffic_volume
from omc.simulator.seeds import unit
from omc.simulator.world import Moment, World

_BYTES_A_MEGABIT = 125_000.0
_UPLOAD = 0.14
#: Share of its usual traffic that a sleeping cell still sees: what leaks in from its neighbours.
_TRICKLE = 0.01
#: Physical resource blocks of the carrier, by the letters in a cell's name.
_BLOCKS = {"L18": 100, "L21": 75, "L9": 50, "N26": 273}
#: Downlink Mbit/s of the whole carrier at typical radio conditions.
_CAPACITY = {"L18": 78.0, "L21": 56.0, "L9": 34.0, "N26": 620.0, "U21": 6.5, "U9": 6.0}


@dataclass(frozen=True, slots=True)
class Period:
    """A granularity period; one object serves all cells of a site.

    Attributes:
        start: Unix seconds.
        end: Unix seconds.
        unavailable: Seconds in which the site was without power or cut off.
    """

    start: float
    end: float
    unavailable: float = 0.0

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


class Cumulative(NamedTuple):
    """Whole events since the epoch, at both ends of a period."""

    before: int
    after: int

    @property
    def within(self) -> int:
        """Events of the period."""
        return self.after - self.before


class CellActivity:
    """How one cell fares: the numbers that all its counters are made of.

    Args:
        cell: Of the province.
        identity: Its index there.
        asleep: Cells that sleep, by index, and since when (Unix seconds).
    """

    __slots__ = ("_asleep", "cell", "direction", "identity", "labels", "phase")

    def __init__(self, cell: Cell, identity: int, asleep: Mapping[int, float]) -> None:
        self.cell = cell
        self.identity = identity
        self._asleep = asleep
        self.phase = phase_of(identity + 1_000_003)
        self.labels: Mapping[str, str] = {"cell": cell.name}
        self.direction: tuple[Mapping[str, str], Mapping[str, str]] = (
            {"cell": cell.name, "direction": "dl"},
            {"cell": cell.name, "direction": "ul"},
        )

    @property
    def letters(self) -> str:
        """The carrier in the cell's name."""
        return self.cell.name.split("-")[1]

    def volume(self, period: Period) -> float:
        """Busy-hour seconds of activity in a period, less what it was unavailable."""
        whole = traffic_volume(period.end, self.phase) - traffic_volume(period.start, self.phase)
        return whole * (1 - period.unavailable / period.seconds) * self.awake(period)

    def awake(self, period: Period) -> float:
        """Share of a period's traffic that a cell carries: a sleeping one carries a trickle."""
        since = self._asleep.get(self.identity)
        if since is None or since >= period.end:
            return 1.0
        before = max(since - period.start, 0.0) / period.seconds
        return before + (1 - before) * _TRICKLE

    def attempts(self, period: Period, per_user: float) -> Cumulative:
        """Attempts at a rate a second and busy-hour user."""
        if period.unavailable >= period.seconds:
            return Cumulative(0, 0)
        rate = per_user * self.cell.busy_users
        before = math.floor(rate * traffic_volume(period.start, self.phase))
        after = math.floor(rate * traffic_volume(period.end, self.phase))
        return Cumulative(before, before + math.floor((after - before) * self.awake(period)))

    def successes(self, attempts: Cumulative, typical: float, what: int) -> Cumulative:
        """Those of the attempts that do not fail; `what` tells procedures apart."""
        share = self.badness(what, typical)
        return Cumulative(*(count - math.floor(share * count) for count in attempts))

    def badness(self, what: int, typical: float) -> float:
        """Share of attempts that fail: typical for most cells, many times that for a few."""
        luck = unit(self.identity, what)
        return min(typical * (0.4 + luck + (9.0 if luck > 0.998 else 0.0)), 0.5)

    def load(self, moment: Moment) -> float:
        """Share of the busy hour now."""
        since = self._asleep.get(self.identity)
        share = 1.0 if since is None or since > moment.time else _TRICKLE
        return moment.rates[self.phase] * share


def cell_activities(world: World) -> list[list[CellActivity]]:
    """For each site the activity of its cells."""
    activities: list[list[CellActivity]] = [[] for _ in world.province.sites]
    for identity, cell in enumerate(world.province.cells):
        activities[cell.site].append(CellActivity(cell, identity, world.faults.asleep))
    return activities


def cell_readings(moment: Moment, activity: CellActivity, period: Period) -> Iterator[Reading]:
    """Every counter of one cell for one period; `moment` is the period's end."""
    return _BY_TECHNOLOGY[activity.cell.technology](moment, activity, period)


def _pair(
    procedure: str, labels: Mapping[str, str], attempts: Cumulative, successes: Cumulative
) -> Iterator[Reading]:
    yield Reading(f"{procedure}_attempts", labels, attempts.within)
    yield Reading(f"{procedure}_successes", labels, successes.within)


def _chain(
    activity: CellActivity, period: Period, per_user: float, stages: Mapping[str, float]
) -> Iterator[Reading]:
    """Procedures that follow each other: who succeeds in one attempts the next.

    Args:
        activity: Of the cell.
        period: To count in.
        per_user: Attempts of the first, a second and busy-hour user.
        stages: Procedure to typical share of failures.
    """
    attempts = activity.attempts(period, per_user)
    for what, (procedure, typical) in enumerate(stages.items()):
        successes = activity.successes(attempts, typical, what)
        yield from _pair(procedure, activity.labels, attempts, successes)
        attempts = successes


def _failed(
    name: str,
    labels: Mapping[str, str],
    activity: CellActivity,
    attempts: Cumulative,
    typical: float,
) -> Reading:
    kept = activity.successes(attempts, typical, 11)
    return Reading(name, labels, attempts.within - kept.within)


def _availability(prefix: str, activity: CellActivity, period: Period) -> Iterator[Reading]:
    labels = {**activity.labels, "cause": "fault"}
    yield Reading(f"{prefix}_cell_unavailable_seconds", labels, round(period.unavailable, 1))
    yield Reading(f"{prefix}_cell_observed_seconds", activity.labels, period.seconds)


def _users(prefix: str, activity: CellActivity, moment: Moment) -> Iterator[Reading]:
    mean = activity.cell.busy_users * activity.load(moment)
    yield Reading(f"{prefix}_connected_users", activity.labels, round(mean, 1))
    yield Reading(
        f"{prefix}_connected_users_max", activity.labels, math.ceil(mean + 2 * math.sqrt(mean))
    )


def _blocks_used(prefix: str, activity: CellActivity, moment: Moment) -> Iterator[Reading]:
    down = activity.cell.busy_megabits * activity.load(moment) / _CAPACITY[activity.letters]
    for labels, share in zip(activity.direction, (down, down * 0.55), strict=True):
        used = min(0.03 + 0.9 * share, 0.99)
        yield Reading(f"{prefix}_prb_utilisation_ratio", labels, math.floor(used * 100) / 100)


def _volumes(name: str, activity: CellActivity, period: Period) -> Iterator[Reading]:
    total = activity.cell.busy_megabits * _BYTES_A_MEGABIT * activity.volume(period)
    for labels, share in zip(activity.direction, (1.0, _UPLOAD), strict=True):
        yield Reading(name, labels, round(total * share))


def _watts(prefix: str, activity: CellActivity, moment: Moment, idle: float) -> Iterator[Reading]:
    watts = idle * (1 + 0.6 * activity.load(moment))
    yield Reading(f"{prefix}_cell_power_watts", activity.labels, round(watts, 1))


_DOMAINS = ("cs", "ps")
_LTE_CHAIN = {
    "lte_rrc_setup": 0.004,
    "lte_s1sig_setup": 0.001,
    "lte_erab_initial_setup": 0.003,
}
_NR_CHAIN = {
    "nr_rrc_setup": 0.004,
    "nr_ngsig_setup": 0.001,
    "nr_drb_initial_setup": 0.003,
}


def _handover(
    procedure: str, activity: CellActivity, period: Period, typical: float
) -> Iterator[Reading]:
    attempts = activity.attempts(period, 0.006)
    yield from _pair(
        procedure, activity.labels, attempts, activity.successes(attempts, typical, 12)
    )


def _lte(moment: Moment, activity: CellActivity, period: Period) -> Iterator[Reading]:
    labels = activity.labels
    yield Reading("lte_cell_state", labels, 1)
    yield from _chain(activity, period, 0.011, _LTE_CHAIN)
    sessions = activity.attempts(period, 0.0105)
    yield _failed("lte_erab_abnormal_releases", labels, activity, sessions, 0.003)
    yield from _handover("lte_handover_execution", activity, period, 0.012)
    yield from _availability("lte", activity, period)
    for direction in activity.direction:
        yield Reading("lte_prb_available", direction, _BLOCKS[activity.letters])
    yield from _blocks_used("lte", activity, moment)
    yield from _volumes("lte_pdcp_volume_bytes", activity, period)
    yield from _volumes("lte_ip_volume_bytes", activity, period)
    yield from _ip_time(moment, activity, period)
    yield from _users("lte", activity, moment)
    noise = -118 + 9 * activity.load(moment) + 4 * unit(activity.identity, 13) ** 4
    yield Reading("lte_uplink_interference_dbm", labels, round(noise, 1))
    yield from _watts("lte", activity, moment, 140.0)


def _ip_time(moment: Moment, activity: CellActivity, period: Period) -> Iterator[Reading]:
    """Seconds in which data waited for the scheduler: a busy cell serves each user slower."""
    total = activity.cell.busy_megabits * activity.volume(period)
    capacity = _CAPACITY[activity.letters]
    used = min(activity.cell.busy_megabits * activity.load(moment) / capacity, 0.9)
    for labels, share in zip(activity.direction, (1.0, _UPLOAD), strict=True):
        seconds = total * share / (capacity * 0.5 * share**0.5 * (1 - used))
        yield Reading("lte_ip_time_seconds", labels, round(seconds, 3))


def _nr(moment: Moment, activity: CellActivity, period: Period) -> Iterator[Reading]:
    labels = activity.labels
    yield Reading("nr_cell_state", labels, 1)
    yield from _chain(activity, period, 0.009, _NR_CHAIN)
    yield from _chain(activity, period, 0.006, {"nr_pdu_session_setup": 0.003})
    yield from _handover("nr_inter_gnb_handover", activity, period, 0.015)
    flows = activity.attempts(period, 0.0085)
    yield Reading("nr_qos_flow_setup_successes", labels, flows.within)
    yield _failed("nr_qos_flow_abnormal_releases", labels, activity, flows, 0.003)
    yield from _availability("nr", activity, period)
    for direction in activity.direction:
        yield Reading("nr_prb_available", direction, _BLOCKS[activity.letters])
    yield from _blocks_used("nr", activity, moment)
    yield from _volumes("nr_pdcp_volume_bytes", activity, period)
    yield from _users("nr", activity, moment)
    yield from _watts("nr", activity, moment, 520.0)


def _utran(moment: Moment, activity: CellActivity, period: Period) -> Iterator[Reading]:
    labels = activity.labels
    yield Reading("utran_cell_state", labels, 1)
    yield from _chain(activity, period, 0.012, {"utran_rrc_setup": 0.006})
    for domain, per_user in zip(_DOMAINS, (0.003, 0.008), strict=True):
        both = {**labels, "domain": domain}
        attempts = activity.attempts(period, per_user)
        successes = activity.successes(attempts, 0.004, 5)
        yield from _pair("utran_rab_setup", both, attempts, successes)
        yield Reading("utran_rab_releases", both, successes.within)
        yield _failed("utran_rab_abnormal_releases", both, activity, successes, 0.004)
    yield from _availability("utran", activity, period)
    yield from _volumes("utran_volume_bytes", activity, period)
    users = activity.cell.busy_users * activity.load(moment)
    yield Reading("utran_connected_users", labels, round(users, 1))
    rtwp = -105.5 + 7 * activity.load(moment) + 5 * unit(activity.identity, 14) ** 4
    yield Reading("utran_rtwp_dbm", labels, round(rtwp, 1))


_BY_TECHNOLOGY: Mapping[Technology, Callable[[Moment, CellActivity, Period], Iterator[Reading]]] = {
    Technology.LTE: _lte,
    Technology.NR: _nr,
    Technology.UTRAN: _utran,
}
