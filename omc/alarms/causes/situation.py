"""What is known of the network right now, as far as root causes need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from omc.alarms.causes.evidence import Evidence, Power
from omc.alarms.causes.ports import METRICS as PORT_METRICS
from omc.alarms.causes.ports import Port, PortMap
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import Clock
from omc.core.inventory import Inventory, SpanName
from omc.core.model import NodeName, Series
from omc.core.topology import Place, Topology

_REACH = "omc_poll_success"
_ONLINE = "site_online"
_OPER, _ADMIN = "interface_oper_state", "interface_admin_state"
_MAINS = "ac_input_available"
_RUNTIMES = ("site_time_to_dark_seconds", "battery_runtime_remaining_seconds")
_CHARGE, _VOLTS = "battery_state_of_charge_ratio", "dc_bus_voltage_volts"
_UP = 1.0

#: What is left when a site is about to go dark. Engineering judgement.
_LAST_SECONDS, _LAST_CHARGE, _LAST_VOLTS = 900.0, 0.15, 45.0


class _Heard(NamedTuple):
    """Whether a device answered, and when that became known (Unix milliseconds)."""

    answers: bool
    time_ms: int


@dataclass(slots=True)
class _Plant:
    """What a place last said of its power."""

    mains: bool | None = None
    seconds_left: float | None = None
    charge: float | None = None
    volts: float | None = None
    time_ms: int = 0


class Situation:
    """Remembers who answers, which ports are up, and who is on battery.

    Args:
        inventory: Where nodes stand.
        topology: The network.
        clock: The time.
    """

    def __init__(self, inventory: Inventory, topology: Topology, clock: Clock) -> None:
        self._inventory = inventory
        self._topology = topology
        self._clock = clock
        self._heard: dict[str, _Heard] = {}
        self._ports: dict[Port, _Heard] = {}
        self._disabled: set[Port] = set()
        self._port_of: dict[Series, Port] = {}
        self._learned: set[Series] = set()
        self._plants: dict[Place, _Plant] = {}
        self._nodes_at: dict[Place, list[str]] = {}
        self.port_map = PortMap(inventory, topology)
        for node in inventory.nodes.values():
            if node.credentials is not None:
                self._nodes_at.setdefault(Place(node.site or node.name), []).append(node.name)
        self._polled = frozenset(self._nodes_at)
        self._readers = {
            _REACH: self._hear,
            _ONLINE: self._hear_gateway,
            _OPER: self._see_port,
            _ADMIN: self._see_admin,
            _MAINS: self._see_mains,
            **dict.fromkeys(_RUNTIMES, self._see_runtime),
            _CHARGE: self._see_charge,
            _VOLTS: self._see_volts,
            **dict.fromkeys(PORT_METRICS, self._learn),
        }

    def observe(self, batch: SortedBatch) -> None:
        """Take in a batch."""
        for name, samples in batch.of(self._readers):
            reader = self._readers[name]
            for series, value, time_ms in samples:
                reader(series, value, time_ms)

    def forget(self, series: Series) -> None:
        """A series will not come again: to be given to `SeriesTable.on_forget`."""
        self._learned.discard(series)
        port = self._port_of.pop(series, None)
        if port is not None and series.metric.name == _OPER:
            self._ports.pop(port, None)

    # -- what is asked -----------------------------------------------------------------------------

    def place_of(self, labels: dict[str, str]) -> Place | None:
        """The place that labels are about: their site, or where their node stands."""
        site = labels.get("site")
        return Place(site) if site else self._place(labels.get("node", ""))

    def span_of(self, labels: dict[str, str]) -> SpanName | None:
        """The span at whose end the port of these labels is; None if that is not known."""
        return self.port_map.span(Port(labels.get("node", ""), labels.get("interface", "")))

    def _place(self, node_name: str) -> Place | None:
        node = self._inventory.nodes.get(NodeName(node_name))
        return None if node is None else Place(node.site or node.name)

    def nodes_at(self, place: Place) -> list[str]:
        """Names of the devices that are polled at a place."""
        return self._nodes_at.get(place, [])

    def have_spoken(self, nodes: Iterable[str], since_ms: int) -> bool:
        """Whether it is known of all these devices, since then, if they answer."""
        return all(
            (heard := self._heard.get(node)) is not None and heard.time_ms >= since_ms
            for node in nodes
        )

    def answers_since(self, place: Place, since_ms: int) -> bool:
        """Whether any device at a place has answered since then."""
        return any(
            heard.answers and heard.time_ms >= since_ms
            for node in self.nodes_at(place)
            if (heard := self._heard.get(node)) is not None
        )

    def link_is_up_since(self, span: SpanName, since_ms: int) -> bool:
        """Whether a port of the span was seen up since then."""
        return any(
            seen.answers and seen.time_ms >= since_ms
            for port in self.port_map.ports(span)
            if (seen := self._ports.get(port)) is not None
        )

    def power(self, place: Place) -> Power:
        """What a place last said of its power."""
        plant = self._plants.get(place)
        if plant is None or plant.mains is None:
            return Power.UNKNOWN
        if plant.mains:
            return Power.MAINS
        return Power.NEARLY_EMPTY if self._is_nearly_empty(plant) else Power.BATTERY

    def mains_away(self, site: str) -> bool | None:
        """Whether a site has lost its mains; None if that is not known."""
        return {Power.UNKNOWN: None, Power.MAINS: False}.get(self.power(Place(site)), True)

    def evidence(
        self,
        places: Iterable[Place],
        since_ms: int,
        cut: frozenset[SpanName],
        lost: frozenset[Place],
    ) -> Evidence:
        """What speaks for and against a fault that began at about that time.

        A device that fails, fails until it is heard again; one that answered before that time
        tells nothing, because that may have been before the fault.
        """
        asked = list(dict.fromkeys(places))
        answers = {place for place in asked if self.answers_since(place, since_ms)}
        silent = {p for p in asked if p not in answers and self._is_silent(p, since_ms)}
        return Evidence(
            frozenset(answers),
            frozenset(silent),
            self._ports_at(answers, since_ms),
            {place: self.power(place) for place in silent},
            cut,
            lost,
        )

    def _is_silent(self, place: Place, since_ms: int) -> bool:
        heard = [self._heard.get(node) for node in self.nodes_at(place)]
        failing = [h for h in heard if h is not None and not h.answers]
        unsure = [h for h in heard if h is not None and h.answers and h.time_ms < since_ms]
        return bool(failing) and not unsure

    def _ports_at(self, places: set[Place], since_ms: int) -> dict[tuple[Place, SpanName], bool]:
        found: dict[tuple[Place, SpanName], bool] = {}
        for place in places:
            for link in self._topology.links(place):
                for port in self.port_map.ports(link.span):
                    seen = self._ports.get(port)
                    if seen is None or port in self._disabled or self._place(port.node) != place:
                        continue
                    if not seen.answers or seen.time_ms >= since_ms:
                        found[place, link.span] = seen.answers
        return found

    def _is_nearly_empty(self, plant: _Plant) -> bool:
        elapsed = (self._clock.time_ms() - plant.time_ms) / 1000
        if plant.seconds_left is not None and plant.seconds_left - elapsed < _LAST_SECONDS:
            return True
        if plant.charge is not None and plant.charge < _LAST_CHARGE:
            return True
        return plant.volts is not None and plant.volts < _LAST_VOLTS

    # -- what is heard -----------------------------------------------------------------------------

    def _hear(self, series: Series, value: float, time_ms: int) -> None:
        self._heard[series.labels.get("node", "")] = _Heard(value == _UP, time_ms)

    def _hear_gateway(self, series: Series, value: float, time_ms: int) -> None:
        """A place where nothing is polled is known by its gateway alone."""
        place, gateway = self.place_of(series.labels), series.labels.get("node", "")
        if place is not None and place not in self._polled:
            self._nodes_at[place] = [gateway]
            self._heard[gateway] = _Heard(value == _UP, time_ms)

    def _see_port(self, series: Series, value: float, time_ms: int) -> None:
        self._ports[self._port(series)] = _Heard(value == _UP, time_ms)

    def _see_admin(self, series: Series, value: float, time_ms: int) -> None:
        (self._disabled.discard if value == _UP else self._disabled.add)(self._port(series))

    def _port(self, series: Series) -> Port:
        port = self._port_of.get(series)
        if port is None:
            labels = series.labels
            port = Port(labels.get("node", ""), labels.get("interface", ""))
            self._port_of[series] = port
        return port

    def _learn(self, series: Series, value: float, time_ms: int) -> None:
        if series not in self._learned:
            self._learned.add(series)
            self.port_map.learn(series)

    def _plant(self, series: Series, time_ms: int) -> _Plant:
        place = self.place_of(series.labels) or Place("")
        plant = self._plants.setdefault(place, _Plant())
        plant.time_ms = max(plant.time_ms, time_ms)
        return plant

    def _see_mains(self, series: Series, value: float, time_ms: int) -> None:
        self._plant(series, time_ms).mains = value == _UP

    def _see_runtime(self, series: Series, value: float, time_ms: int) -> None:
        self._plant(series, time_ms).seconds_left = value

    def _see_charge(self, series: Series, value: float, time_ms: int) -> None:
        self._plant(series, time_ms).charge = value

    def _see_volts(self, series: Series, value: float, time_ms: int) -> None:
        self._plant(series, time_ms).volts = value
