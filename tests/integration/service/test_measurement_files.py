"""Measurement files of `omc run`: from a folder to /metrics, the archive and `omc pm files`."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder
from omc.history.manifest import NoArchive
from omc.history.reader import History
from tests.integration.service.test_run import Running, omc_run, settings_of
from tests.unit.collector.pm.documents import collec_file

CATALOGUE = Catalogue.load(config_folder() / "metrics")
COUNTERS = ["pmRrcConnEstabAtt", "pmRrcConnEstabSucc"]
CELLS = "name,site,technology,band,sector\nC1,VPC0001,4G,B3,1\nC2,VPC0001,4G,B3,2\n"
NODES = "name,kind,site\nENB1,radio,VPC0001\n"
PERIOD = 900


def _report(end: int, *successes: int) -> str:
    values = {f"EUtranCellFDD=C{n}": ["100", str(count)] for n, count in enumerate(successes, 1)}
    time_text = datetime.fromtimestamp(end, UTC).isoformat()
    return collec_file(values, COUNTERS, vendor="Ericsson", end=time_text)


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(b"<measCollecFile>")
    return packed + b"".join(packer.compress(b" " * (1 << 20)) for _ in range(64)) + packer.flush()


def _ratio(folder: Path, start: int, end: int) -> float | None:
    """The success ratio of all cells together, out of the archive."""
    try:
        history = History(folder / "data" / "archive", CATALOGUE, threads=1)
    except NoArchive:
        return None
    table = history.values("lte_rrc_setup_success_ratio", start * 1000, end * 1000, by=())
    found: list[float] = table.column("value").to_pylist()
    return found[0] if found else None


def _value(running: Running, line: str) -> float | None:
    page = running.get("/metrics")[1]
    found = [one for one in page.splitlines() if one.startswith(line + " ")]
    return float(found[0].rsplit(" ", 1)[1]) if found else None


def test_files_reach_prometheus_and_the_archive_at_their_own_times(tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    source = "{name: drop, kind: folder, path: incoming, settle: 0s, interval: 1s, pattern: 'A*'}"
    settings = settings_of(
        pm=f"\n  sources: [{source}]", archive="\n  flush_interval: 1s\n", language=" en"
    )
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "cells.csv").write_text(CELLS, encoding="utf-8")
    end = int(time.time()) // PERIOD * PERIOD
    with omc_run(tmp_path, settings, NODES) as running:
        (incoming / "A-bomb.xml.gz").write_bytes(_bomb())
        (incoming / "A-entities.xml").write_text("<!DOCTYPE m [<!ENTITY a 'x'>]><m>&a;</m>")
        (incoming / "A-now.xml.gz").write_bytes(gzip.compress(_report(end, 90, 96).encode()))
        (incoming / "A-now-again.xml").write_text(_report(end, 90, 96))
        successes = 'lte_rrc_setup_successes{cell="C1",node="ENB1",site="VPC0001"}'
        running.wait_until(lambda: _value(running, successes) == 90)
        stamp = 'lte_cell_period_end_timestamp_seconds{cell="C1",node="ENB1",site="VPC0001"}'
        assert _value(running, stamp) == end
        files = 'omc_pm_files_total{pm_source="drop",result="%s"}'
        running.wait_until(lambda: _value(running, files % "refused") == 2)
        running.wait_until(lambda: _value(running, files % "read") == 1)
        running.wait_until(lambda: _value(running, files % "repeated") == 1)
        running.wait_until(lambda: _ratio(tmp_path, end - PERIOD, end) == 0.93)

        (incoming / "A-corrected.xml").write_text(_report(end, 100, 96))
        (incoming / "A-late.xml").write_text(_report(end - 20 * PERIOD, 80))
        running.wait_until(lambda: _value(running, successes) == 100)
        running.wait_until(lambda: _ratio(tmp_path, end - PERIOD, end) == 0.98)
        late = end - 20 * PERIOD
        running.wait_until(lambda: _ratio(tmp_path, late - PERIOD, late) == 0.8)
        received = 'pm_periods_received{node="ENB1",site="VPC0001"}'
        assert _value(running, received) == 1
        assert running.log.count("pm_file_damaged") == 2

    told = subprocess.run(
        [
            *(sys.executable, "-m", "omc", "pm", "files", "--format", "json"),
            *("-c", str(tmp_path / "omc.yaml")),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    results = {row["name"]: row["result"] for row in rows if "name" in row}
    assert results == {
        "A-bomb.xml.gz": "refused",
        "A-entities.xml": "refused",
        "A-now-again.xml": "read",
        "A-now.xml.gz": "repeated",
        "A-corrected.xml": "corrected",
        "A-late.xml": "read",
    }
    (node,) = [row for row in rows if "node" in row]
    assert (node["received"], node["expected"], node["late"]) == (2, 21, 1)
