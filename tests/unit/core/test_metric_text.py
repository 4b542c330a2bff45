"""One metric in words."""

from __future__ import annotations

import pytest

from omc.core.catalogue import Catalogue
from omc.core.metric_text import aggregation_words, explain, formula, range_words
from omc.core.resources import config_folder

CATALOGUE = Catalogue.load(config_folder() / "metrics")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lte_rrc_setup_success_ratio", "lte_rrc_setup_successes / lte_rrc_setup_attempts"),
        (
            "lte_erab_setup_success_ratio",
            (
                "(lte_erab_initial_setup_successes + lte_erab_additional_setup_successes)"
                " / (lte_erab_initial_setup_attempts + lte_erab_additional_setup_attempts)"
            ),
        ),
        (
            "utran_cell_availability_ratio",
            "1 - utran_cell_unavailable_seconds / utran_cell_observed_seconds",
        ),
        ("lte_ue_throughput_bits_per_second", "8 x lte_ip_volume_bytes / lte_ip_time_seconds"),
        (
            "utran_accessibility_ratio",
            "utran_rrc_setup_success_ratio x utran_rab_setup_success_ratio",
        ),
        ("dc_bus_voltage_volts", ""),
    ],
)
def test_a_formula_names_what_is_stored(name: str, expected: str) -> None:
    assert formula(CATALOGUE.metric(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dc_bus_voltage_volts", "0 … 75 V"),
        ("microwave_rx_power_dbm", "-110 … 0 dBm"),
        ("microwave_capacity_bits_per_second", "0 … 100000000000 bit/s"),
        ("battery_state_of_charge_ratio", "0 … 1"),
        ("site_energy_joules_total", "≥ 0 J"),
        ("lte_rrc_setup_attempts", "≥ 0"),
    ],
)
def test_a_range_carries_its_unit(name: str, expected: str) -> None:
    assert range_words(CATALOGUE.metric(name), "en") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dc_load_power_watts", "add up; over time: average"),
        (
            "lte_rrc_setup_attempts",
            "add up; a sum of the granularity period; add up periods, never rate()",
        ),
        (
            "lte_prb_utilisation_ratio",
            "average weighted by lte_prb_available",
        ),
        (
            "optical_rx_power_dbm",
            "average in milliwatts, never the dBm values themselves",
        ),
    ],
)
def test_combining_is_said_in_words(name: str, expected: str) -> None:
    assert aggregation_words(CATALOGUE.metric(name), "en") == expected


def test_an_explanation_has_every_title_in_its_language() -> None:
    metric = CATALOGUE.metric("battery_mode")
    explanation = dict(explain(metric, CATALOGUE, "vi"))
    assert list(explanation) == [
        "Ý nghĩa",
        "Loại",
        "Đơn vị",
        "Nhãn",
        "Cách gộp",
        "Trạng thái",
        "Nguồn định nghĩa",
        "Độ tin cậy",
    ]
    assert explanation["Trạng thái"][4] == "4 discharge: Đang phóng (critical)"
    assert explanation["Nhãn"] == [
        "site: Mã trạm trong danh mục thiết bị.",
        "node: Tên thiết bị được thu thập trong danh mục.",
        "string: Số thứ tự tổ ắc quy, đánh số từ 1.",
    ]
