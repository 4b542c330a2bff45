"""Responses that somebody on the way has touched: SNMPv3 users with a key believe none of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target, UsmUser
from collector.snmp.get import get
from collector.snmp.session import Session
from collector.snmp.usm_message import read_header
from collector.varbind import Value
from omc.core.errors import AuthenticationRefused
from tests.integration.collector.snmp.test_snmpd import SYS_LOCATION, user
from tests.servers.snmpd import Snmpd

PLACE = "Vĩnh Yên".encode()
Change = Callable[[bytes], bytes]


class _Back(asyncio.DatagramProtocol):
    def __init__(self, give: Callable[[bytes], None]) -> None:
        self._give = give

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._give(data)


class _OnTheWay(asyncio.DatagramProtocol):
    """Hands datagrams on to an agent, and its answers back as `change` makes them."""

    def __init__(self, agent: int, change: Change) -> None:
        self._agent = agent
        self._change = change
        self._peer = ("", 0)
        self._front: asyncio.DatagramTransport
        self._back: asyncio.DatagramTransport

    async def open(self) -> int:
        loop = asyncio.get_running_loop()
        self._back, _ = await loop.create_datagram_endpoint(
            lambda: _Back(self._return), remote_addr=("127.0.0.1", self._agent)
        )
        self._front, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        return int(self._front.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._peer = addr
        self._back.sendto(data)

    def _return(self, data: bytes) -> None:
        self._front.sendto(self._change(data), self._peer)

    def close(self) -> None:
        self._front.close()
        self._back.close()


@asynccontextmanager
async def reached_over(
    client: SnmpClient, agent: Snmpd, credentials: UsmUser, change: Change
) -> AsyncIterator[Session]:
    """A session with an agent, somebody on the way."""
    way = _OnTheWay(agent.port, change)
    port = await way.open()
    try:
        yield client.session(Target("127.0.0.1", port, credentials, timeout=0.2, retries=1))
    finally:
        way.close()


async def location(on: Session) -> Value:
    return dict(await on.run(get([SYS_LOCATION], on.limits), 10.0))[SYS_LOCATION]


def other_place(message: bytes) -> bytes:
    return message.replace(PLACE, "Vĩnh Yêm".encode())


def other_digest(message: bytes) -> bytes:
    start, end = read_header(message).digest
    return message[:start] + bytes(end - start) + message[end:]


def no_digest(message: bytes) -> bytes:
    """As if the agent had answered without any protection: msgFlags say so."""
    flags = message.index(b"\x04\x01", 10) + 2
    return message[:flags] + b"\x00" + message[flags + 1 :]


@pytest.mark.parametrize("change", [other_place, other_digest, no_digest])
@pytest.mark.parametrize("name", ["md5", "sha512"])
async def test_an_answer_changed_on_the_way_is_not_believed(
    snmpd: Snmpd, client: SnmpClient, name: str, change: Change
) -> None:
    async with reached_over(client, snmpd, user(name), change) as on:
        with pytest.raises(AuthenticationRefused, match="do not prove to be of the agent"):
            await location(on)
    assert client.counts.unproved >= 2


async def test_an_answer_that_comes_after_a_forged_one_is_used(
    snmpd: Snmpd, client: SnmpClient
) -> None:
    forged = iter([False, True])  # discovery, then the first answer

    def some(message: bytes) -> bytes:
        return other_place(message) if next(forged, False) else message

    async with reached_over(client, snmpd, user("sha256"), some) as on:
        assert await location(on) == PLACE
    assert client.counts.unproved == 1


async def test_without_a_key_nothing_can_be_proved(snmpd: Snmpd, client: SnmpClient) -> None:
    async with reached_over(client, snmpd, UsmUser("open"), other_place) as on:
        assert await location(on) == "Vĩnh Yêm".encode()
