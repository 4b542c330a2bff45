"""`omc pm` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from omc.cli import main_group
from tests.unit.collector.pm.documents import END_MS, collec_file
from tests.unit.collector.pm.test_intake import Office

GOLDEN = Path(__file__).parents[2] / "measurement_files"


def omc(*arguments: str) -> Result:
    return CliRunner().invoke(main_group, ["pm", *arguments])


def test_a_file_is_read_without_any_configuration() -> None:
    result = omc("read", str(GOLDEN / "lte-ericsson.xml.gz"))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "VPH001-ENB  VPH001-L18-1 (4G)  15 min 0 s until 2026-11-24 07:15 +0700"
    shown = {line.split()[0]: line.split(None, 1)[1] for line in lines[1:] if line}
    assert shown["lte_rrc_setup_success_ratio"] == "99 %"
    assert shown["lte_ue_throughput_bits_per_second{direction=dl}"] == "12.5 Mbit/s"
    assert "=" not in " ".join(shown.values())


def test_formulas_and_their_counters_are_shown_when_asked_for() -> None:
    result = omc("read", "--counters", str(GOLDEN / "lte-ericsson.xml.gz"))
    assert "= pmRrcConnEstabAtt - pmRrcConnEstabAttReatt" in result.stdout
    assert "pmRrcConnEstabAtt 1100, pmRrcConnEstabAttReatt 100" in result.stdout


def test_json_has_one_value_a_line_with_its_counters() -> None:
    result = omc("read", "--format", "json", str(GOLDEN / "utran-huawei.xml.gz"))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    found = {(row["metric"], row.get("domain")): row for row in rows}
    row = found["utran_rab_abnormal_releases", "cs"]
    assert row["value"] == 1
    assert row["counters"] == {"VS.RAB.AbnormRel.CS": 1}
    assert row["end_ms"] == END_MS
    assert found["utran_drop_ratio", "cs"]["value"] == 0.01


def test_damage_is_told_with_exit_code_1_and_what_came_before_is_shown() -> None:
    result = omc("read", str(GOLDEN / "lte-truncated.xml.gz"))
    assert result.exit_code == 1
    assert "lte_rrc_setup_success_ratio" in result.stdout
    assert "lte-truncated.xml.gz: truncated gzip: the end is missing" in result.stderr


def test_what_the_inventory_does_not_know_is_told(tmp_path: Path) -> None:
    config = _settings(tmp_path)
    result = omc("read", "-c", str(config), str(GOLDEN / "lte-ericsson.xml.gz"))
    assert result.exit_code == 1
    assert "no known cell: SubNetwork=ONRM_ROOT_MO" in result.stderr
    assert "Nothing of any known cell." in result.stderr


def test_suspect_periods_are_marked_and_one_cell_can_be_chosen() -> None:
    result = omc("read", "--cell", "VPH001-L18-2", str(GOLDEN / "lte-suspect.xml"))
    assert "SUSPECT" in result.stdout
    assert "VPH001-L18-1" not in result.stdout


def test_counters_of_a_metric_are_listed_by_vendor() -> None:
    result = omc("counters", "lte_rrc_setup_successes")
    assert "huawei-lte      lte_rrc_setup_successes = L.RRC.ConnReq.Succ" in result.stdout
    rows = [json.loads(line) for line in omc("counters", "--format", "json").stdout.splitlines()]
    assert {row["style"] for row in rows} >= {"3gpp-nr", "nokia-lte", "samsung-nr"}


def _settings(folder: Path) -> Path:
    (folder / "inventory").mkdir()
    config = folder / "omc.yaml"
    config.write_text("inventory: inventory\ndata: data\n", encoding="utf-8")
    return config


def test_the_ledger_is_shown(tmp_path: Path) -> None:
    config = _settings(tmp_path)
    assert "No file has come yet" in omc("files", "-c", str(config)).stdout
    (tmp_path / "data").mkdir()
    office = Office(tmp_path / "data")
    cell = {"EUtranCellFDD=VPH001-L18-1": ["100", "90"]}
    whole = collec_file(cell, ["pmRrcConnEstabAtt", "pmRrcConnEstabSucc"], vendor="Ericsson")
    for content in (whole, whole, "nonsense"):
        office.take(content)
    result = omc("files", "-c", str(config))
    assert "test  read       1.xml  came 2 ×" in result.stdout
    assert "test  refused    3.xml" in result.stdout
    assert "3.xml:1:1: syntax error" in result.stdout
    result = omc("files", "-c", str(config), "--bad", "--format", "json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["name"] for row in rows if "name" in row] == ["3.xml"]


def test_a_metric_that_no_counter_gives_is_told_with_the_nearest() -> None:
    result = omc("counters", "lte_rrc_setup_attempt")
    assert result.exit_code == 2
    assert "did you mean 'lte_rrc_setup_attempts'?" in result.stderr
