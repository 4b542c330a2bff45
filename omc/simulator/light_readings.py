"""What transceivers and ONTs receive, under catalogue names, for times before today."""

from __future__ import annotations

import math
from collections.abc import Iterator

from omc.simulator.line_light import received_dbm
from omc.simulator.network import Node
from omc.simulator.olt import ont_received
from omc.simulator.ont_state import OntState, ont_state
from omc.simulator.reading import Reading
from omc.simulator.router import line_ports
from omc.simulator.world import Moment, World

#: A hundredth of a dB is what transceivers and ONTs tell.
_DECIMALS = 2


class LineLight:
    """The light at the line ports of a router.

    Attributes:
        node: Name of the router.
    """

    def __init__(self, world: World, router: Node) -> None:
        self.node = router.name
        self._site = router.site
        self._ports = [
            (world.province.spans[port.span or 0], port.phase, {"interface": port.name})
            for port in line_ports(world, router)
        ]

    def readings(self, moment: Moment) -> Iterator[Reading]:
        """Received light, in the same order at any moment; not a number where there is none."""
        for span, phase, labels in self._ports:
            dbm = received_dbm(moment, span, self._site, phase)
            value = math.nan if dbm is None else round(dbm, _DECIMALS)
            yield Reading("optical_rx_power_dbm", labels, value)


class OntLight:
    """The light at the ONTs of an OLT.

    Attributes:
        node: Name of the OLT.
    """

    def __init__(self, world: World, olt: Node) -> None:
        self.node = olt.name
        self._onts = [
            (pon, place, {"pon": pon.port_name, "ont": str(number)})
            for pon in world.pons_of.get(olt.index, ())
            for place, number in enumerate(pon.onts.number)
        ]

    def readings(self, moment: Moment) -> Iterator[Reading]:
        """As those of `LineLight`; an ONT that is offline tells nothing."""
        for pon, place, labels in self._onts:
            is_online = ont_state(moment, pon, place) is OntState.ONLINE
            value = ont_received(moment, pon, place) / 100 if is_online else math.nan
            yield Reading("pon_ont_rx_power_dbm", labels, value)
