"""net-snmp's agent: every version and every combination of SNMPv3, good and bad."""

from __future__ import annotations

import asyncio
import time
from itertools import product

import pytest

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import (
    AuthProtocol,
    Community,
    Credentials,
    PrivProtocol,
    Target,
    UsmUser,
    Version,
)
from collector.snmp.exchange import Exchange, RequestTimeout
from collector.snmp.get import get
from collector.snmp.session import Session
from collector.snmp.walk import WalkEnd, walk
from collector.varbind import Value, Varbind
from omc.core.errors import AuthenticationRefused, Unreachable
from tests.integration.collector.snmp.conftest import AUTH, AUTH_KEY, PRIV, PRIV_KEY, users
from tests.servers.snmpd import Snmpd

SYS_DESCR, SYS_OBJECT_ID, SYS_CONTACT, SYS_LOCATION = (f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 4, 6))
SYSTEM, IF_DESCR, IF_TABLE = "1.3.6.1.2.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1"

COMBINATIONS = [*AUTH, *(f"{auth}-{priv}" for auth, priv in product(AUTH, PRIV))]


def user(name: str, auth_key: str = AUTH_KEY, priv_key: str = PRIV_KEY) -> UsmUser:
    auth, _, priv = name.partition("-")
    if not priv:
        return UsmUser(name, AuthProtocol(auth), auth_key)
    return UsmUser(name, AuthProtocol(auth), auth_key, PrivProtocol(priv), priv_key)


def session(
    client: SnmpClient, agent: Snmpd, credentials: Credentials, timeout: float = 2.0
) -> Session:
    target = Target("127.0.0.1", agent.port, credentials, timeout=timeout, retries=1)
    return client.session(target)


async def read(on: Session, *oids: str) -> dict[str, Value]:
    return dict(await on.run(get(oids, on.limits), 10.0))


async def walked(on: Session, column: str) -> tuple[WalkEnd, list[Varbind]]:
    rows: list[Varbind] = []
    end = await on.run(walk(column, on.limits, lambda page, *_: rows.extend(page)), 10.0)
    return end, rows


@pytest.mark.parametrize("version", list(Version))
async def test_values_are_those_that_snmpget_reads(
    snmpd: Snmpd, client: SnmpClient, version: Version
) -> None:
    found = await read(
        session(client, snmpd, Community(version)), SYS_DESCR, SYS_OBJECT_ID, SYS_LOCATION
    )
    descr, object_id = found[SYS_DESCR], found[SYS_OBJECT_ID]
    assert isinstance(descr, bytes)
    assert isinstance(object_id, str)
    assert descr.decode() == await asyncio.to_thread(snmpd.get, SYS_DESCR)
    assert found[SYS_LOCATION] == "Vĩnh Yên".encode()
    assert "." + object_id == await asyncio.to_thread(snmpd.get, SYS_OBJECT_ID)


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("column", [SYSTEM, IF_DESCR, IF_TABLE, "1.3.6.1.2.1.99"])
async def test_a_walk_reads_what_snmpwalk_reads(
    snmpd: Snmpd, client: SnmpClient, version: Version, column: str
) -> None:
    on = session(client, snmpd, Community(version))
    expected = await asyncio.to_thread(snmpd.walk, column)
    for _ in range(2):
        end, rows = await walked(on, column)
        assert end.complete, end.error
        assert [oid for oid, _ in rows] == expected


@pytest.mark.parametrize("version", list(Version))
async def test_a_walk_ends_where_the_view_ends(client: SnmpClient, version: Version) -> None:
    with Snmpd(view=SYSTEM) as agent:
        on = session(client, agent, Community(version))
        for _ in range(3):
            end, rows = await walked(on, SYSTEM)
            assert end.complete, end.error
            assert len(rows) > 5
        assert client.counts.second_opinions == (1 if version is Version.V1 else 0)


async def test_a_wrong_community_is_silence(snmpd: Snmpd, client: SnmpClient) -> None:
    on = session(client, snmpd, Community(community="not-this-one"), timeout=0.1)
    with pytest.raises(RequestTimeout):
        await read(on, SYS_DESCR)


# -- SNMPv3 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMBINATIONS)
async def test_every_combination_reads_values_and_tables(
    snmpd: Snmpd, client: SnmpClient, name: str
) -> None:
    on = session(client, snmpd, user(name))
    assert await read(on, SYS_LOCATION) == {SYS_LOCATION: "Vĩnh Yên".encode()}
    end, rows = await walked(on, SYSTEM)
    assert end.complete
    assert [oid for oid, _ in rows] == await asyncio.to_thread(snmpd.walk, SYSTEM)


