"""What ships in dashboards/prometheus is current, and real servers take it."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import dashboards
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import find_binary, http_request

FOLDER = Path(dashboards.__file__).parent / "prometheus"


def _check(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_rules_and_the_example() -> None:
    _check(find_binary("promtool", "prometheus"), "check", "config", str(FOLDER / "prometheus.yml"))


def test_alertmanager_takes_the_example() -> None:
    amtool = find_binary("amtool", "prometheus-alertmanager")
    _check(amtool, "check-config", str(FOLDER / "alertmanager.yml"))


def test_a_real_alertmanager_keeps_silent_about_what_is_explained(tmp_path: Path) -> None:
    hasty = tmp_path / "alertmanager.yml"
    text = (FOLDER / "alertmanager.yml").read_text(encoding="utf-8")
    hasty.write_text(text.replace("group_wait: 20s", "group_wait: 1s"), encoding="utf-8")
    with Alertmanager(hasty) as server:
        inhibited = _inhibited(
            server,
            _alert("interface_down", "major", site="A", node="A-RTR", interface="1"),
            _alert("interface_errors", "minor", site="A", node="A-RTR", interface="1"),
            _alert("interface_errors", "minor", site="A", node="A-RTR", interface="2"),
            _alert("dc_bus_voltage_low", "critical", site="B"),
            _alert("dc_bus_voltage_low", "minor", site="B"),
            _alert("mains_failed", "minor", site="C"),
            _alert("site_dark", "critical", site="C"),
            _alert("battery_discharging", "warning", site="C"),
        )
    assert inhibited == [
        ("battery_discharging", "warning", "C"),
        ("dc_bus_voltage_low", "minor", "B"),
        ("interface_errors", "minor", "A"),
    ]


def _alert(name: str, severity: str, **labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, "severity": severity} | labels}


def _inhibited(server: Alertmanager, *alerts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, severity and site of those that wake nobody."""
    server.post(*alerts)
    end = time.monotonic() + 20.0
    while time.monotonic() < end:  # it judges an alert when its group is about to be told
        found = json.loads(http_request(server.port, "GET", "/api/v2/alerts")[1])
        labels = [alert["labels"] for alert in found if alert["status"]["inhibitedBy"]]
        if len(labels) == 3:
            break
        time.sleep(0.1)
    return sorted((one["alertname"], one["severity"], one["site"]) for one in labels)
