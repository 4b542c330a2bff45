"""A Huawei MA5800 OLT: HUAWEI-XPON-MIB, board state, uplinks.

Objects and encodings: HUAWEI-XPON-MIB (1.3.6.1.4.1.2011.6.128.1.1), HWMUSA-DEV-MIB and
HUAWEI-DEVICE-MIB; interfaces by IF-MIB. A PON port's ifIndex packs frame, slot and port.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable
from datetime import UTC, datetime

from omc.simulator import values
from omc.simulator.device import SYSTEM_COLUMNS
from omc.simulator.dirt import Connector, dirt_decibels
from omc.simulator.interfaces import ETHERNET, INTERFACE_COLUMNS, HasInterfaces, Interface
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.network import Node, Pon
from omc.simulator.ont_state import DownCause, OntState, down_since, ont_state
from omc.simulator.ont_traffic import OntVolumes, ont_volumes
from omc.simulator.rhythm import LOCAL_OFFSET, phase_of
from omc.simulator.seeds import unit
from omc.simulator.values import NO_READING
from omc.simulator.world import ONT_MEGABITS, Moment, World

_XPON = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 2)
_XPON_STATISTICS = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 4)
_BOARD = (1, 3, 6, 1, 4, 1, 2011, 2, 6, 7, 1, 1, 2, 1)
_SLOT_STATUS = (1, 3, 6, 1, 4, 1, 2011, 6, 3, 3, 2, 1, 8)

#: ifType of a GPON port (IANAifType gpon).
_GPON = 250
_CONTROL_SLOT = 9
_UPLINK_MEGABITS = 10_000
_BYTES_A_MEGABIT = 125_000.0
_UPLOAD = 0.14
_ENGINE_ENTERPRISE = 2011

#: hwGponDeviceOntControlLastDownCause.
_CAUSE_CODES = {
    DownCause.LOSS_OF_SIGNAL: 1,
    DownCause.DYING_GASP: 13,
}
_NEVER = values.octets(b"")


def pon_if_index(slot: int, port: int, frame: int = 0) -> int:
    """IfIndex of a GPON port."""
    return 0xFA00_0000 + (frame << 19) + (slot << 13) + (port << 8)


def uplink_if_index(slot: int, port: int, frame: int = 0) -> int:
    """IfIndex of an Ethernet port."""
    return 0x0E00_0000 + (frame << 19) + (slot << 13) + (port << 6)


class Olt(HasInterfaces):
    """An OLT.

    Attributes:
        pons: In the order of their ports.
    """

    sys_object_id = (1, 3, 6, 1, 4, 1, 2011, 2, 248)
    sys_descr = "Huawei Integrated Access Software"
    enterprise = _ENGINE_ENTERPRISE

    def __init__(self, world: World, node: Node) -> None:
        super().__init__(world, node)
        self.pons = sorted(world.pons_of.get(node.index, []), key=lambda p: (p.slot, p.port))
        self.set_interfaces([*_uplinks(world, node, self.pons), *map(_pon_port, self.pons)])
        indexes = [pon_if_index(pon.slot, pon.port) for pon in self.pons]
        self.rows["pons"] = Rows([(index,) for index in indexes])
        suffixes = [
            (index, number)
            for index, pon in zip(indexes, self.pons, strict=True)
            for number in pon.onts.number
        ]
        self.rows["onts"] = Rows(suffixes)
        boards = sorted({pon.slot for pon in self.pons} | {_CONTROL_SLOT})
        self.boards = boards
        self.rows["boards"] = Rows([(0, slot) for slot in boards])
        self._pon_at = dict(zip(indexes, self.pons, strict=True))
        self._port_at = {port.index: port for port in self.interfaces}
        self._pon_of = array("H", (p for p, pon in enumerate(self.pons) for _ in pon.onts.number))
        self._ont_of = array("H", (o for pon in self.pons for o in range(len(pon.onts))))

    def ont(self, row: int) -> tuple[Pon, int]:
        """PON and position on it of a row of the ONT tables."""
        return self.pons[self._pon_of[row]], self._ont_of[row]

    def interface_of(self, pon: Pon) -> Interface:
        """The port of a PON."""
        return self._port_at[pon_if_index(pon.slot, pon.port)]

    def volume(self, moment: Moment, port: Interface) -> float:
        if port.kind != _GPON:
            return super().volume(moment, port)
        pon = self._pon_at[port.index]
        volumes = self.ont_volumes(moment, pon)
        backed_up = sum(pon.onts.backed_up) / max(len(pon.onts), 1)
        return volumes.ordinary * (1 - backed_up) + volumes.backed_up * backed_up

    def ont_volumes(self, moment: Moment, pon: Pon) -> OntVolumes:
        """What one ONT of a PON has carried since the OLT started."""
        known: OntVolumes | None = moment.shared.get(("ont_volumes", pon.index))
        if known is None:
            boot = self.boot_time(moment)
            known = ont_volumes(moment, pon, boot)
            moment.shared["ont_volumes", pon.index] = known
        return known

    def is_up(self, moment: Moment, port: Interface) -> bool:
        if port.kind != _GPON:
            return super().is_up(moment, port)
        return self.pon_is_up(moment, self._pon_at[port.index])

    def pon_is_up(self, moment: Moment, pon: Pon) -> bool:
        """A PON port is up while at least one ONT answers: without any there is no light."""
        if moment.world.pon_is_cut(pon):
            return False
        return any(ont_state(moment, pon, o) is OntState.ONLINE for o in range(len(pon.onts)))


def _uplinks(world: World, node: Node, pons: list[Pon]) -> list[Interface]:
    onts = sum(len(pon.onts) for pon in pons)
    down = onts * ONT_MEGABITS * _BYTES_A_MEGABIT
    router = next(n.name for n in world.nodes_at[node.site] if n.kind.value == "router")
    return [
        Interface(
            uplink_if_index(_CONTROL_SLOT, port), f"ethernet0/{_CONTROL_SLOT}/{port}",
            f"to {router}" if port == 0 else "", ETHERNET, _UPLINK_MEGABITS, port == 0, None,
            down, down * _UPLOAD, phase_of(node.index),
        )
        for port in range(4)
    ]  # fmt: skip


def _pon_port(pon: Pon) -> Interface:
    down = len(pon.onts) * ONT_MEGABITS * _BYTES_A_MEGABIT
    return Interface(
        pon_if_index(pon.slot, pon.port), f"GPON {pon.port_name}", "", _GPON, 2_488, True, None,
        down * _UPLOAD, down, phase_of(pon.index),
    )  # fmt: skip


#: Share of the ONTs that measure more of their optics than the light they get (ITU-T G.988 leaves
#: it to the ONT).
FULL_DIAGNOSTICS = 0.3

ReadOnt = Callable[[Moment, Pon, int], bytes]
ReadPon = Callable[[Olt, Moment, Pon], bytes]


def _ont_column(group: int, number: int, read: ReadOnt) -> Column[Olt, Moment]:
    def column(olt: Olt, moment: Moment, row: int) -> bytes:
        pon, ont = olt.ont(row)
        return read(moment, pon, ont)

    return Column((*_XPON, group, 1, number), "onts", column)


def _online_column(group: int, number: int, read: ReadOnt) -> Column[Olt, Moment]:
    """As `_ont_column`, for what only an ONT that is online can tell."""

    def when_online(moment: Moment, pon: Pon, ont: int) -> bytes:
        if ont_state(moment, pon, ont) is not OntState.ONLINE:
            return NO_READING
        return read(moment, pon, ont)

    return _ont_column(group, number, when_online)


def _diagnostic_column(number: int, read: ReadOnt) -> Column[Olt, Moment]:
    """As `_online_column`, for what only newer ONTs measure; older ones have no such instance."""
    online = _online_column(51, number, read).read

    def when_measured(olt: Olt, moment: Moment, row: int) -> bytes | None:
        pon, ont = olt.ont(row)
        return online(olt, moment, row) if unit(pon.index, ont, 9) < FULL_DIAGNOSTICS else None

    return Column((*_XPON, 51, 1, number), "onts", when_measured)


def _pon_column(table: tuple[int, ...], number: int, read: ReadPon) -> Column[Olt, Moment]:
    return Column(
        (*table, 1, number), "pons", lambda olt, moment, row: read(olt, moment, olt.pons[row])
    )


def _sway(moment: Moment, pon: Pon, ont: int) -> int:
    """Hundredths of a dB that a reading wanders through the day, with the cable's warmth."""
    return round(
        8 * math.sin(moment.time / 13_751 + pon.index)
        + 6 * unit(pon.index, ont, int(moment.time / 300))
    )


