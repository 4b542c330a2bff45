"""All SNMP agents of the province: which device a request is for, and its answer."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from omc.simulator import pdu
from omc.simulator.addresses import AddressPlan
from omc.simulator.agent_message import answer_with_community, version_of
from omc.simulator.ber import BerError
from omc.simulator.demo_settings import Access
from omc.simulator.device import SimulatedDevice
from omc.simulator.fibre_monitor import FIBRE_MONITOR_TREE, FibreMonitor
from omc.simulator.gateway import GATEWAY_TREE, Gateway
from omc.simulator.mib_tree import MibTree
from omc.simulator.network import Node, NodeKind
from omc.simulator.olt import OLT_TREE, Olt
from omc.simulator.pdu import Pdu
from omc.simulator.rectifier import RECTIFIER_TREE, Rectifier
from omc.simulator.router import ROUTER_TREE, Router
from omc.simulator.snmp_agent import MAX_MESSAGE, Responder
from omc.simulator.ups import UPS_TREE, Ups
from omc.simulator.usm import UsmEngine, UsmUser
from omc.simulator.world import Moment, World

#: Device class and MIB by kind of node.
KINDS: dict[NodeKind, tuple[type[SimulatedDevice], MibTree[Any, Moment]]] = {
    NodeKind.ROUTER: (Router, ROUTER_TREE),
    NodeKind.OLT: (Olt, OLT_TREE),
    NodeKind.RECTIFIER: (Rectifier, RECTIFIER_TREE),
    NodeKind.GATEWAY: (Gateway, GATEWAY_TREE),
    NodeKind.UPS: (Ups, UPS_TREE),
    NodeKind.FIBRE_MONITOR: (FibreMonitor, FIBRE_MONITOR_TREE),
}


@dataclass(slots=True)
class FleetCounts:
    """What the agents have done since they started.

    Attributes:
        answered: Requests answered.
        ignored: Datagrams that got no answer: silent node, wrong community, no SNMP.
    """

    answered: int = 0
    ignored: int = 0


class Fleet:
    """The agents, made when first asked.

    Attributes:
        world: What their values come from.
        counts: What they have done.
    """

    def __init__(self, world: World, addresses: AddressPlan, access: Access) -> None:
        self.world = world
        self.counts = FleetCounts()
        self.addresses = addresses
        self._nodes = {addresses.of(node.index): node for node in world.province.nodes}
        self._community = access.community.encode()
        self._user = UsmUser.from_passwords(access.user, access.auth_password, access.priv_password)
        self._responders: dict[int, Responder[Any, Moment]] = {}
        self._engines: dict[int, UsmEngine] = {}

    def responder(self, node: Node) -> Responder[Any, Moment]:
        """The agent of a node."""
        known = self._responders.get(node.index)
        if known is None:
            device, tree = KINDS[node.kind]
            known = self._responders[node.index] = Responder(tree, device(self.world, node))
        return known

    def answer(self, endpoint: tuple[str, int], data: bytes, time: float) -> bytes | None:
        """The answer to a datagram that came for an endpoint; None where there is none."""
        node = self._nodes.get(endpoint)
        response: bytes | None = None
        if node is not None and not self.world.is_silent(node):
            try:
                response = self._answer(node, data, self.world.moment(time))
            except BerError:
                response = None
        if response is None:
            self.counts.ignored += 1
        else:
            self.counts.answered += 1
        return response

    def _answer(self, node: Node, data: bytes, moment: Moment) -> bytes | None:
        if node.secure:
            secure = version_of(data) == pdu.VERSION_3
            return self._secure(node, data, moment) if secure else None

        def respond(version: int, community: bytes, request: Pdu) -> bytes | None:
            known = hmac.compare_digest(community, self._community)
            if version != pdu.VERSION_2C or not known:
                return None
            return self.responder(node).respond(request, moment)

        return answer_with_community(data, respond)

    def _secure(self, node: Node, data: bytes, moment: Moment) -> bytes | None:
        responder = self.responder(node)
        device: SimulatedDevice = responder.device
        engine = self._engines.get(node.index)
        if engine is None:
            engine = self._engines[node.index] = UsmEngine(device.engine_id(), self._user)

        def respond(request: Pdu, limit: int) -> bytes:
            return responder.respond(request, moment, limit)

        return engine.answer(
            data, device.engine_boots(moment), int(device.uptime(moment)), respond, MAX_MESSAGE
        )
