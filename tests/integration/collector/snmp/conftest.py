"""A client for one test, and an snmpd with every kind of user for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from collector.snmp.client import SnmpClient
from omc.core.clock import SystemClock
from tests.servers.snmpd import Snmpd

#: Our names of the protocols, and snmpd's.
AUTH = {
    "md5": "MD5",
    "sha1": "SHA",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
PRIV = {"des": "DES", "aes128": "AES", "aes192": "AES-192", "aes256": "AES-256"}
AUTH_KEY, PRIV_KEY = "maple-syrup-1", "pancakes-on-sunday"


def users() -> list[str]:
    """A user for every combination, named after it: `sha256`, `sha256-aes128`, and `open`."""
    lines = ["createUser open", "rouser open noauth"]
    for auth, auth_name in AUTH.items():
        lines += [f"createUser {auth} {auth_name} {AUTH_KEY}", f"rouser {auth} auth"]
        for priv, priv_name in PRIV.items():
            user = f"{auth}-{priv}"
            keys = f"{auth_name} {AUTH_KEY} {priv_name} {PRIV_KEY}"
            lines += [f"createUser {user} {keys}", f"rouser {user} priv"]
    return lines


@pytest.fixture(scope="session")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd(users()) as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[SnmpClient]:
    async with SnmpClient(SystemClock(), tick=0.01) as client:
        yield client
