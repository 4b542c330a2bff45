"""Which span a port is at the end of, learned from what devices say of their ports.

Two sources: the port's alias names the span or the place at its far end, or LLDP names the
neighbour. What was learned is kept: a cut port has no neighbour any more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from omc.core.inventory import Inventory, SpanName
from omc.core.model import NodeName, Series
from omc.core.topology import Place, Topology

#: Info metrics that this learns from.
METRICS = ("lldp_neighbour_info", "interface_info")

_WORD = re.compile(r"[^\s,;()\[\]]+")


class Port(NamedTuple):
    """A port as its series name it."""

    node: str
    interface: str


class PortMap:
    """Ports and their spans.

    Args:
        inventory: Knows nodes by all their names.
        topology: Knows which spans join two places.
    """

    def __init__(self, inventory: Inventory, topology: Topology) -> None:
        self._inventory = inventory
        self._topology = topology
        self._spans: dict[Port, SpanName] = {}
        self._by_alias: set[Port] = set()
        self._ports: dict[SpanName, set[Port]] = {}

    def learn(self, series: Series) -> None:
        """Take in an info series of one of `METRICS`."""
        labels = series.labels
        port = Port(labels.get("node", ""), labels.get("interface", ""))
        if series.metric.name == "interface_info":
            span = self._of_alias(port, labels)
            if span is not None:
                self._by_alias.add(port)
                self._join(port, span)
        elif port not in self._by_alias:  # between several cables LLDP cannot tell
            span = self._towards(port, labels.get("remote_name", ""))
            if span is not None:
                self._join(port, span)

    def span(self, port: Port) -> SpanName | None:
        """The span a port is at the end of; None if nothing was learned of it."""
        return self._spans.get(port)

    def ports(self, span: SpanName) -> Collection[Port]:
        """The ports that are known to be at the ends of a span."""
        return self._ports.get(span, ())

    def _join(self, port: Port, span: SpanName) -> None:
        before = self._spans.get(port)
        if before is not None:
            self._ports[before].discard(port)
        self._spans[port] = span
        self._ports.setdefault(span, set()).add(port)

    def _of_alias(self, port: Port, labels: Mapping[str, str]) -> SpanName | None:
        here = self._place(port.node)
        ours = {link.span for link in self._topology.links(here)} if here else set()
        words = _WORD.findall(labels.get("alias", "") + " " + labels.get("description", ""))
        links = (self._topology.link_of(SpanName(word)) for word in words)
        named = next((link for link in links if link in ours), None)
        if named is not None:
            return named
        return next((span for word in words if (span := self._towards(port, word))), None)

    def _towards(self, port: Port, name: str) -> SpanName | None:
        """The only span from a port's place to the place of that name; None if not just one."""
        here, there = self._place(port.node), self._place(name)
        if here is None or there is None:
            return None
        spans = self._topology.between(here, there)
        return spans[0] if len(spans) == 1 else None

    def _place(self, name: str) -> Place | None:
        """Where a node stands, or the site of that code."""
        node = self._inventory.nodes.get(NodeName(name)) or self._inventory.node_by_identifier.get(
            name
        )
        if node is not None:
            return Place(node.site or node.name)
        return Place(name) if name in self._inventory.sites else None
