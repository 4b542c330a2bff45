"""`omc run` keeps history: what was polled stands in the archive, and is looked after."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.resources import config_folder
from omc.history.event_writer import WAITING
from omc.history.manifest import NoArchive
from omc.history.reader import History
from omc.history.views import open_for_reading
from tests.integration.service.test_run import (
    CREDENTIALS,
    SECRETS,
    SNMP,
    Running,
    nodes_of,
    omc_run,
    settings_of,
)
from tests.servers.snmpd import Snmpd

CATALOGUE = Catalogue.load(config_folder() / "metrics")
METRIC = "interface_oper_state"
ARCHIVE = "\n  flush_interval: 1s\n  maintenance_interval: 10s\n"


@pytest.fixture(scope="module")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd() as server:
        yield server


def archived(folder: Path) -> int:
    """Samples of a metric in the archive, none of them twice."""
    try:
        history = History(folder / "data" / "archive", CATALOGUE, threads=1)
    except NoArchive:
        return 0
    now = SystemClock().time_ms()
    table = history.samples(METRIC, now - 3_600_000, now + 60_000)
    rows = [(row["series"], row["time"]) for row in table.to_pylist()]
    assert len(rows) == len(set(rows))
    return len(rows)


def metric_of(service: Running, name: str) -> float:
    page = service.get("/metrics")[1]
    found = [line for line in page.splitlines() if line.startswith(name)]
    return float(found[0].rsplit(" ", 1)[1]) if found else -1.0


def test_polls_are_archived_through_kills_and_maintained(tmp_path: Path, snmpd: Snmpd) -> None:
    settings = settings_of(snmp=SNMP, credentials=CREDENTIALS, archive=ARCHIVE)
    with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
        service.wait_until(lambda: archived(tmp_path) > 0)
        service.process.kill()
    before = archived(tmp_path)
    with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
        service.wait_until(lambda: archived(tmp_path) > before)
        done = 'omc_archive_maintenance_runs_total{result="done"}'
        service.wait_until(lambda: metric_of(service, done) >= 1)
        assert metric_of(service, 'omc_archive_bytes{section="pending"}') > 0
        assert metric_of(service, "omc_archive_free_bytes") > 0
        written = 'omc_sink_samples_total{result="written",sink="archive"}'
        assert metric_of(service, written) > 0
        before = archived(tmp_path)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=10) == 0
    assert archived(tmp_path) >= before
    assert "archive_maintenance_failed" not in service.log


def waiting(folder: Path) -> int:
    """Events on disk that are in no file yet."""
    path = folder / "data" / "archive" / WAITING
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as database, suppress(sqlite3.OperationalError):
        return int(database.execute("SELECT count(*) FROM waiting").fetchone()[0])
    return 0  # it is being made


def dead_since(folder: Path) -> list[str]:
    """Nodes that the archive knows to have fallen silent."""
    query = "SELECT node FROM events WHERE kind = 'source_down'"
    with open_for_reading(folder / "data" / "archive", CATALOGUE) as connection:
        return [node for (node,) in connection.sql(query).fetchall()]


def test_an_event_just_before_a_kill_is_in_the_archive(tmp_path: Path, snmpd: Snmpd) -> None:
    rarely = settings_of(snmp=SNMP, credentials=CREDENTIALS, archive="\n  flush_interval: 10m\n")
    with omc_run(tmp_path, rarely, nodes_of(snmpd), **SECRETS) as service:
        service.wait_until(lambda: waiting(tmp_path) > 0)
        service.process.kill()
    often = settings_of(snmp=SNMP, credentials=CREDENTIALS, archive=ARCHIVE)
    with omc_run(
        tmp_path, often, "name,kind,site,address,port,credentials\n", **SECRETS
    ) as service:
        service.wait_until(lambda: waiting(tmp_path) == 0)
    assert dead_since(tmp_path) == ["VPC0002-dead"]


def test_it_can_be_switched_off(tmp_path: Path, snmpd: Snmpd) -> None:
    settings = settings_of(snmp=SNMP, credentials=CREDENTIALS, archive="\n  enabled: false\n")
    with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
        service.wait_until(lambda: service.get("/-/ready")[0] == 200)
        assert "omc_archive" not in service.get("/metrics")[1]
    assert not (tmp_path / "data" / "archive").exists()
