"""`omc run` as a process: real agents in, real databases out, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.influxdb import InfluxDB
from tests.servers.process import free_port
from tests.servers.prometheus import Prometheus, complaints_besides_bits
from tests.servers.snmpd import Snmpd
from tests.servers.victoria_metrics import VictoriaMetrics

SITES = """code,name,latitude,longitude
VPC0001,Vĩnh Yên 1,21.3089,105.6049
VPC0002,Tam Đảo,21.4567,105.6428
"""


class Running:
    """An `omc run` under test."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def get(self, path: str, accept: str = "text/plain") -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Accept": accept}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until(self, what: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.1)


@contextmanager
def omc_run(folder: Path, settings: str, nodes: str, **environment: str) -> Iterator[Running]:
    port = free_port()
    inventory = folder / "inventory"
    inventory.mkdir(exist_ok=True)
    (inventory / "sites.csv").write_text(SITES, encoding="utf-8")
    (inventory / "nodes.csv").write_text(nodes, encoding="utf-8")
    text = f"inventory: inventory\ndata: data\nprometheus:\n  listen: 127.0.0.1:{port}\n{settings}"
    if "\napi:" not in text:
        text += f"api:\n  listen: 127.0.0.1:{free_port()}\n"
    (folder / "omc.yaml").write_text(text, encoding="utf-8")
    with started(folder, port, **environment) as running:
        yield running


@contextmanager
def started(folder: Path, port: int, **environment: str) -> Iterator[Running]:
    """`omc run` with the settings of a folder, which has its metrics on that port."""
    log = folder / "omc.log"
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "omc", "run", "-c", str(folder / "omc.yaml")],
            stdout=stderr,
            stderr=stderr,
            text=True,
            env={**os.environ, **environment},
        )
    try:
        yield Running(process, port, log)
    finally:
        process.kill()
        process.wait()


def settings_of(**sections: str) -> str:
    return "".join(f"{name}:{text}\n" for name, text in sections.items())


SNMP = """
  interval: 2s
  timeout: 300ms
  retries: 1
"""
CREDENTIALS = """
  public: {version: 2c, community: env:OMC_COMMUNITY}
  secure:
    version: 3
    user: omc
    auth: {protocol: sha256, key: env:OMC_AUTH}
    priv: {protocol: aes128, key: env:OMC_PRIV}
"""
SECRETS = {
    "OMC_COMMUNITY": "public",
    "OMC_AUTH": "authpassword",
    "OMC_PRIV": "privpassword",
    "OMC_TOKEN": "a-token",
}


@pytest.fixture(scope="module")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd() as server:
        yield server


@pytest.fixture(scope="module")
def secure_snmpd() -> Iterator[Snmpd]:
    users = ["createUser omc SHA-256 authpassword AES privpassword", "rouser omc priv"]
    with Snmpd(users) as server:
        yield server


def nodes_of(snmpd: Snmpd) -> str:
    return (
        "name,kind,site,address,port,credentials\n"
        f"VPC0001-router,router,VPC0001,127.0.0.1,{snmpd.port},public\n"
        "VPC0002-dead,router,VPC0002,127.0.0.1,9,public\n"
    )


def test_readings_stand_in_prometheus_victoriametrics_and_influxdb(
    tmp_path: Path,
    snmpd: Snmpd,
    secure_snmpd: Snmpd,
    victoria_metrics: VictoriaMetrics,
    influxdb: InfluxDB,
) -> None:
    secure = f"VPC0002-router,router,VPC0002,127.0.0.1,{secure_snmpd.port},secure\n"
    nodes = nodes_of(snmpd) + secure
    influxdb.execute("CREATE DATABASE omc_run")
    sinks = f"""
  - name: victoria
    version: 2
    url: http://127.0.0.1:{victoria_metrics.port}
    org: omc
    bucket: omc
    token: env:OMC_TOKEN
    flush_interval: 500ms
  - name: influx
    version: 1
    url: http://127.0.0.1:{influxdb.port}
    database: omc_run
    flush_interval: 500ms
"""
    settings = settings_of(snmp=SNMP, credentials=CREDENTIALS, influxdb=sinks)
    with omc_run(tmp_path, settings, nodes, **SECRETS) as service:
        service.wait_until(lambda: service.get("/-/ready")[0] == 200)
        with Prometheus(service.port) as prometheus:
            found = prometheus.wait_for('interface_oper_state{interface="lo"}')
            assert {answer.labels["site"] for answer in found} == {"VPC0001", "VPC0002"}
            assert {answer.value for answer in found} == {1.0}
            health = prometheus.wait_for("omc_poll_success == 0")
            assert [answer.labels["node"] for answer in health] == ["VPC0002-dead"]
        exposition = service.get("/metrics")[1]
        assert complaints_besides_bits(exposition.encode()) == []
        service.wait_until(lambda: bool(in_victoria(victoria_metrics)))
        service.wait_until(lambda: bool(in_influx(influxdb)))
    assert all(secret not in service.log for secret in ("authpassword", "privpassword", "a-token"))


