"""Cell-site and aggregation routers: ports, neighbours, optics, processor and memory."""

from __future__ import annotations

import math
from collections.abc import Callable

from omc.simulator import ber, values
from omc.simulator.device import SYSTEM_COLUMNS
from omc.simulator.interfaces import (
    ETHERNET,
    INTERFACE_COLUMNS,
    HasInterfaces,
    Interface,
)
from omc.simulator.line_light import launched_dbm, received_dbm
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.network import Node, NodeKind, SiteRole, Span, SpanKind
from omc.simulator.rhythm import phase_of
from omc.simulator.seeds import unit
from omc.simulator.sensors import MILLI, SENSOR_COLUMNS, UNITS, HasSensors, Sensor, SensorType
from omc.simulator.world import ONT_MEGABITS, Moment, World

_LLDP_LOCAL = (1, 0, 8802, 1, 1, 2, 1, 3)
_LLDP_REMOTE = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
_HOST = (1, 3, 6, 1, 2, 1, 25)

#: Busy-hour Mbit/s above which a ring gets ports of 100 instead of 10 Gbit/s.
_FULL_TEN_GIGABIT = 7_000
_LINE_NAME = {100_000: "HundredGigE", 10_000: "TenGigE", 1_000: "GigabitEthernet"}
_PORTS = {SiteRole.CORE: 48, SiteRole.HUB: 24, SiteRole.ACCESS: 8}
_MEMORY_KILOBYTES = 2_097_152
#: hrStorageRam (RFC 2790).
_RAM_TYPE = ber.encode_oid((1, 3, 6, 1, 2, 1, 25, 2, 1, 2))
_BYTES_A_MEGABIT = 125_000.0
#: Share of the downstream traffic that goes upstream.
_UPLOAD = 0.14


class Router(HasInterfaces, HasSensors):
    """A router and its neighbours."""

    sys_object_id = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
    sys_descr = "Cell-site router CSR-2400, simulated by OMC Telemetry"

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        lines = line_ports(world, node)
        ports = [*lines, *_site_ports(world, node, len(lines))]
        self.set_interfaces(_with_unused(ports, _PORTS[self.site.role]))
        self.neighbours = [
            _Neighbour(port.index, port.span or 0, world, node)
            for port in self.interfaces
            if port.span is not None
        ]
        self.rows["lldp"] = Rows([(0, n.port, 1) for n in self.neighbours])
        self.rows["lldp_ports"] = self.rows["interfaces"]
        self.rows["processors"] = Rows([(1,)])
        self.rows["storage"] = Rows([(1,)])
        self.set_sensors(_router_sensors(world, node, lines))

    def processor_load(self, moment: Moment) -> float:
        """0..1."""
        return 0.06 + 0.05 * unit(self.node.index, 4) + 0.22 * moment.rates[self._phase]

    def memory_used(self, moment: Moment) -> float:
        """0..1; grows a little with uptime, as such software does."""
        return 0.41 + 0.06 * unit(self.node.index, 6) + 0.02 * math.tanh(self.uptime(moment) / 1e6)

    @property
    def _phase(self) -> int:
        return phase_of(self.node.index)


class _Neighbour:
    """What LLDP says about the far end of a line port."""

    __slots__ = ("chassis", "name", "port", "remote_port", "span")

    def __init__(self, port: int, span: int, world: World, node: Node) -> None:
        cable = world.province.spans[span]
        far = cable.b if cable.a == node.site else cable.a
        assert far is not None  # noqa: S101 - transport spans join two sites
        router = next(n for n in world.nodes_at[far] if n.kind is NodeKind.ROUTER)
        place = [link for link, _ in world.topology.links[far]].index(span)
        self.port = port
        self.span = span
        self.name = router.name
        self.chassis = b"\x02\x00" + (router.index << 8).to_bytes(4, "big")
        self.remote_port = _port_name(_line_speed(world, cable), place + 1)


