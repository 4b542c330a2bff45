"""What somebody asked of a metric, as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

import pytest

from dashboards.console.exploration import Exploration, csv_text
from tests.sample_data import NEW_YEAR_MS

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WANTED = Exploration("optical_rx_power_dbm", None, {}, ("interface",), "24h")


def rows(interface: str) -> list[list[str]]:
    text = csv_text(WANTED, {(interface,): [(NEW_YEAR_MS, -18.5)]}, HANOI)
    return list(csv.reader(io.StringIO(text)))


def test_a_line_is_told_apart_by_its_label_and_keeps_its_value() -> None:
    assert rows("Gi0/0/1") == [
        ["time", "interface", "optical_rx_power_dbm"],
        ["2026-01-01T07:00:00+07:00", "Gi0/0/1", "-18.5"],
    ]


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(1)"])
def test_what_a_device_calls_a_port_is_no_formula(name: str) -> None:
    assert rows(name)[1][1] == f"'{name}"
