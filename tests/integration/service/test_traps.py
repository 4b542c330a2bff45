"""Traps of `omc run`: from the wire to an alarm, to a poll, and to the list of unknown ones."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.integration.service.test_alarms import active
from tests.integration.service.test_run import Running, omc_run, settings_of
from tests.servers.process import free_port
from tests.servers.snmp_notifier import ENGINE, SnmpNotifier
from tests.servers.snmpd import Snmpd, free_udp_port

PON_LOS = "1.3.6.1.4.1.2011.6.128.1.1.12.2.1.0.108"
PORT = ("1.3.6.1.4.1.1.1", "i", "0", "1.3.6.1.4.1.1.2", "i", "1", "1.3.6.1.4.1.1.3", "i", "3")
AS_USER = ("-v3", "-lauthPriv", "-uomc", "-aSHA-256", "-Aauth-password", "-xAES", "-Xpriv-password")
CREDENTIALS = """
  public: {version: 2c, community: env:OMC_COMMUNITY}
  traps:
    version: 3
    user: omc
    auth: {protocol: sha256, key: env:OMC_AUTH}
    priv: {protocol: aes128, key: env:OMC_PRIV}"""
SECRETS = {
    "OMC_COMMUNITY": "public",
    "OMC_AUTH": "auth-password",
    "OMC_PRIV": "priv-password",
}


def _settings(trap_port: int) -> str:
    traps = f"{{listen: '127.0.0.1:{trap_port}', communities: [env:OMC_COMMUNITY], users: [traps]}}"
    snmp = f"\n  interval: 1h\n  timeout: 200ms\n  retries: 0\n  traps: {traps}"
    api = f"\n  listen: 127.0.0.1:{free_port()}"
    return settings_of(snmp=snmp, credentials=CREDENTIALS, api=api, language=" en")


def _nodes(snmpd: Snmpd) -> str:
    columns = "name,kind,site,address,port,credentials\n"
    return columns + f"VPC0001-olt,olt,VPC0001,127.0.0.1,{snmpd.port},public\n"


def _traps(folder: Path, *options: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "omc", "traps", "-c", str(folder / "omc.yaml"), "--json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=True, timeout=60
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _polls(running: Running) -> int:
    lines = running.get("/metrics")[1].splitlines()
    counts = [line for line in lines if line.startswith("omc_polls_total{")]
    return round(sum(float(line.split()[1]) for line in counts))


def test_a_trap_is_an_alarm_within_a_second_and_has_the_device_polled(tmp_path: Path) -> None:
    port = free_udp_port()
    send = SnmpNotifier(port, tmp_path)
    with (
        Snmpd() as snmpd,
        omc_run(tmp_path, _settings(port), _nodes(snmpd), **SECRETS) as running,
    ):
        running.wait_until(lambda: running.get("/-/ready")[0] == 200)
        assert _polls(running) == 1
        sent_ms = time.time() * 1000
        options = (*AS_USER, "-e", ENGINE)
        asyncio.run(send.trap("", PON_LOS, *PORT, options=options))
        key = 'pon_port_down{node="VPC0001-olt",pon="0/1/3",site="VPC0001"}'
        running.wait_until(lambda: key in active(tmp_path))
        alarm = active(tmp_path)[key]
        assert alarm["severity"] == "major"
        assert alarm["raised_ms"] - sent_ms < 1000
        running.wait_until(lambda: _polls(running) == 2)
        assert asyncio.run(send.inform("", PON_LOS[:-1] + "9", *PORT))
        running.wait_until(lambda: key not in active(tmp_path))


def test_unknown_traps_are_listed_and_everything_is_counted(tmp_path: Path) -> None:
    port = free_udp_port()
    send = SnmpNotifier(port, tmp_path)
    with (
        Snmpd() as snmpd,
        omc_run(tmp_path, _settings(port), _nodes(snmpd), **SECRETS) as running,
    ):
        running.wait_until(lambda: running.get("/-/ready")[0] == 200)
        asyncio.run(send.trap("", "1.3.6.1.4.1.99999.0.7", "1.3.6.1.4.1.99999.1", "s", "Cửa"))
        asyncio.run(send.trap("", "1.3.6.1.6.3.1.1.5.3"))
        asyncio.run(send.trap("", "1.3.6.1.6.3.1.1.5.3", options=("-v2c", "-cguessed")))
        running.wait_until(
            lambda: 'omc_traps_total{result="refused"} 1' in running.get("/metrics")[1]
        )
        page = running.get("/metrics")[1]
        assert 'omc_traps_total{result="known"} 1' in page
        assert 'omc_traps_total{result="unknown"} 1' in page
        assert [heard["name"] for heard in _traps(tmp_path)] == ["linkDown", ""]
        (heard,) = _traps(tmp_path, "--unknown")
        assert heard["objects"] == {"1.3.6.1.4.1.99999.1": "Cửa"}
        assert heard["node"] == "VPC0001-olt"


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with Snmpd() as snmpd:
        settings = _settings(snmpd.port)
        with omc_run(tmp_path, settings, _nodes(snmpd), **SECRETS) as running:
            running.process.wait(30)
            assert "Change snmp.traps.listen" in running.log
