from __future__ import annotations

import pytest

from dashboards.console.pages.radio import KPIS, levels_by_metric, tone
from tests.unit.alarms.watching import shipped_rules


@pytest.mark.parametrize(
    ("technology", "name", "value", "marked"),
    [
        ("4G", "drop", 0.009, ""),
        ("4G", "drop", 0.012, "warning"),
        ("4G", "drop", 0.03, "major"),
        ("4G", "load", 0.85, "minor"),
        ("4G", "setup", 0.84, "critical"),
        ("3G", "drop", 0.02, "minor"),
        ("5G", "setup", 0.97, "major"),  # no rule is about it
        ("5G", "volume", 1.0, ""),
    ],
)
def test_what_is_marked_is_what_the_alarm_rules_call_bad(
    technology: str, name: str, value: float, marked: str
) -> None:
    (kpi,) = (kpi for kpi in KPIS[technology] if kpi.name == name)
    assert tone(kpi, levels_by_metric(shipped_rules()), value) == marked