def _lost(moment: Moment, pon: Pon) -> int:
    """Hundredths of a dB that are lost on the way: in bent cables, and in a dirty connector."""
    bent = moment.world.bend_decibels(pon.feeder, pon.distribution)
    return round(100 * (bent + dirt_decibels(Connector.PON, pon.index, moment.time)))


def ont_received(moment: Moment, pon: Pon, ont: int) -> int:
    """Light that an ONT receives, in hundredths of a dBm; `ont` is its position on the PON."""
    return pon.onts.ont_rx[ont] + _sway(moment, pon, ont) - _lost(moment, pon)


def _ont_rx(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.integer(ont_received(moment, pon, ont))


def _ont_tx(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.integer(pon.onts.ont_tx[ont])


def _olt_rx(moment: Moment, pon: Pon, ont: int) -> bytes:
    """Hundredths of a dBm plus 10,000."""
    sway = _sway(moment, pon, ont + 4096)
    return values.integer(10_000 + pon.onts.olt_rx[ont] + sway - _lost(moment, pon))


def _bias(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.integer(9 + int(9 * unit(pon.index, ont, 2)))


def _temperature(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.rounded(28 + 0.55 * moment.air + 8 * unit(pon.index, ont, 3))


def _supply(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.rounded(3240 + 110 * unit(pon.index, ont, 4))


def _serial(moment: Moment, pon: Pon, ont: int) -> bytes:
    number = int(unit(pon.index, ont, 5) * 0xFFFF_FFFF)
    return values.octets(b"HWTC" + number.to_bytes(4, "big"))


def _description(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.octets(f"FTTH-{pon.index:04d}-{ont:03d}".encode())


def _run_status(moment: Moment, pon: Pon, ont: int) -> bytes:
    return values.integer(1 if ont_state(moment, pon, ont) is OntState.ONLINE else 2)


def _down_cause(moment: Moment, pon: Pon, ont: int) -> bytes:
    """Of the outage that lasts, or of the last one: mostly the subscriber's switch."""
    state = ont_state(moment, pon, ont)
    cause = DownCause.DYING_GASP if state is OntState.ONLINE else state.cause
    return values.integer(_CAUSE_CODES[cause])


def _distance(moment: Moment, pon: Pon, ont: int) -> bytes:
    online = ont_state(moment, pon, ont) is OntState.ONLINE
    return values.integer(pon.onts.metres[ont] if online else -1)


def _last_down(moment: Moment, pon: Pon, ont: int) -> bytes:
    since = down_since(moment, pon, ont)
    return _NEVER if since is None else values.octets(date_and_time(since))


def _last_dying_gasp(moment: Moment, pon: Pon, ont: int) -> bytes:
    state = ont_state(moment, pon, ont)
    lasting = state is not OntState.ONLINE and state.cause is DownCause.DYING_GASP
    return _last_down(moment, pon, ont) if lasting else _NEVER


def date_and_time(time: float) -> bytes:
    """DateAndTime of SNMPv2-TC in its short form: local time, eight bytes."""
    local = datetime.fromtimestamp(time + LOCAL_OFFSET, UTC)
    return struct.pack(
        ">HBBBBBB", local.year, local.month, local.day, local.hour, local.minute, local.second, 0
    )


def _bytes(olt: Olt, moment: Moment, pon: Pon, megabits: float) -> bytes:
    """What a PON port counted since the OLT started, at busy-hour Mbit/s a subscriber."""
    port = olt.interface_of(pon)
    scale = len(pon.onts) * megabits * _BYTES_A_MEGABIT
    return values.counter64(scale * olt.volume(moment, port))


#: Not every OLT counts the traffic of each ONT (table 23 of the statistics), and these do not.
_ONT_COLUMNS = (
    _ont_column(43, 3, _serial),
    _ont_column(43, 9, _description),
    _ont_column(46, 15, _run_status),
    _ont_column(46, 16, lambda m, p, o: values.integer(2)),
    _ont_column(46, 18, lambda m, p, o: values.integer(2)),
    _ont_column(46, 20, _distance),
    _ont_column(46, 23, _last_down),
    _ont_column(46, 24, _down_cause),
    _ont_column(46, 25, _last_dying_gasp),
    _diagnostic_column(1, _temperature),
    _diagnostic_column(2, _bias),
    _diagnostic_column(3, _ont_tx),
    _online_column(51, 4, _ont_rx),
    _diagnostic_column(5, _supply),
    _online_column(51, 6, _olt_rx),
)


def _port_status(olt: Olt, moment: Moment, pon: Pon) -> bytes:
    return values.integer(1 if olt.pon_is_up(moment, pon) else 2)


def _port_down_cause(olt: Olt, moment: Moment, pon: Pon) -> bytes:
    """hwXponDeviceGponObjectType: los 1, other -1."""
    return values.integer(-1 if olt.pon_is_up(moment, pon) else 1)


_PON_COLUMNS = (
    _pon_column((*_XPON, 21), 9, lambda d, m, p: values.integer(1)),
    _pon_column((*_XPON, 21), 10, _port_status),
    _pon_column((*_XPON, 21), 13, lambda d, m, p: values.integer(1)),
    _pon_column((*_XPON, 21), 16, lambda d, m, p: values.integer(len(p.onts))),
    _pon_column((*_XPON, 21), 19, _port_down_cause),
    _pon_column(
        (*_XPON, 23), 1, lambda d, m, p: values.rounded(m.indoor(d.node.site) + 11 + p.port * 0.3)
    ),
    _pon_column((*_XPON, 23), 2, lambda d, m, p: values.rounded(326 + 8 * unit(p.index, 1))),
    _pon_column((*_XPON, 23), 3, lambda d, m, p: values.rounded(14 + 12 * unit(p.index, 2))),
    _pon_column((*_XPON, 23), 4, lambda d, m, p: values.rounded(320 + 40 * unit(p.index, 3))),
    _pon_column((*_XPON, 23), 5, lambda d, m, p: NO_READING),
    _pon_column(
        (*_XPON_STATISTICS, 21), 15,
        lambda d, m, p: _bytes(d, m, p, ONT_MEGABITS * _UPLOAD),
    ),
    _pon_column((*_XPON_STATISTICS, 21), 18, lambda d, m, p: values.counter64(0)),
    _pon_column(
        (*_XPON_STATISTICS, 21), 30, lambda d, m, p: _bytes(d, m, p, ONT_MEGABITS)
    ),
)  # fmt: skip


def _board_load(olt: Olt, moment: Moment, row: int) -> bytes:
    return values.rounded(8 + 14 * moment.traffic + 6 * unit(olt.node.index, row, 1))


def _board_memory(olt: Olt, moment: Moment, row: int) -> bytes:
    return values.rounded(44 + 9 * unit(olt.node.index, row, 2))


def _board_temperature(olt: Olt, moment: Moment, row: int) -> bytes:
    return values.rounded(moment.indoor(olt.node.site) + 13 + 7 * unit(olt.node.index, row, 3))


_BOARD_COLUMNS: tuple[Column[Olt, Moment], ...] = (
    Column((*_BOARD, 5), "boards", _board_load),
    Column((*_BOARD, 6), "boards", _board_memory),
    Column((*_BOARD, 10), "boards", _board_temperature),
    Column(_SLOT_STATUS, "boards", lambda d, m, r: values.integer(2)),
)

OLT_TREE: MibTree[Olt, Moment] = MibTree(
    [*SYSTEM_COLUMNS, *INTERFACE_COLUMNS, *_ONT_COLUMNS, *_PON_COLUMNS, *_BOARD_COLUMNS]
)
