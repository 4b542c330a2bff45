"""How full the cables between sites are, and how much light is to spare: for all viewers at once.

The light that a port receives is set against two things: what its receiver needs at least (its own
threshold where it tells one, else the limit of the alarm rule), and what should arrive: the light
sent at the far end less what the route should take (`omc.core.route_loss`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.console.port_traffic import PortReader, PortTraffic, Traffic
from dashboards.console.world import ConsoleWorld
from omc.alarms import Severity
from omc.alarms.causes.ports import Port
from omc.alarms.rules.levels import Levels, level_of
from omc.alarms.rules.rule import Rate, Threshold
from omc.alarms.rules.rule_set import RuleSet
from omc.core.inventory import SpanName
from omc.core.model import NodeName
from omc.core.route_loss import route_loss_decibels

_LOOK_SECONDS = 20.0
#: Missing light in dB from which somebody should look. Engineering judgement.
MISSING_DB = 3.0
#: What a receiver needs where neither it nor a rule says so. Engineering judgement.
_LEAST_DBM = -28.0
#: A receiver's own thresholds, the one that counts first.
_LEAST = ("low_alarm", "low_warning")


@dataclass(frozen=True, slots=True)
class Light:
    """Light that arrives at one end of a cable.

    Attributes:
        received: dBm.
        least: What the receiver needs, dBm.
        planned: What should arrive, dBm; None where the far end does not tell what it sends.
    """

    received: float
    least: float
    planned: float | None

    @property
    def margin(self) -> float:
        """What is to spare, dB."""
        return self.received - self.least

    @property
    def missing(self) -> float | None:
        """By how much less arrives than should, dB; below zero more does."""
        return None if self.planned is None else self.planned - self.received


@dataclass(frozen=True, slots=True)
class Way:
    """One direction of a cable; None is not known.

    Attributes:
        bits_per_second: Traffic that goes this way.
        share: Of what the ports could carry, 0..1.
        light: That arrives this way.
    """

    bits_per_second: float | None = None
    share: float | None = None
    light: Light | None = None


#: From the start of a cable to its end, and back.
Ways = tuple[Way, Way]
UNKNOWN: Ways = (Way(), Way())


class SpanWatch:
    """Counts every few seconds: rates need two looks, and no viewer should wait for the second.

    Args:
        world: Where the values are.
    """

    def __init__(self, world: ConsoleWorld) -> None:
        self._world = world
        self._reader = PortReader(world.values)
        self._traffic = PortTraffic(self._reader)
        self._ways: Mapping[SpanName, Ways] = {}
        rules = world.desk.world.rules
        self._full = _levels(rules, "interface_transmit_utilisation_high")
        self._weak = _levels(rules, "optical_rx_power_low")
        limits = (bound.limit for bounds in self._weak.values() for bound in bounds)
        self._weakest = min(limits, default=_LEAST_DBM)

    def ways(self, span: SpanName) -> Ways:
        """Both directions of a cable, as they were at the last look."""
        return self._ways.get(span, UNKNOWN)

    def fullness(self, share: float) -> Severity:
        """How bad it is to be so full, as the alarm rule has it."""
        return level_of(self._full, share)

    def scarcity(self, light: Light) -> Severity:
        """How bad it is to have so little light to spare: the alarm rule, if its limit counts."""
        severity = level_of(self._weak, self._weakest + light.margin)
        missing = light.missing
        if missing is not None and missing > MISSING_DB:
            return max(severity, Severity.WARNING)
        return severity

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Count anew."""
        topology, ports = self._world.topology, self._world.desk.ports
        ends: dict[SpanName, tuple[list[Port], list[Port]]] = {}
        for span in topology.spans:
            start, _ = topology.ends(span)
            here: tuple[list[Port], list[Port]] = ([], [])
            for port in ports.ports(span):
                here[self._place(port) != start].append(port)
            ends[span] = here
        wanted = {port for sides in ends.values() for side in sides for port in side}
        traffic = self._traffic.look(wanted)
        light = _PortLight(self._reader, wanted, self._weakest)
        self._ways = {
            span: self._both_ways(span, sides, traffic, light) for span, sides in ends.items()
        }

    def _place(self, port: Port) -> str:
        node = self._world.inventory.nodes.get(NodeName(port.node))
        return node.site or node.name if node is not None else ""

    def _both_ways(
        self,
        span: SpanName,
        sides: tuple[list[Port], list[Port]],
        traffic: Mapping[Port, Traffic],
        light: _PortLight,
    ) -> Ways:
        parts = self._world.topology.parts(span)
        spans = self._world.inventory.spans
        loss = route_loss_decibels([spans[part.span].length_km for part in parts])
        start, end = ([traffic[port] for port in side if port in traffic] for side in sides)
        return (
            _way(start, end, light.between(sides[0], sides[1], loss)),
            _way(end, start, light.between(sides[1], sides[0], loss)),
        )


class _PortLight:
    """Light by port, of several lanes the weakest."""

    def __init__(self, reader: PortReader, ports: set[Port], weakest: float) -> None:
        self._weakest = weakest
        self._received = _lowest(reader, "optical_rx_power_dbm", ports)
        self._sent = _lowest(reader, "optical_tx_power_dbm", ports)
        self._least: dict[Port, float] = {}
        told = [
            (latest.series.labels.get("threshold", ""), port, latest.value)
            for port, latest in reader.read("optical_rx_power_threshold_dbm")
            if port in ports
        ]
        for name in reversed(_LEAST):
            self._least |= {port: value for threshold, port, value in told if threshold == name}

    def between(self, senders: list[Port], receivers: list[Port], loss: float) -> Light | None:
        """Light on its way from ports at one end to those at the other: where least is to spare."""
        sent = [self._sent[port] for port in senders if port in self._sent]
        planned = min(sent) - loss if sent else None
        found = [
            Light(self._received[port], self._least.get(port, self._weakest), planned)
            for port in receivers
            if port in self._received
        ]
        return min(found, key=lambda light: light.margin, default=None)


def _lowest(reader: PortReader, metric: str, ports: set[Port]) -> dict[Port, float]:
    found: dict[Port, float] = {}
    for port, latest in reader.read(metric):
        if port in ports:
            found[port] = min(latest.value, found.get(port, latest.value))
    return found


def _way(senders: list[Traffic], receivers: list[Traffic], light: Light | None) -> Way:
    """Traffic as its senders count it, or else its receivers."""
    for rates, ports in (
        ([port.sent for port in senders], senders),
        ([port.received for port in receivers], receivers),
    ):
        bits = [rate for rate in rates if rate is not None]
        if bits:
            speed = sum(port.speed or 0.0 for port in ports)
            return Way(sum(bits), sum(bits) / speed if speed else None, light)
    return Way(light=light)


def _levels(rules: RuleSet, name: str) -> Levels:
    """The levels of a rule; none where somebody's own rules have put another in its place."""
    when = rules[name].when if name in rules else None
    return when.levels if isinstance(when, Rate | Threshold) else {}


def worst_share(ways: Iterable[Way]) -> float | None:
    """The fuller direction; None if neither is known."""
    return max((way.share for way in ways if way.share is not None), default=None)
