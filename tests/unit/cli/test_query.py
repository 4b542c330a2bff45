"""`omc query` as people call it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from omc.cli import main_group
from tests.unit.history.archives import (
    COUNTER,
    DAY,
    HOUR,
    LEVEL,
    MINUTE,
    POWER,
    Archive,
    Sample,
    labels,
)

TAM_DAO = labels(site="Trạm Tam Đảo", node="TĐ-1", zone="shelter")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "inventory").mkdir()
    (folder / "inventory" / "sites.csv").write_text(
        "code,name,latitude,longitude\nTrạm Tam Đảo,Tam Đảo,21.4,105.6\n", encoding="utf-8"
    )
    (folder / "omc.yaml").write_text("inventory: inventory\ndata: data\n", encoding="utf-8")
    archive = Archive(folder / "data" / "archive")
    archive.at(2 * DAY)
    archive.write([Sample(LEVEL, TAM_DAO, at * MINUTE, 20.0 + at) for at in range(3)])
    archive.write([Sample(POWER, labels(site="VPC0001", cell="c"), 0, -90.0)])
    archive.write([Sample(COUNTER, labels(site="VPC0001"), at * HOUR, at * 10.0) for at in (1, 2)])
    archive.maintain()
    archive.write([Sample(LEVEL, TAM_DAO, at * MINUTE, 20.0 + at) for at in (2, 3)])
    return folder


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main_group, ["query", "-c", str(folder / "omc.yaml"), *arguments])


def rows(folder: Path, sql: str) -> list[dict[str, object]]:
    result = ask(folder, "--format", "json", sql)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_samples_are_there_once_with_their_labels_in_local_time(folder: Path) -> None:
    sql = f"SELECT time, value, labels, site FROM samples WHERE metric = '{LEVEL}' ORDER BY time"
    found = rows(folder, sql)
    assert [row["value"] for row in found] == [20.0, 21.0, 22.0, 23.0]
    assert found[0]["labels"] == dict(TAM_DAO)
    assert found[0]["time"] == "2026-01-01 07:00:00+07:00"


def test_roll_ups_tell_means_as_the_catalogue_says(folder: Path) -> None:
    sql = "SELECT metric, count, mean, sum FROM samples_1h ORDER BY metric, time"
    found = {str(row["metric"]): row for row in rows(folder, sql)}
    assert found[LEVEL] == {"metric": LEVEL, "count": 4, "mean": 21.5, "sum": 86.0}
    assert found[POWER]["mean"] == pytest.approx(-90.0)
    assert (found[COUNTER]["mean"], found[COUNTER]["sum"]) == (None, 10.0)


def test_the_inventory_and_the_catalogue_can_be_joined(folder: Path) -> None:
    sql = """
        SELECT s.name, m.unit, max(r.max) AS warmest FROM samples_5m r
        JOIN sites s ON s.code = r.site JOIN metrics m USING (metric) GROUP BY ALL"""
    assert rows(folder, sql) == [{"name": "Tam Đảo", "unit": "Cel", "warmest": 23.0}]


def test_a_table_for_people_is_cut_and_says_so(folder: Path) -> None:
    result = ask(folder, "--rows", "2", f"SELECT value FROM samples WHERE metric = '{LEVEL}'")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == ["value", "-----"]
    assert len(result.stdout.splitlines()) == 4
    assert "2 rows, 2 more are not shown" in result.stderr


def test_csv_is_what_spreadsheets_read(folder: Path) -> None:
    sql = f"SELECT site, value FROM samples WHERE metric = '{LEVEL}' ORDER BY time LIMIT 1"
    result = ask(folder, "--format", "csv", sql)
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["site", "value"],
        ["Trạm Tam Đảo", "20"],
    ]


def test_views_are_listed_with_their_columns(folder: Path) -> None:
    result = ask(folder, "--views")
    assert result.exit_code == 0
    for word in ("samples_5m", "map(varchar, varchar)", "timestamp with time zone", "areas"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT valeu FROM samples", "value"),
        ("SELECT 1 FROM sample", "there are: samples, samples_5m"),
        ("SELEC 1", "syntax error"),
        ("COPY (SELECT 1) TO '/tmp/omc-query-test.csv'", "only read"),
        ("DROP VIEW samples", "only read"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT * FROM '/etc/passwd'", "there is no view"),
    ],
)
def test_what_cannot_be_done_is_explained(folder: Path, sql: str, hint: str) -> None:
    result = ask(folder, sql)
    assert result.exit_code == 2
    assert hint in result.output
    assert "Traceback" not in result.output


def test_where_nothing_was_archived_it_says_so(tmp_path: Path, folder: Path) -> None:
    settings = f"inventory: {folder / 'inventory'}\ndata: data\n"
    (tmp_path / "omc.yaml").write_text(settings, encoding="utf-8")
    result = ask(tmp_path, "SELECT 1")
    assert result.exit_code == 1
    assert "there is no archive in" in result.output


def test_it_answers_while_samples_are_written_and_files_replaced(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.at(2 * DAY)
    archive.write([Sample(LEVEL, TAM_DAO, 0, 0.0)])
    stop = threading.Event()
    written = [1]

    def keep_writing() -> None:
        while not stop.is_set():
            archive.write([Sample(LEVEL, TAM_DAO, written[0] * 1000, float(written[0]))])
            written[0] += 1
            if written[0] % 20 == 0:
                archive.maintain(everything=True)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    command = [sys.executable, "-m", "omc", "query", "--archive", str(archive.folder)]
    try:
        for _ in range(3):
            before = written[0]
            done = subprocess.run(
                [
                    *command,
                    "--format",
                    "json",
                    "SELECT count(*) AS n, max(value) AS m FROM samples",
                ],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            answer = json.loads(done.stdout)
            assert answer["n"] >= before
            assert answer["n"] == answer["m"] + 1
    finally:
        stop.set()
        writer.join()


def test_ctrl_c_ends_a_long_answer(folder: Path) -> None:
    endless = "SELECT i FROM range(1000000000000) numbers(i)"
    command = [sys.executable, "-m", "omc", "query", "--format", "csv", endless]
    settings = ["-c", str(folder / "omc.yaml")]
    with subprocess.Popen(
        [*command, *settings], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline() == b"i\n"
        asking.send_signal(signal.SIGINT)
        _, said = asking.communicate(timeout=60)
    assert asking.returncode == 130
    assert said == b""
