"""What every synthetic SNMP device has: identity, time since its start, and the system group."""

from __future__ import annotations

from collections.abc import Callable

from omc.simulator import ber, values
from omc.simulator.ber import Oid
from omc.simulator.mib_tree import Column, Rows
from omc.simulator.network import Node, Site
from omc.simulator.seeds import unit
from omc.simulator.world import Moment, World

_SYSTEM = (1, 3, 6, 1, 2, 1, 1)
_ENGINE = (1, 3, 6, 1, 6, 3, 10, 2, 1)


class SimulatedDevice:
    """A device of the synthetic province.

    Attributes:
        node: Which one.
        site: Where it stands.
        rows: The rows of its tables by table name.
        sys_object_id: What it says it is.
        sys_descr: In words.
    """

    sys_object_id: Oid = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
    sys_descr = "Simulated device"
    #: IANA enterprise number in its SNMP engine id.
    enterprise = 8072

    def __init__(self, world: World, node: Node) -> None:
        self.node = node
        self.site: Site = world.province.sites[node.site]
        self.rows: dict[str, Rows] = {}

    def boot_time(self, moment: Moment) -> float:
        """When it last started: each device of a site a little after its power came."""
        return moment.power(self.node.site).boot_time + 20 * unit(self.node.index, 9)

    def uptime(self, moment: Moment) -> float:
        """Seconds since it started."""
        return max(moment.time - self.boot_time(moment), 0.0)

    def engine_boots(self, moment: Moment) -> int:
        """Grows with every start of the SNMP engine (RFC 3414 section 2.2.2).

        A simulator keeps no state on disk, so it counts minutes since 2017 instead of starts.
        """
        return int(self.boot_time(moment) // 60) - 25_000_000

    def engine_id(self) -> bytes:
        """RFC 3411: enterprise, format 4 (text), the node's name."""
        start = (0x8000_0000 | self.enterprise).to_bytes(4, "big")
        return start + b"\x04" + self.node.name.encode()[:27]


def scalar(
    oid: Oid, read: Callable[[SimulatedDevice, Moment], bytes]
) -> Column[SimulatedDevice, Moment]:
    """The column of a scalar object."""
    return Column(oid, "", lambda device, moment, row: read(device, moment))


#: SNMPv2-MIB system group and the engine's time, on every device.
SYSTEM_COLUMNS: tuple[Column[SimulatedDevice, Moment], ...] = (
    scalar((*_SYSTEM, 1), lambda d, m: values.text(d.sys_descr)),
    scalar((*_SYSTEM, 2), lambda d, m: ber.encode_oid(d.sys_object_id)),
    scalar((*_SYSTEM, 3), lambda d, m: values.ticks(d.uptime(m))),
    scalar((*_SYSTEM, 4), lambda d, m: values.text("NOC")),
    scalar((*_SYSTEM, 5), lambda d, m: values.text(d.node.name)),
    scalar((*_SYSTEM, 6), lambda d, m: values.text(d.site.name)),
    scalar((*_SYSTEM, 7), lambda d, m: values.integer(78)),
    scalar((*_ENGINE, 1), lambda d, m: values.octets(d.engine_id())),
    scalar((*_ENGINE, 2), lambda d, m: values.integer(d.engine_boots(m))),
    scalar((*_ENGINE, 3), lambda d, m: values.rounded(d.uptime(m) // 1)),
    scalar((*_ENGINE, 4), lambda d, m: values.integer(1472)),
)