def in_victoria(server: VictoriaMetrics) -> bool:
    samples = server.samples('interface_oper_state_value{node="VPC0001-router",interface="lo"}')
    return bool(samples) and set(samples[0]["values"]) == {1}


def in_influx(server: InfluxDB) -> bool:
    rows = server.rows(
        "SELECT value FROM interface_oper_state "
        "WHERE node = 'VPC0002-router' AND interface = 'lo' LIMIT 1",
        "omc_run",
    )
    return bool(rows) and rows[0]["value"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_within_three_seconds(
    tmp_path: Path, snmpd: Snmpd, number: signal.Signals
) -> None:
    settings = settings_of(snmp=SNMP, credentials=CREDENTIALS)
    launched = time.monotonic()
    with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
        service.wait_until(lambda: service.get("/-/healthy")[0] == 200)
        began = time.monotonic()
        service.process.send_signal(number)
        assert service.process.wait(timeout=30) == 0
        # The bound that the product promises to whoever restarts it; on a busy machine to start
        # takes longer as well.
        assert time.monotonic() - began < max(3.0, began - launched)
    assert "stopped" in service.log
    assert "Traceback" not in service.log


def test_a_dead_device_is_told_once_everywhere_and_recovers(tmp_path: Path) -> None:
    with Snmpd() as agent, Prometheus(options=("--web.enable-remote-write-receiver",)) as receiver:
        nodes = (
            "name,kind,site,address,port,credentials\n"
            f"VPC0001-router,router,VPC0001,127.0.0.1,{agent.port},public\n"
        )
        sinks = f"""
  - name: prometheus
    url: {receiver.url}/api/v1/write
    flush_interval: 200ms
"""
        settings = settings_of(snmp=SNMP, credentials=CREDENTIALS, remote_write=sinks)
        with omc_run(tmp_path, settings, nodes, **SECRETS) as service:
            (found,) = receiver.wait_for('interface_oper_state{interface="lo"}', seconds=30)
            assert (found.value, found.labels["site"]) == (1.0, "VPC0001")
            assert succeeded(service) == 1
            assert "interface_info{" in service.get("/metrics")[1]
            agent.stop()
            service.wait_until(lambda: succeeded(service) == 0)
            # What is read seldom would expire after many minutes: a silent device takes it along.
            service.wait_until(lambda: "interface_info{" not in service.get("/metrics")[1])
            receiver.wait_for("omc_poll_success == 0", seconds=30)
            # Without a marker it would be shown for five minutes.
            service.wait_until(lambda: not receiver.query("interface_oper_state"))
            assert receiver.query("omc_poll_success")[0].value == 0.0
            assert service.log.count("node_failed") == 1
            agent.start()
            service.wait_until(lambda: succeeded(service) == 1)
            assert service.log.count("node_recovered") == 1
        assert "samples_rejected" not in service.log
        assert "stale_markers_refused" not in service.log


def succeeded(service: Running) -> int | None:
    for line in service.get("/metrics")[1].splitlines():
        if line.startswith("omc_poll_success{"):
            return int(line.rsplit(" ", 1)[1])
    return None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("data: data", "another service (process {pid}) has the data folder"),
        ("data: other", "cannot listen on 127.0.0.1:{port}"),
    ],
)
def test_what_another_service_has_is_said_and_ends_with_an_error(
    tmp_path: Path, snmpd: Snmpd, data: str, told: str
) -> None:
    settings = settings_of(snmp=SNMP, credentials=CREDENTIALS)
    with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as first:
        first.wait_until(lambda: first.get("/-/healthy")[0] == 200)
        text = (tmp_path / "omc.yaml").read_text(encoding="utf-8")
        (tmp_path / "second.yaml").write_text(text.replace("data: data", data), encoding="utf-8")
        second = subprocess.run(
            [sys.executable, "-m", "omc", "run", "-c", str(tmp_path / "second.yaml")],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env={**os.environ, **SECRETS},
        )
    assert second.returncode == 1
    assert told.format(pid=first.process.pid, port=first.port) in second.stderr
    assert "Traceback" not in second.stderr


def test_broken_settings_end_with_2_and_say_where(tmp_path: Path) -> None:
    nodes = "name,kind,address,credentials\nrouter,router,127.0.0.1,nobody\n"
    settings = settings_of(snmp="\n  interval: 60\n  timeout: fast\n", credentials=CREDENTIALS)
    with omc_run(tmp_path, settings, nodes, **SECRETS) as service:
        assert service.process.wait(timeout=20) == 2
    assert "omc.yaml:" in service.log
    assert "timeout" in service.log
    assert "Traceback" not in service.log


def test_a_topic_that_does_not_name_what_its_mapping_needs_is_told_at_its_line(
    tmp_path: Path,
) -> None:
    brokers = """
  - name: sites
    host: 127.0.0.1
    subscriptions:
      - topic: sites/{site}
        mapping: scalar
"""
    with omc_run(tmp_path, settings_of(mqtt=brokers), "name,kind\nrouter,router\n") as service:
        assert service.process.wait(timeout=20) == 2
    wanted = "topic: the mapping needs {device}, {metric}, which the topic does not name"
    assert f"omc.yaml:9:16: {wanted}" in service.log
