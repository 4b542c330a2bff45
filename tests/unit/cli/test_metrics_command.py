"""`omc metrics` as people and programs call it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from omc.cli.metrics import metrics
from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder

NAMES = [metric.name for metric in Catalogue.load(config_folder() / "metrics")]


def omc_metrics(*arguments: str) -> Result:
    return CliRunner().invoke(metrics, arguments)


def test_the_list_has_every_metric_on_one_line_with_its_unit() -> None:
    result = omc_metrics()
    assert result.exit_code == 0
    rows = {line.split()[0]: line for line in result.output.splitlines() if line.strip()}
    assert [name for name in NAMES if name not in rows] == []
    assert rows["battery_voltage_volts"].split() == [
        *("battery_voltage_volts", "gauge", "V"),
        *["Voltage", "of", "a", "battery", "string."],
    ]


def test_units_are_as_people_write_them_and_json_keeps_ucum() -> None:
    rows = [line.split() for line in omc_metrics().output.splitlines() if line.strip()]
    units = {row[0]: row[2] for row in rows if row[0] in NAMES}
    assert units["env_temperature_celsius"] == "°C"
    assert units["memory_size_bytes"] == "B"
    assert units["fan_speed_rpm"] == "rpm"
    assert "°C" in omc_metrics("env_temperature_celsius").output
    assert "Cel" not in omc_metrics("env_temperature_celsius").output.split()
    assert json.loads(omc_metrics("fan_speed_rpm", "--format", "json").output)["unit"] == (
        "{rev}/min"
    )


def test_help_shows_an_example_a_line() -> None:
    lines = omc_metrics("--help").output.splitlines()
    assert "    omc metrics battery_voltage_volts        everything about one" in lines


def test_the_list_speaks_vietnamese() -> None:
    result = omc_metrics("--language", "vi")
    assert result.exit_code == 0
    assert "Nguồn điện trạm" in result.output
    assert "Điện áp tổ ắc quy." in result.output
    assert "Voltage of a battery string." not in result.output


def test_one_metric_is_explained_fully() -> None:
    result = omc_metrics("lte_accessibility_ratio")
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert said.startswith("lte_accessibility_ratio Meaning Chance that a user who asks")
    assert "cell: Cell name: one carrier on one sector." in said
    assert "Valid range 0 … 1" in said
    assert "compute each factor over everything first, then multiply" in said
    assert "lte_rrc_setup_success_ratio x lte_s1sig_success_ratio x" in said
    assert "3GPP TS 32.450 clause 6.1.1" in said
    assert "Evidence defined by the standard" in said


def test_a_state_is_explained_with_its_codes_and_texts() -> None:
    result = omc_metrics("lvd_connected", "--language", "vi")
    assert "0 disconnected: Đã cắt tải (critical)" in result.output
    assert "1 connected: Đang đóng (ok)" in result.output


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("batery_voltage_volts", "battery_voltage_volts"),
        ("LTE_RRC_SETUP_ATTEMPTS", "lte_rrc_setup_attempts"),
        ("handover", "lte_handover_success_ratio"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(typed: str, suggested: str) -> None:
    result = omc_metrics(typed)
    assert result.exit_code == 2
    assert f"there is no metric '{typed}'. Did you mean " in result.output
    assert suggested.split("_")[1] in result.output.split("Did you mean ")[1]


def test_a_name_like_nothing_points_to_the_list() -> None:
    result = omc_metrics("zzz")
    assert result.exit_code == 2
    assert "there is no metric 'zzz'. `omc metrics` lists them all." in result.output


def test_json_is_one_object_a_line_with_both_languages() -> None:
    result = omc_metrics("--format", "json")
    entries = [json.loads(line) for line in result.output.splitlines()]
    assert [entry["name"] for entry in entries] == NAMES
    entry = next(e for e in entries if e["name"] == "lte_erab_drop_ratio")
    assert entry["topic"] == "lte"
    assert entry["ratio"] == {
        "numerator": ["lte_erab_abnormal_releases"],
        "denominator": [
            "lte_erab_initial_setup_successes",
            "lte_erab_additional_setup_successes",
        ],
    }
    assert entry["help"]["vi"].startswith("Tỷ lệ rớt E-RAB")


def test_json_of_one_metric_is_one_line() -> None:
    result = omc_metrics("dc_bus_voltage_volts", "--format", "json")
    (line,) = result.output.splitlines()
    assert json.loads(line)["unit"] == "V"


def test_markdown_is_the_whole_document() -> None:
    result = omc_metrics("--markdown")
    assert result.exit_code == 0
    assert result.output.startswith("# Metrics\n")
    assert result.output.count("| `lte_rrc_setup_success_ratio`") == 1


@pytest.mark.parametrize("extra", [["dc_bus_voltage_volts"], ["--format", "json"]])
def test_markdown_is_for_the_whole_catalogue_only(extra: list[str]) -> None:
    result = omc_metrics("--markdown", *extra)
    assert result.exit_code == 2
    assert "--markdown prints the whole catalogue" in result.output


def test_a_folder_of_ones_own_is_listed_instead(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "topic: {en: Mine, vi: Của tôi}\n"
        "metrics:\n"
        "  - {name: mast_tilt_ratio, kind: gauge, unit: '1', aggregation: max, source: me,"
        " help: {en: 'Tilt [0..1].', vi: 'Độ nghiêng.'}}\n",
        encoding="utf-8",
    )
    result = omc_metrics("--catalogue", str(tmp_path))
    assert result.exit_code == 0
    assert "Tilt [0..1]." in result.output  # brackets are no markup
    assert "battery_voltage_volts" not in result.output


def run_as_a_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("omc")), "metrics", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_the_real_command_explains_and_refuses() -> None:
    explained = run_as_a_program("site_online", "--language", "vi")
    assert explained.returncode == 0
    assert "Mất kết nối" in explained.stdout
    refused = run_as_a_program("site_onlin")
    assert refused.returncode == 2
    assert "Did you mean site_online" in refused.stderr
    assert refused.stdout == ""


def test_a_broken_catalogue_is_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("topic: {en: Mine}\n", encoding="utf-8")
    refused = run_as_a_program("--catalogue", str(tmp_path))
    assert refused.returncode == 2
    assert refused.stderr == f"{tmp_path}/mine.yaml:1:1: the key 'vi' is missing\n"
