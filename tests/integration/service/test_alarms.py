"""Alarms of `omc run`: a real device dies, people act on it, and a restart forgets nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from omc.cli.api_client import ApiClient
from tests.integration.service.test_run import SNMP, omc_run, settings_of
from tests.servers.process import free_port
from tests.servers.snmpd import Snmpd

KEY = 'device_unreachable{node="VPC0001-router",site="VPC0001"}'


def omc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "omc", "alarms", arguments[0]]
    return subprocess.run(
        [*command, "-c", str(folder / "omc.yaml"), *arguments[1:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def alarms(folder: Path) -> list[dict[str, Any]]:
    """What `omc alarms list --all` asks of the service, without a process for each look."""
    client = ApiClient.of_settings(folder / "omc.yaml", "en")
    found: list[dict[str, Any]] = client.get("/alarms", roots_only="false", limit=1000)
    return found


def active(folder: Path) -> dict[str, dict[str, Any]]:
    """Alarms by key; on a busy machine the service may have some about itself."""
    return {alarm["key"]: alarm for alarm in alarms(folder)}


def _settings() -> str:
    credentials = "\n  public: {version: 2c, community: env:OMC_COMMUNITY}"
    api = f"\n  listen: 127.0.0.1:{free_port()}"
    return settings_of(snmp=SNMP, credentials=credentials, api=api, language=" en")


def _nodes(snmpd: Snmpd) -> str:
    columns = "name,kind,site,address,port,credentials\n"
    return columns + f"VPC0001-router,router,VPC0001,127.0.0.1,{snmpd.port},public\n"


def test_a_dead_device_is_told_acknowledged_and_remembered_over_a_restart(tmp_path: Path) -> None:
    settings = _settings()
    with Snmpd() as snmpd:
        nodes = _nodes(snmpd)
        with omc_run(tmp_path, settings, nodes, OMC_COMMUNITY="public") as running:
            running.wait_until(lambda: running.get("/-/ready")[0] == 200)
            assert omc(tmp_path, "list").stdout == "No alarms.\n"
            snmpd.stop()
            running.wait_until(lambda: KEY in active(tmp_path))
            shown = omc(tmp_path, "ack", "unreachable", "xem nguồn trước")
            assert "Device unreachable · VPC0001-router, Vĩnh Yên 1 (VPC0001)" in shown.stdout
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(10)
        with omc_run(tmp_path, settings, nodes, OMC_COMMUNITY="public") as running:
            running.wait_until(lambda: running.get("/-/ready")[0] == 200)
            listed = json.loads(omc(tmp_path, "list", "--all", "--json").stdout)
            (alarm,) = [alarm for alarm in listed if alarm["key"] == KEY]
            assert alarm["acknowledged"]["who"] == "local"
            assert alarm["occurrences"] == 1
            assert KEY in _watched(tmp_path)
            snmpd.start()
            running.wait_until(lambda: KEY not in active(tmp_path))
            told = omc(tmp_path, "history", KEY).stdout
    kinds = [line.split()[2] for line in told.splitlines()]
    assert kinds == ["cleared", "acknowledged", "raised"]
    assert "xem nguồn trước" in told


def _watched(folder: Path) -> str:
    """What `omc alarms watch` shows until it is interrupted."""
    config = str(folder / "omc.yaml")
    command = [sys.executable, "-u", "-m", "omc", "alarms", "watch", "-c", config, "--every", "1s"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        shown = ""
        while KEY not in shown:
            line = watching.stdout.readline()
            assert line, shown
            shown += line
        watching.send_signal(signal.SIGINT)
        assert watching.wait(10) == 0
    return shown


def test_planned_work_is_announced_and_ended(tmp_path: Path) -> None:
    with Snmpd() as snmpd:
        nodes = _nodes(snmpd)
        with omc_run(tmp_path, _settings(), nodes, OMC_COMMUNITY="public") as running:
            running.wait_until(lambda: running.get("/-/ready")[0] == 200)
            assert omc(tmp_path, "silence", "w", "--for", "1h").returncode == 2  # where?
            wrong = omc(tmp_path, "silence", "w", "--for", "1h", "--site", "VPC9999")
            assert wrong.returncode == 1
            assert "there is no site 'VPC9999' in the inventory" in wrong.stderr
            assert omc(tmp_path, "silence", "w", "--for", "1h", "--site", "VPC0001").returncode == 0
            assert "VPC0001" in omc(tmp_path, "silences").stdout
            snmpd.stop()
            running.wait_until(lambda: KEY in active(tmp_path))
            assert active(tmp_path)[KEY]["suppressed"] == "w"
            assert omc(tmp_path, "unsilence", "w").returncode == 0
            assert active(tmp_path)[KEY]["suppressed"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list",), "has `omc run -c"),
        (("ack",), "Missing argument 'KEY'"),
    ],
)
def test_without_a_running_service_it_says_what_is_missing(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "omc.yaml").write_text("inventory: inventory\ndata: data\n", encoding="utf-8")
    done = omc(tmp_path, *arguments)
    assert done.returncode != 0
    assert said in done.stderr
