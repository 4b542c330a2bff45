"""The interfaces of a device and IF-MIB over them (RFC 2863)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omc.simulator import values
from omc.simulator.device import SimulatedDevice
from omc.simulator.mib_tree import Column, Rows
from omc.simulator.rhythm import traffic_volume
from omc.simulator.seeds import unit
from omc.simulator.world import Moment

_IF_TABLE = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IF_X_TABLE = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
ETHERNET = 6
#: Bytes of an average packet in each direction.
_RECEIVED_PACKET, _SENT_PACKET = 810.0, 620.0


@dataclass(frozen=True, slots=True)
class Interface:
    """One port.

    Attributes:
        index: ifIndex.
        name: ifName.
        alias: ifAlias: what the operator wrote, the span for a line port.
        kind: ifType.
        megabits: ifHighSpeed.
        used: Whether something is plugged in; an unused port is administratively down.
        span: Index of the transport span on it; None for ports within the site.
        receives: Busy-hour bytes a second.
        sends: Busy-hour bytes a second.
        phase: Which wobble its traffic follows.
    """

    index: int
    name: str
    alias: str
    kind: int
    megabits: int
    used: bool
    span: int | None
    receives: float
    sends: float
    phase: int


class HasInterfaces(SimulatedDevice):
    """A device with IF-MIB.

    Attributes:
        interfaces: In the order of their index.
    """

    interfaces: tuple[Interface, ...] = ()

    def set_interfaces(self, interfaces: list[Interface]) -> None:
        """Take the ports and make the rows of the tables."""
        self.interfaces = tuple(sorted(interfaces, key=lambda port: port.index))
        self.rows["interfaces"] = Rows([(port.index,) for port in self.interfaces])

    def is_up(self, moment: Moment, port: Interface) -> bool:
        """Whether a used port has a link."""
        if not port.used:
            return False
        return port.span is None or not moment.world.links.is_down(port.span)

    def volume(self, moment: Moment, port: Interface) -> float:
        """Busy-hour seconds of traffic since the device started, without those of a dead link."""
        boot = self.boot_time(moment)
        total = moment.volumes[port.phase] - traffic_volume(boot, port.phase)
        if port.span is not None:
            for start, end in moment.world.links.down_times(port.span, boot, moment.time):
                total -= traffic_volume(end, port.phase) - traffic_volume(start, port.phase)
        return max(total, 0.0)


Read = Callable[[HasInterfaces, Moment, int], bytes]


def _fixed(read: Callable[[Interface], bytes]) -> Read:
    def column(device: HasInterfaces, moment: Moment, row: int) -> bytes:
        return read(device.interfaces[row])

    return column


def _counter(encode: Callable[[float], bytes], rate: Callable[[Interface], float]) -> Read:
    """A counter that grows with the traffic, at `rate` a second in the busy hour."""

    def column(device: HasInterfaces, moment: Moment, row: int) -> bytes:
        port = device.interfaces[row]
        scale = rate(port)
        return encode(scale * device.volume(moment, port) if scale and port.used else 0.0)

    return column


def _oper_status(device: HasInterfaces, moment: Moment, row: int) -> bytes:
    return values.integer(1 if device.is_up(moment, device.interfaces[row]) else 2)


def _last_change(device: HasInterfaces, moment: Moment, row: int) -> bytes:
    span = device.interfaces[row].span
    changed = moment.world.links.changed(span) if span is not None else None
    boot = device.boot_time(moment)
    return values.ticks(max((changed or 0.0) - boot, 12.0))


def _bit_errors(port: Interface) -> float:
    """Errored packets a busy-hour second: a few ports have a dirty connector."""
    quality = unit(port.index, int(port.receives), 3)
    return port.receives / _RECEIVED_PACKET * (2e-6 if quality > 0.97 else 1e-10)


def _mac(device: HasInterfaces, moment: Moment, row: int) -> bytes:
    number = device.node.index << 8 | row & 0xFF
    return values.octets(b"\x02\x00" + number.to_bytes(4, "big"))


def _in_packets(port: Interface) -> float:
    return port.receives / _RECEIVED_PACKET


def _out_packets(port: Interface) -> float:
    return port.sends / _SENT_PACKET


def _column(base: tuple[int, ...], number: int, read: Read) -> Column[HasInterfaces, Moment]:
    return Column((*base, number), "interfaces", read)


def _if_table() -> list[Column[HasInterfaces, Moment]]:
    c32 = values.counter32
    readers: dict[int, Read] = {
        1: _fixed(lambda p: values.integer(p.index)),
        2: _fixed(lambda p: values.text(p.name)),
        3: _fixed(lambda p: values.integer(p.kind)),
        4: _fixed(lambda p: values.integer(9216)),
        5: _fixed(lambda p: values.gauge(p.megabits * 1_000_000)),
        6: _mac,
        7: _fixed(lambda p: values.integer(1 if p.used else 2)),
        8: _oper_status,
        9: _last_change,
        10: _counter(c32, lambda p: p.receives),
        11: _counter(c32, _in_packets),
        13: _counter(c32, lambda p: p.receives / _RECEIVED_PACKET * 2e-9),
        14: _counter(c32, _bit_errors),
        16: _counter(c32, lambda p: p.sends),
        17: _counter(c32, _out_packets),
        19: _counter(c32, lambda p: p.sends / _SENT_PACKET * 4e-8),
        20: _counter(c32, lambda p: 0.0),
    }
    return [_column(_IF_TABLE, number, read) for number, read in readers.items()]


def _if_x_table() -> list[Column[HasInterfaces, Moment]]:
    c32, c64 = values.counter32, values.counter64
    readers: dict[int, Read] = {
        1: _fixed(lambda p: values.text(p.name)),
        2: _counter(c32, lambda p: _in_packets(p) * 0.002),
        3: _counter(c32, lambda p: _in_packets(p) * 0.0004),
        4: _counter(c32, lambda p: _out_packets(p) * 0.002),
        5: _counter(c32, lambda p: _out_packets(p) * 0.0004),
        6: _counter(c64, lambda p: p.receives),
        7: _counter(c64, _in_packets),
        8: _counter(c64, lambda p: _in_packets(p) * 0.002),
        9: _counter(c64, lambda p: _in_packets(p) * 0.0004),
        10: _counter(c64, lambda p: p.sends),
        11: _counter(c64, _out_packets),
        12: _counter(c64, lambda p: _out_packets(p) * 0.002),
        13: _counter(c64, lambda p: _out_packets(p) * 0.0004),
        14: _fixed(lambda p: values.integer(1)),
        15: _fixed(lambda p: values.gauge(p.megabits)),
        16: _fixed(lambda p: values.truth(False)),
        17: _fixed(lambda p: values.truth(True)),
        18: _fixed(lambda p: values.text(p.alias)),
        19: _fixed(lambda p: values.ticks(0)),
    }
    return [_column(_IF_X_TABLE, number, read) for number, read in readers.items()]


def _if_number(device: HasInterfaces, moment: Moment, row: int) -> bytes:
    return values.integer(len(device.rows["interfaces"]))


#: IF-MIB, for trees of devices that are `HasInterfaces`.
INTERFACE_COLUMNS: tuple[Column[HasInterfaces, Moment], ...] = (
    Column((1, 3, 6, 1, 2, 1, 2, 1), "", _if_number),
    *_if_table(),
    *_if_x_table(),
)
