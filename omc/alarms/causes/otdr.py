"""What devices measure of the distance to a fault on a fibre (OTDR)."""

from __future__ import annotations

from typing import NamedTuple

from omc.alarms.causes.situation import Situation
from omc.alarms.location import Location, Section, locate, sections
from omc.alarms.sorted_batch import SortedBatch
from omc.core.inventory import Inventory, SpanName
from omc.core.topology import Place, Topology

_OF_SPAN, _OF_PORT = "fibre_event_distance_metres", "fibre_link_fault_distance_metres"
#: A distance that moves by less is the same event: a splice, or the end of the fibre.
_SAME_METRES = 20.0
#: Milliseconds without it after which the same distance is another event: a joint that fails again.
_GONE_MS = 3_600_000


class Distance(NamedTuple):
    """A distance that was measured.

    Attributes:
        origin: The place that it was measured from.
        metres: Of fibre.
        since_ms: When it was first so, Unix milliseconds.
        seen_ms: When it was last so.
    """

    origin: Place
    metres: float
    since_ms: int
    seen_ms: int


class FaultDistances:
    """Remembers distances by link.

    Args:
        inventory: Lengths and routes of spans.
        topology: The network.
        situation: Knows which port is at the end of which span.
    """

    def __init__(self, inventory: Inventory, topology: Topology, situation: Situation) -> None:
        self._inventory = inventory
        self._situation = situation
        self._topology = topology
        self._found: dict[SpanName, dict[Place, Distance]] = {}

    def observe(self, batch: SortedBatch) -> None:
        """Take in what a batch says of distances."""
        for name, samples in batch.of((_OF_SPAN, _OF_PORT)):
            for series, value, time_ms in samples:
                labels = series.labels
                link = (
                    self._topology.link_of(SpanName(labels.get("span", "")))
                    if name == _OF_SPAN
                    else self._situation.span_of(labels)
                )
                origin = self._situation.place_of(labels)
                if link is not None and origin is not None:
                    self._take(link, Distance(origin, value, time_ms, time_ms))

    def _take(self, link: SpanName, distance: Distance) -> None:
        known = self._found.setdefault(link, {})
        before = known.get(distance.origin)
        if before is not None and _is_same(before, distance):
            distance = before._replace(seen_ms=distance.seen_ms)
        known[distance.origin] = distance

    def sections(self, link: SpanName) -> tuple[Section, ...]:
        """The spans of a link that can hold a cut."""
        return sections(self._inventory, self._topology, link)

    def locate(self, link: SpanName, since_ms: int) -> Location | None:
        """Where a link is cut, by the shortest distance that was not there before that moment.

        None if none was measured that can lie on the link.
        """
        found = self._found.get(link, {}).values()
        new = [distance for distance in found if distance.since_ms >= since_ms]
        for distance in sorted(new, key=lambda distance: distance.metres):
            origin, metres = distance.origin, distance.metres
            location = locate(self._inventory, self._topology, link, origin, metres)
            if location is not None:
                return location
        return None


def _is_same(before: Distance, distance: Distance) -> bool:
    is_near = abs(before.metres - distance.metres) <= _SAME_METRES
    return is_near and distance.since_ms - before.seen_ms < _GONE_MS
