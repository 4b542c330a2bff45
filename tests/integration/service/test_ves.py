"""VES events of `omc run`: from a unit's request to samples and alarms."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from tests.integration.service.test_alarms import active
from tests.integration.service.test_run import omc_run, settings_of
from tests.servers.certificates import CertificateAuthority
from tests.servers.process import free_port
from tests.ves_events import alarm as notified
from tests.ves_events import event, fault, file_ready, heartbeat, measurement

PASSWORD = "sent-with-every-event"
NODES = "name,kind,site\ngnb-1,radio,VPC0001\n"


def _send(port: int, folder: Path, what: dict[str, Any], path: str = "") -> int:
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    basic = base64.b64encode(f"du-1:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/eventListener/v7{path}", json.dumps(what), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_events_of_a_unit_become_samples_and_alarms(tmp_path: Path) -> None:
    authority = CertificateAuthority()
    identity = authority.issue("127.0.0.1")
    for name, text in (
        ("ca.pem", authority.certificate),
        ("ves.pem", identity.certificate),
        ("ves.key", identity.key),
    ):
        (tmp_path / name).write_text(text, encoding="ascii")
    port = free_port()
    hashed = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    ves = (
        f"\nves:\n  listen: 127.0.0.1:{port}\n  tls: {{certificate: ves.pem, key: ves.key}}\n"
        f"  users: [{{name: du-1, password_hash: {json.dumps(hashed)}}}]\n"
    )
    api = f"\n  listen: 127.0.0.1:{free_port()}"
    settings = settings_of(api=api, language=" en") + ves
    with omc_run(tmp_path, settings, NODES) as running:
        running.wait_until(lambda: running.get("/-/ready")[0] == 200)
        cpu = [{"cpuIdentifier": "0", "percentUsage": 50}]
        batch = {"eventList": [measurement(cpuUsageArray=cpu), heartbeat()]}
        assert _send(port, tmp_path, batch, "/eventBatch") == 202
        assert _send(port, tmp_path, {"event": fault("MAJOR")}) == 202
        assert _send(port, tmp_path, {"event": event("syslog")}) == 400
        assert _send(port, tmp_path, {"event": file_ready(f"{tmp_path}/pm/A1.xml")}) == 202
        key = 'device_alarm{component="RU-1: ruLost",node="gnb-1",site="VPC0001"}'
        running.wait_until(lambda: key in active(tmp_path))
        assert active(tmp_path)[key]["severity"] == "major"
        page = running.get("/metrics")[1]
        place = 'node="gnb-1",site="VPC0001"'
        assert f'cpu_utilisation_ratio{{board="0",{place}}} 0.5' in page
        assert f"network_function_online{{{place}}} 1" in page
        assert 'omc_ves_events_total{domain="fault",result="accepted"} 1' in page
        assert 'omc_ves_events_total{domain="stndDefined",result="unknown_file"} 1' in page
        assert _send(port, tmp_path, {"event": fault("NORMAL")}) == 202
        running.wait_until(lambda: key not in active(tmp_path))
        key = key.replace("RU-1: ruLost", "NRCellDU=3: linkFailure (a-7)")
        assert _send(port, tmp_path, {"event": notified("notifyNewAlarm", "CRITICAL")}) == 202
        running.wait_until(lambda: key in active(tmp_path))
        assert active(tmp_path)[key]["severity"] == "critical"
        assert _send(port, tmp_path, {"event": notified("notifyClearedAlarm", "CLEARED")}) == 202
        running.wait_until(lambda: key not in active(tmp_path))
        check = [sys.executable, "-m", "omc", "check", "-c", str(tmp_path / "omc.yaml")]
        said = subprocess.run(check, capture_output=True, text=True, check=True, timeout=60)
        assert f"HTTPS 127.0.0.1:{port}, measurements read by ves" in said.stdout
