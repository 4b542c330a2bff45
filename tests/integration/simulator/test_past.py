"""`omc simulate history` into real stores."""

import subprocess
from pathlib import Path

from tests.servers.process import find_binary, http_request
from tests.servers.simulator import omc
from tests.servers.victoria_metrics import VictoriaMetrics

UNTIL = "2026-03-01T00:00:00"


def write(path: Path, form: str, *options: str) -> str:
    done = subprocess.run(
        omc(
            *("simulate", "history", "--sites", "4", "--until", UNTIL, "--step", "10m"),
            *("--format", form, "-o", str(path), *options),
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_promtool_makes_blocks_of_it(tmp_path: Path) -> None:
    past = tmp_path / "past.om"
    said = write(past, "openmetrics", "--days", "0.5", "--metrics", "ac_*,lte_*,interface_*")
    assert "samples of 0.5 days written" in said
    promtool = find_binary("promtool", "prometheus")
    blocks = tmp_path / "blocks"
    done = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", str(past), str(blocks)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    (blocks / "wal").mkdir()  # `promtool tsdb dump` wants one
    dumped = subprocess.run(
        [promtool, "tsdb", "dump", "--match={__name__='ac_input_available'}", str(blocks)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    samples = [line for line in dumped.stdout.splitlines() if line.startswith("{")]
    assert len(samples) == 4 * 72


def test_victoria_metrics_takes_the_line_protocol(
    tmp_path: Path, victoria_metrics: VictoriaMetrics
) -> None:
    past = tmp_path / "past.lp"
    write(past, "influx", "--days", "0.25", "--metrics", "battery_voltage_volts")
    status, _ = http_request(
        victoria_metrics.port, "POST", "/write?precision=ms", past.read_bytes()
    )
    assert status == 204
    lines = past.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 * 36
    assert all(line.startswith("battery_voltage_volts,node=") for line in lines)


def test_metrics_without_a_past_are_a_usage_error(tmp_path: Path) -> None:
    command = omc("simulate", "history", "--sites", "4", "--metrics", "nothing_*")
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "past")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "no past for nothing_*" in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_archive_answers_queries_and_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    counting = (
        "SELECT metric, count(*), round(sum(value), 3) FROM samples GROUP BY metric ORDER BY metric"
    )
    answers = []
    for name in ("one", "two"):
        folder = tmp_path / name
        said = write(folder, "archive", "--days", "2", "--metrics", "ac_*,lte_rrc_setup_attempts")
        assert "samples of 2 days written" in said
        done = subprocess.run(
            omc("query", "--archive", str(folder), "--format", "csv", counting),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        answers.append(done.stdout)
    assert answers[0] == answers[1]
    assert f"ac_input_available,{4 * 288}," in answers[0]
    assert "lte_rrc_setup_attempts," in answers[0]