async def test_a_user_without_authentication_reads(snmpd: Snmpd, client: SnmpClient) -> None:
    found = await read(session(client, snmpd, UsmUser("open")), SYS_LOCATION)
    assert found == {SYS_LOCATION: "Vĩnh Yên".encode()}


REFUSED = {
    "an unknown user": (UsmUser("stranger", AuthProtocol.SHA1, AUTH_KEY), "does not know"),
    "an unknown user without keys": (UsmUser("stranger"), "does not know"),
    "a wrong password": (user("sha256", auth_key="wrong-password"), "authentication password"),
    "a wrong protocol": (UsmUser("sha1", AuthProtocol.MD5, AUTH_KEY), "authentication password"),
    "a wrong AES password": (user("sha1-aes128", priv_key="wrong-password"), "privacy password"),
    "a wrong DES password": (user("sha1-des", priv_key="wrong-password"), "privacy password"),
    "no privacy where it is wanted": (
        UsmUser("sha1-aes128", AuthProtocol.SHA1, AUTH_KEY),
        "lets it see nothing at this security level",
    ),
    "privacy where there is none": (
        UsmUser("sha1", AuthProtocol.SHA1, AUTH_KEY, PrivProtocol.AES128, PRIV_KEY),
        "does not allow this user this security level",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_refused_credentials_are_told_from_silence_and_explained(
    snmpd: Snmpd, client: SnmpClient, what: str
) -> None:
    credentials, reason = REFUSED[what]
    on = session(client, snmpd, credentials, timeout=0.2)
    with pytest.raises(AuthenticationRefused, match=reason) as caught:
        await read(on, SYS_LOCATION)
    assert caught.value.endpoint == f"127.0.0.1:{snmpd.port}"
    assert not any(key in str(caught.value) for key in (AUTH_KEY, PRIV_KEY, "wrong-password"))


async def test_an_agent_that_restarts_is_read_on_at_once(client: SnmpClient) -> None:
    with Snmpd(users()) as agent:
        on = session(client, agent, user("sha256-aes128"), timeout=5.0)
        await read(on, SYS_LOCATION)
        for _ in range(2):
            await asyncio.to_thread(agent.stop)
            await asyncio.to_thread(agent.start)
            started = time.monotonic()
            assert await read(on, SYS_LOCATION)
            assert time.monotonic() - started < 5.0  # no request was lost
        assert client.counts.reports >= 2  # notInTimeWindow: the boots have changed
        assert client.counts.sockets_opened == 1


async def test_another_engine_at_the_same_address_is_found_out(client: SnmpClient) -> None:
    with Snmpd(users()) as agent:
        on = session(client, agent, user("sha1-aes128"), timeout=0.2)
        await read(on, SYS_LOCATION)
        await asyncio.to_thread(agent.stop)
        agent.forget_engine()
        await asyncio.to_thread(agent.start)
        assert await read(on, SYS_LOCATION) == {SYS_LOCATION: "Vĩnh Yên".encode()}


async def test_an_agent_that_is_not_running_is_told_at_once(client: SnmpClient) -> None:
    with Snmpd(users()) as agent:
        ons = [session(client, agent, c) for c in (Community(), user("sha1"))]
        await asyncio.to_thread(agent.stop)
        for on in ons:
            with pytest.raises(Unreachable, match="connection refused"):
                await read(on, SYS_LOCATION)


async def test_many_sessions_read_at_the_same_time(snmpd: Snmpd, client: SnmpClient) -> None:
    names = ["sha1", "sha256-aes128", "md5-des"]
    ons = [session(client, snmpd, user(names[n % 3])) for n in range(60)]
    async with asyncio.TaskGroup() as tasks:
        reads = [
            tasks.create_task(walked(on, SYSTEM), name=f"walk {n}") for n, on in enumerate(ons)
        ]
    ends = [task.result() for task in reads]
    assert all(end.complete for end, _ in ends)
    assert len({len(rows) for _, rows in ends}) == 1


async def test_an_exchange_may_mix_requests(snmpd: Snmpd, client: SnmpClient) -> None:
    on = session(client, snmpd, Community())
    rows: list[Varbind] = []

    def poll() -> Exchange[int]:
        found = yield from get([SYS_DESCR, SYS_CONTACT], on.limits)
        end = yield from walk(IF_DESCR, on.limits, lambda page, *_: rows.extend(page))
        return len(found) + end.rows

    assert await on.run(poll(), 5.0) == 2 + len(rows)
    assert rows
