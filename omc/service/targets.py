"""Nodes of the inventory as the SNMP poller wants them."""

from __future__ import annotations

from collector.snmp.credentials import (
    AuthProtocol,
    Community,
    Credentials,
    KeyExpansion,
    PrivProtocol,
    Target,
    UsmUser,
    Version,
)
from collector.snmp.poller import PolledNode
from omc.core.inventory import Inventory, Node
from omc.core.settings import CommunityCredentials, Settings, UserCredentials


def polled_nodes(settings: Settings, inventory: Inventory) -> list[PolledNode]:
    """Every node that is polled over SNMP: those that name credentials."""
    credentials = {
        name: snmp_credentials(written) for name, written in settings.credentials.items()
    }
    return [
        _polled_node(node, node.address, settings, credentials[node.credentials])
        for node in inventory.nodes.values()
        if node.credentials is not None and node.address is not None
    ]


def _polled_node(
    node: Node, address: str, settings: Settings, credentials: Credentials
) -> PolledNode:
    snmp = settings.snmp
    target = Target(
        address,
        node.port,
        credentials,
        timeout=snmp.timeout,
        retries=snmp.retries,
        max_repetitions=snmp.max_repetitions,
        site=node.site or "",
        node=node.name,
    )
    return PolledNode(
        node.name, node.site or "", target, node.profile, node.interval or snmp.interval
    )


def snmp_credentials(written: CommunityCredentials | UserCredentials) -> Credentials:
    """Credentials of the settings as a session uses them."""
    if isinstance(written, CommunityCredentials):
        return Community(Version(written.version), written.community.get_secret_value())
    auth, priv = written.auth, written.priv
    return UsmUser(
        written.user,
        AuthProtocol(auth.protocol) if auth else None,
        auth.key.get_secret_value() if auth else "",
        PrivProtocol(priv.protocol) if priv else None,
        priv.key.get_secret_value() if priv else "",
        KeyExpansion(priv.key_expansion) if priv else KeyExpansion.BLUMENTHAL,
    )
