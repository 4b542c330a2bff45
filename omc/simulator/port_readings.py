"""What a router's line ports count, under catalogue names, for times before today."""

from __future__ import annotations

from collections.abc import Iterator

from omc.simulator.network import NodeKind, Site
from omc.simulator.reading import Reading
from omc.simulator.router import Router
from omc.simulator.world import Moment, World


class PortMeter:
    """Reads the line ports of a site's router as its agent would answer."""

    def __init__(self, world: World, site: Site) -> None:
        node = next(n for n in world.nodes_at[site.index] if n.kind is NodeKind.ROUTER)
        self._router = Router(world, node)
        self._ports = [
            (port, {"interface": port.name})
            for port in self._router.interfaces
            if port.span is not None
        ]

    def readings(self, moment: Moment) -> Iterator[Reading]:
        """Bytes in both directions."""
        for port, labels in self._ports:
            volume = self._router.volume(moment, port)
            yield Reading("interface_receive_bytes_total", labels, int(port.receives * volume))
            yield Reading("interface_transmit_bytes_total", labels, int(port.sends * volume))
