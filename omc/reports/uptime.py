"""How long nodes, sites, cells, PONs and spans were up in a period, read from the archive.

    node   answered when it was polled (`omc_poll_success`)
    site   any of its nodes answered; without polled nodes, its gateway was online (`site_online`)
    cell   its unavailable seconds by cause (3GPP PM), where none were collected its state; a cell
           that tells nothing while its site is down is down
    PON    its port on the OLT works (`pon_port_up`)
    span   no fibre cut was found on it (alarm `fibre_cut`) while a node at one of its ends was
           being polled; nothing is known of it before the history of alarms begins

`docs/reports.md` tells how the figures are to be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from omc.core.inventory import Technology
from omc.reports.availability import Availability
from omc.reports.cell_counters import CellCounters, by_hour
from omc.reports.document import Period
from omc.reports.outages import (
    STEP_MS,
    Down,
    Interval,
    Outage,
    outages,
    planned_seconds,
    united,
)
from omc.reports.past_alarms import PastAlarms
from omc.reports.seen import Key, Seen, seen_states
from omc.reports.sources import Sources

#: Prefix of the metrics of each technology's cells.
PREFIX = {Technology.G3: "utran", Technology.G4: "lte", Technology.G5: "nr"}

#: What says nothing of a device while the service itself is cut off (alarm `collector_cut_off`),
#: and how long before the alarm that may have begun.
_SEEN_FROM_HERE = frozenset({"omc_poll_success", "site_online"})
_NOTICED_MS = 180_000


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
        self._period = period
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
        """Every span of the inventory, by name; unknown while no alarms were kept."""
        cuts: dict[str, list[Interval]] = defaultdict(list)
        for alarm in self._alarms.of_rule("fibre_cut"):
            end = self._end_ms if alarm.end_ms is None else alarm.end_ms
            inside = (max(alarm.start_ms, self._start_ms), min(end, self._end_ms))
            if inside[0] < inside[1]:
                cuts[alarm.labels.get("span", "")].append(inside)
        sites = self._sites_while_alarms_were_kept()
        found = {}
        for name, span in self._sources.inventory.spans.items():
            seen = self._cut(cuts[name], self._known_at(sites, span.start, span.end))
            found[str(name)] = self._judged(seen, {"span": name})
        return found

    def cells(self, technology: Technology) -> dict[str, Uptime]:
        """Every cell of a technology that was to be on air in the period, by name.

        This is what coverage weighs its cells with: `availability` has the split into fault,
        maintenance, energy saving and unknown time, and adds up over cells.
        """
        first, last = (
            datetime.fromtimestamp(ms / 1000, self._sources.zone).date()
            for ms in (self._start_ms, self._end_ms - 1)
        )
        cells = [
            cell
            for cell in self._sources.inventory.cells.values()
            if cell.technology is technology and cell.is_on_air_within(first, last)
        ]
        if not cells:
            return {}
        seen = self._seen_cells(PREFIX[technology], {str(c.name): str(c.site) for c in cells})
        return {
            name: self._judged(found, {"cell": name, "site": site})
            for name, (site, found) in seen.items()
        }

    def _seen_cells(self, prefix: str, sites: Mapping[str, str]) -> dict[str, tuple[str, Seen]]:
        """What counters tell of cells; where there are none their state; what silence means."""
        history = self._sources.history
        if history is None:
            return {name: (site, Seen()) for name, site in sites.items()}
        counters = CellCounters(history, prefix, self._start_ms, self._end_ms)
        counted = counters.seen()
        told = self._states(f"{prefix}_cell_state", ["cell"]) if len(counted) < len(sites) else {}
        seen = {name: counted.get(name) or told.get((name,)) or Seen() for name in sites}
        silent = {n: site for n, site in sites.items() if seen[n].known < self.seconds - 1}
        counters.add_silence(seen, silent, self._hours_down(set(silent.values())))
        return {name: (site, seen[name]) for name, site in sites.items()}

    def _hours_down(self, sites: Collection[str]) -> dict[str, dict[int, float]]:
        """Seconds that sites were down, by site and hour since the start."""
        return {
            code: by_hour(uptime.outages, self._start_ms)
            for code, uptime in self.sites().items()
            if code in sites and uptime.outages
        }

    def _states(
        self, metric: str, by: Sequence[str], within: Sequence[str] = ()
    ) -> dict[Key, Seen]:
        history = self._sources.history
        if history is None:
            return {}
        blind = self._blind if metric in _SEEN_FROM_HERE else ()
        return seen_states(history, metric, self._start_ms, self._end_ms, by, within, blind)

    # -- spans -------------------------------------------------------------------------------------

    def _sites_while_alarms_were_kept(self) -> dict[str, Uptime]:
        """Every site since the history of alarms began; none where that is after the period."""
        since_ms = -(-self._alarms.since_ms // STEP_MS) * STEP_MS
        if not self._alarms.kept or since_ms >= self._end_ms:
            return {}
        if since_ms <= self._start_ms:
            return self.sites()
        start = datetime.fromtimestamp(since_ms / 1000, self._sources.zone)
        rest = replace(self._period, start=start)
        return UptimeReader(self._sources, rest, self._alarms).sites()

    def _known_at(self, sites: Mapping[str, Uptime], *ends: str) -> float:
        """Seconds in which a node at one of these ends was being polled."""
        found = 0.0
        for end in ends:
            site = self._sources.inventory.site_of_end(end)
            if site is not None and site.code in sites:
                here = sites[site.code].availability
                found = max(found, here.total - here.unknown)
        return found

    def _cut(self, cuts: Sequence[Interval], known: float) -> Seen:
        """A span that was cut so, and of which so many seconds are known since alarms were kept."""
        steps = [Down(start, end - start, (end - start) / 1000) for start, end in sorted(cuts)]
        down = sum(step.seconds for step in steps)
        since_ms = self._alarms.since_ms
        before = sum(max(min(end, since_ms) - start, 0) / 1000 for start, end in cuts)
        return Seen(known=max(known + before, down), down=down, steps=steps)

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
