"""snmpd behind a relay that damages what it says: nothing breaks, and nothing is made up."""

from __future__ import annotations

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
from collector.snmp.get import get
from collector.snmp.walk import walk
from collector.varbind import Varbind
from omc.core.errors import SourceError
from tests.agents.corrupting_relay import CorruptingRelay
from tests.integration.collector.snmp.conftest import AUTH_KEY, PRIV_KEY
from tests.servers.snmpd import Snmpd

SYSTEM, SYS_LOCATION = "1.3.6.1.2.1.1", "1.3.6.1.2.1.1.6.0"

CREDENTIALS: dict[str, Credentials] = {
    "v1": Community(Version.V1),
    "v2c": Community(),
    "authentication": UsmUser("sha1", AuthProtocol.SHA1, AUTH_KEY),
    "AES": UsmUser("sha1-aes128", AuthProtocol.SHA1, AUTH_KEY, PrivProtocol.AES128, PRIV_KEY),
    "DES": UsmUser("md5-des", AuthProtocol.MD5, AUTH_KEY, PrivProtocol.DES, PRIV_KEY),
}


@pytest.mark.parametrize("how", CREDENTIALS)
@pytest.mark.parametrize("seed", range(4))
async def test_damaged_answers_end_in_our_own_errors_and_the_next_poll_is_fine(
    snmpd: Snmpd, client: SnmpClient, how: str, seed: int
) -> None:
    async with CorruptingRelay(snmpd.port, 0.5, seed) as relay:
        on = client.session(
            Target(
                "127.0.0.1",
                relay.port,
                CREDENTIALS[how],
                timeout=0.03,
                retries=2,
                max_repetitions=5,
            )
        )
        rows: list[Varbind] = []
        try:
            end = await on.run(walk(SYSTEM, on.limits, lambda page, *_: rows.extend(page)), 5.0)
        except SourceError:
            pass
        else:
            assert end.rows == len(rows)
        assert all(oid.startswith(SYSTEM + ".") for oid, _ in rows)
        assert relay.damaged > 0
        relay.share = 0.0
        on.close()
        again = client.session(Target("127.0.0.1", relay.port, CREDENTIALS[how]))
        found = await again.run(get([SYS_LOCATION], again.limits), 5.0)
        assert found == [(SYS_LOCATION, "Vĩnh Yên".encode())]
