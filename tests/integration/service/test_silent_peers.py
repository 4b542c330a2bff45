"""Peers that take a connection and never say a word: the service ends all the same."""

from __future__ import annotations

import asyncio
import select
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from omc.alarms import AlarmEngine, AlarmStore, Maintenance, Severity
from omc.alarms.desk import STORE_FILE
from omc.core.clock import SystemClock
from omc.core.inventory import Inventory
from tests.integration.service.test_run import omc_run

PEERS = ("plain", "tls", "influx", "prometheus", "hook", "phone", "mail", "manager", "beat")
SETTINGS = """
mqtt:
  - name: plain
    host: 127.0.0.1
    port: {plain}
    subscriptions: [&all {{topic: "{topic}", mapping: scalar}}]
  - {{name: tls, host: 127.0.0.1, port: {tls}, tls: {{}}, subscriptions: [*all]}}
influxdb:
  - name: influx
    version: 1
    url: http://127.0.0.1:{influx}
    database: omc
    flush_interval: 100ms
remote_write:
  - {{name: prometheus, url: "http://127.0.0.1:{prometheus}/api/v1/write", flush_interval: 100ms}}
alarms:
  routes:
    - {{name: hook, via: webhook, url: "http://127.0.0.1:{hook}/hook"}}
    - {{name: phone, via: apprise, url: "env:PHONE"}}
    - name: mail
      via: mail
      host: 127.0.0.1
      port: {mail}
      security: none
      sender: omc@example.vn
      to: [noc@example.vn]
    - {{name: manager, via: alertmanager, url: "http://127.0.0.1:{manager}"}}
  heartbeat: {{url: "env:BEAT", every: 10s}}
"""
TOPIC = "sites/{site}/{device}/{metric}"
NODES = "name,kind,site\nVPC0001-gateway,sensor,VPC0001\n"


async def _leave_an_alarm(data: Path) -> None:
    """One that a service that starts has to tell everybody of at once."""
    engine = AlarmEngine(SystemClock(), {}, Maintenance(Inventory()))
    store = AlarmStore(data / STORE_FILE)
    engine.listen(store.record)
    engine.report("dc_bus_voltage_low", (("site", "VPC0001"),), "bus", Severity.MAJOR)
    await store.flush()


def _is_called(listening: socket.socket) -> bool:
    return bool(select.select([listening], [], [], 0)[0])


def test_a_signal_ends_it_soon_though_every_peer_is_silent(tmp_path: Path) -> None:
    asyncio.run(_leave_an_alarm(tmp_path / "data"))
    with ExitStack() as stack:
        # The kernel takes the connections, and nobody reads them.
        silent = {n: stack.enter_context(socket.create_server(("127.0.0.1", 0))) for n in PEERS}
        ports = {name: listening.getsockname()[1] for name, listening in silent.items()}
        secrets = {
            "PHONE": f"json://127.0.0.1:{ports['phone']}",
            "BEAT": f"http://127.0.0.1:{ports['beat']}",
        }
        launched = time.monotonic()
        settings = SETTINGS.format(topic=TOPIC, **ports)
        service = stack.enter_context(omc_run(tmp_path, settings, NODES, **secrets))
        service.wait_until(lambda: all(map(_is_called, silent.values())))
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=60) == 0
        # A mail server is waited for for ten seconds; on a busy machine to start takes longer too.
        assert time.monotonic() - began < max(6.0, began - launched)
    assert "stopped" in service.log
    assert "Traceback" not in service.log
