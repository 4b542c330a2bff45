"""Where each synthetic node answers: its own loopback address, or a port of 127.0.0.1."""

from __future__ import annotations

from dataclasses import dataclass

#: First and count of addresses: 127.64.0.1 and on, 250 in each /24, room for 48,000 nodes.
_FIRST_OCTET = 127
_SECOND_OCTET = 64
_HOSTS = 250
_NETS = 192


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """Addresses by node index.

    Attributes:
        port: UDP port of all nodes, or of the first one.
        own_addresses: Whether each node has a 127.x.y.z of its own; else all share 127.0.0.1 and
            each has a port of its own.
    """

    port: int
    own_addresses: bool = True

    def of(self, index: int) -> tuple[str, int]:
        """Address and port of a node."""
        if not self.own_addresses:
            return "127.0.0.1", self.port + index
        net, host = divmod(index, _HOSTS)
        second, third = divmod(net, _NETS)
        return f"{_FIRST_OCTET}.{_SECOND_OCTET + second}.{third}.{host + 1}", self.port
