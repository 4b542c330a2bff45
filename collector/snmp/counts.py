"""What the transport counts about itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class TransportCounts:
    """Since the client was made; read by the service's self-metrics.

    Attributes:
        requests: Datagrams sent, retries and discoveries included.
        replies: Responses that were used.
        retries: Requests sent again.
        timeouts: Requests given up.
        garbled: Datagrams that could not be read.
        unproved: SNMPv3 datagrams that did not prove to be of the agent.
        refusals: Requests the network refused (port unreachable, no route).
        reports: SNMPv3 Reports: clocks out of step, refused users.
        second_opinions: Questions put to the second library.
        sockets_opened: Sockets opened; much more than devices means that the bound is too low.
    """

    requests: int = 0
    replies: int = 0
    retries: int = 0
    timeouts: int = 0
    garbled: int = 0
    unproved: int = 0
    refusals: int = 0
    reports: int = 0
    second_opinions: int = 0
    sockets_opened: int = 0
