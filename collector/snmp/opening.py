"""The socket that an agent's credentials ask for."""

from __future__ import annotations

from collections.abc import Callable

from gufo.snmp._fast import SnmpV1ClientSocket, SnmpV2cClientSocket

from collector.snmp.credentials import Community, Credentials, UsmUser, Version
from collector.snmp.sockets import AgentSocket, Undeliverable, plain
from collector.snmp.user_socket import MasterKeys, UserSocket


def open_socket(
    endpoint: str, credentials: Credentials, keys: MasterKeys, now: Callable[[], int]
) -> AgentSocket:
    """Open a socket to one agent.

    Args:
        endpoint: `192.0.2.1:161` or `[2001:db8::1]:161`; no host names.
        credentials: A `UsmUser` gives a `UserSocket`.
        keys: Shared by all sockets.
        now: Unix milliseconds, stamps replies.

    Raises:
        Undeliverable: no socket can be had, or there is no route.
    """
    try:
        if isinstance(credentials, UsmUser):
            return UserSocket(endpoint, credentials, keys, now)
        return _community_socket(endpoint, credentials, now)
    except OSError as error:
        raise Undeliverable(plain(error)) from None


def _community_socket(endpoint: str, credentials: Community, now: Callable[[], int]) -> AgentSocket:
    bulk = credentials.version is Version.V2C
    kind = SnmpV2cClientSocket if bulk else SnmpV1ClientSocket
    return AgentSocket(kind(endpoint, credentials.community, 0, 0, 0, 0), now, bulk=bulk)