def _port_name(megabits: int, number: int) -> str:
    return f"{_LINE_NAME[megabits]}0/0/{number}"


def _line_speed(world: World, span: Span) -> int:
    """Mbit/s of the ports at both ends."""
    busy = span.kind is SpanKind.BACKBONE or world.topology.load[span.index] > _FULL_TEN_GIGABIT
    return 100_000 if busy else 10_000


def line_ports(world: World, node: Node) -> list[Interface]:
    """Ports of a router to the routers at the far ends of its cables."""
    ports = []
    for number, (span, far) in enumerate(world.topology.links[node.site], start=1):
        cable = world.province.spans[span]
        down = world.topology.load[span] * _BYTES_A_MEGABIT
        upstream = world.topology.is_upstream(node.site, span)
        receives, sends = (down, down * _UPLOAD) if upstream else (down * _UPLOAD, down)
        speed = _line_speed(world, cable)
        alias = f"{cable.code} to {world.province.sites[far].code}"
        ports.append(
            Interface(
                number, _port_name(speed, number), alias, ETHERNET, speed, True, span,
                receives, sends, phase_of(span),
            )
        )  # fmt: skip
    return ports


def _site_ports(world: World, node: Node, taken: int) -> list[Interface]:
    """Ports to the equipment of the site itself: base station, OLT, gateway, rectifier."""
    cells = sum(c.busy_megabits for c in world.cells_at[node.site]) * _BYTES_A_MEGABIT
    wanted = [("BBU", 10_000, cells * _UPLOAD, cells)]
    for other in world.nodes_at[node.site]:
        if other.kind is NodeKind.OLT:
            onts = sum(len(pon.onts) for pon in world.pons_of.get(other.index, ()))
            down = ONT_MEGABITS * onts * _BYTES_A_MEGABIT
            wanted.append((other.name, 10_000, down * _UPLOAD, down))
        elif other.kind is not NodeKind.ROUTER:
            wanted.append((other.name, 1_000, 900.0, 450.0))
    return [
        Interface(
            taken + place, _port_name(speed, taken + place), f"to {name}", ETHERNET, speed, True,
            None, receives, sends, phase_of(node.index * 64 + place),
        )
        for place, (name, speed, receives, sends) in enumerate(wanted, start=1)
    ]  # fmt: skip


def _with_unused(ports: list[Interface], total: int) -> list[Interface]:
    empty = range(len(ports) + 1, max(total, len(ports)) + 1)
    return [
        *ports,
        *(
            Interface(n, _port_name(1_000, n), "", ETHERNET, 1_000, False, None, 0.0, 0.0, 0)
            for n in empty
        ),
    ]


def _router_sensors(world: World, node: Node, lines: list[Interface]) -> list[Sensor]:
    """Board temperature, and for each line port what its transceiver measures."""
    warmth = 9.0 + 6.0 * unit(node.index, 8)
    sensors = [
        Sensor(
            10, "Board temperature", SensorType.CELSIUS, UNITS, 1,
            lambda m: m.indoor(node.site) + warmth + 4.0 * m.traffic,
        )
    ]  # fmt: skip
    for port in lines:
        sensors.extend(_optics(world, node, port))
    return sensors


def _optics(world: World, node: Node, port: Interface) -> list[Sensor]:
    span = world.province.spans[port.span or 0]
    launch = launched_dbm(span, node.site)

    def receive_milliwatts(moment: Moment) -> float | None:
        """No light at all reads as zero, which is a measurement."""
        dbm = received_dbm(moment, span, node.site, port.phase)
        return 0.0 if dbm is None else float(10 ** (dbm / 10))

    base = 1000 + port.index * 10
    return [
        Sensor(
            base + 1, f"{port.name} Rx Power", SensorType.WATTS, MILLI, 4, receive_milliwatts
        ),
        Sensor(
            base + 2, f"{port.name} Tx Power", SensorType.WATTS, MILLI, 4,
            lambda m: 10 ** (launch / 10),
        ),
        Sensor(
            base + 3, f"{port.name} Transceiver Temperature", SensorType.CELSIUS, UNITS, 1,
            lambda m: m.indoor(node.site) + 12.0 + 3.0 * unit(span.index, 2),
        ),
        Sensor(
            base + 4, f"{port.name} Bias Current", SensorType.AMPERES, MILLI, 2,
            lambda m: 31.0 + 6.0 * unit(span.index, 3),
        ),
    ]  # fmt: skip


def _neighbour(router: Router, moment: Moment, row: int) -> _Neighbour | None:
    """The neighbour, while the link is up: LLDP forgets it within its time to live."""
    neighbour = router.neighbours[row]
    return None if moment.world.links.is_down(neighbour.span) else neighbour


def _lldp(number: int, read: Callable[[_Neighbour], bytes]) -> Column[Router, Moment]:
    def column(router: Router, moment: Moment, row: int) -> bytes | None:
        neighbour = _neighbour(router, moment, row)
        return None if neighbour is None else read(neighbour)

    return Column((*_LLDP_REMOTE, number), "lldp", column)


_LLDP_COLUMNS: tuple[Column[Router, Moment], ...] = (
    Column((*_LLDP_LOCAL, 1), "", lambda d, m, r: values.integer(4)),
    Column(
        (*_LLDP_LOCAL, 2),
        "",
        lambda d, m, r: values.octets(b"\x02\x00" + (d.node.index << 8).to_bytes(4, "big")),
    ),
    Column((*_LLDP_LOCAL, 3), "", lambda d, m, r: values.text(d.node.name)),
    Column((*_LLDP_LOCAL, 7, 1, 2), "lldp_ports", lambda d, m, r: values.integer(5)),
    Column(
        (*_LLDP_LOCAL, 7, 1, 3), "lldp_ports", lambda d, m, r: values.text(d.interfaces[r].name)
    ),
    Column(
        (*_LLDP_LOCAL, 7, 1, 4), "lldp_ports", lambda d, m, r: values.text(d.interfaces[r].alias)
    ),
    _lldp(4, lambda n: values.integer(4)),
    _lldp(5, lambda n: values.octets(n.chassis)),
    _lldp(6, lambda n: values.integer(5)),
    _lldp(7, lambda n: values.text(n.remote_port)),
    _lldp(8, lambda n: values.text(n.remote_port)),
    _lldp(9, lambda n: values.text(n.name)),
)

_HOST_COLUMNS: tuple[Column[Router, Moment], ...] = (
    Column(
        (*_HOST, 3, 3, 1, 2), "processors",
        lambda d, m, r: values.rounded(100 * d.processor_load(m)),
    ),
    Column((*_HOST, 2, 3, 1, 1), "storage", lambda d, m, r: values.integer(1)),
    Column((*_HOST, 2, 3, 1, 2), "storage", lambda d, m, r: _RAM_TYPE),
    Column((*_HOST, 2, 3, 1, 3), "storage", lambda d, m, r: values.text("Physical memory")),
    Column((*_HOST, 2, 3, 1, 4), "storage", lambda d, m, r: values.integer(1024)),
    Column((*_HOST, 2, 3, 1, 5), "storage", lambda d, m, r: values.integer(_MEMORY_KILOBYTES)),
    Column(
        (*_HOST, 2, 3, 1, 6), "storage",
        lambda d, m, r: values.rounded(_MEMORY_KILOBYTES * d.memory_used(m)),
    ),
)  # fmt: skip

ROUTER_TREE: MibTree[Router, Moment] = MibTree(
    [*SYSTEM_COLUMNS, *INTERFACE_COLUMNS, *SENSOR_COLUMNS, *_LLDP_COLUMNS, *_HOST_COLUMNS]
)
