"""What the form of reports sends is read field by field; whatever else is sent is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.report_orders import UnfitOrder, read_order
from omc.reports.maker import ReportOrder

TODAY = date(2026, 11, 24)
POPULATIONS = {"people.tif": Path("/srv/people/people.tif")}
FIELDS: Mapping[str, object] = {
    "report": "coverage",
    "first": "2026-10-01",
    "last": "2026-10-31",
    "level": "district",
    "areas": [" Tam Đảo ", "Phúc Yên", " "],
    "geography": "2025-06-30",
    "technologies": ["5G", "4G"],
    "sites": 20,
    "population": "",
    "population_year": "",
    "formats": ["pdf", "xlsx"],
    "language": "vi",
}


def test_an_order_becomes_the_arguments_of_the_command() -> None:
    assert read_order(FIELDS, TODAY, POPULATIONS).arguments == [
        *("report", "coverage", "--from", "2026-10-01", "--to", "2026-10-31"),
        *("--format", "xlsx,pdf", "--language", "vi"),
        *(
            "--level=district",
            "--area=Tam Đảo",
            "--area=Phúc Yên",
            "--technology=4G",
            "--technology=5G",
        ),
        "--geography=2025-06-30",
    ]


OTHERS = [
    ({"report": "availability"}, ()),
    ({"report": "5g-readiness", "sites": 7}, (("sites", "7"),)),
    (
        {"report": "5g-readiness", "population": "people.tif", "population_year": 2024},
        (
            *(("sites", "20"), ("population", "/srv/people/people.tif")),
            ("population-year", "2024"),
        ),
    ),
    (
        {"areas": [], "geography": "", "technologies": ["3G", "4G", "5G"], "level": "commune"},
        (("level", "commune"),),
    ),
    (
        {"areas": ["--help\n"], "geography": "", "technologies": ["3G", "4G", "5G"]},
        (("level", "district"), ("area", "--help")),
    ),
]


@pytest.mark.parametrize(("changed", "options"), OTHERS)
def test_a_report_gets_its_own_options_only(
    changed: Mapping[str, object], options: tuple[tuple[str, str], ...]
) -> None:
    assert read_order({**FIELDS, **changed}, TODAY, POPULATIONS).options == options


FAULTS = [
    ({"report": "../../etc/passwd"}, "unknown"),
    ({"language": "fr"}, "unknown"),
    ({"first": "2026-11-01"}, "period"),
    ({"last": ""}, "period"),
    ({"first": "2026-11-25", "last": "2026-11-26"}, "future"),
    ({"formats": ["exe"]}, "formats"),
    ({"technologies": "4G"}, "technologies"),
    ({"geography": "30/02/2025"}, "geography"),
    ({"areas": "Tam Đảo"}, "areas"),
    ({"areas": ["Tam Đảo"] * 51}, "areas"),
    ({"report": "5g-readiness", "sites": 0}, "sites"),
    ({"report": "5g-readiness", "sites": True}, "sites"),
    ({"report": "5g-readiness", "population": "../omc.yaml"}, "population"),
    (
        {"report": "5g-readiness", "population": "people.tif", "population_year": 20},
        "population_year",
    ),
]


@pytest.mark.parametrize(("changed", "fault"), FAULTS)
def test_what_cannot_be_made_says_what_is_wrong(changed: Mapping[str, object], fault: str) -> None:
    with pytest.raises(UnfitOrder) as refused:
        read_order({**FIELDS, **changed}, TODAY, POPULATIONS)
    assert refused.value.fault == fault


_text = st.text("-= .,\n\x00aĐ5G/2026", max_size=12)
_anything = st.none() | st.integers() | _text | st.lists(_text | st.integers(), max_size=4)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), _anything))
def test_whatever_is_sent_is_read_or_refused(changed: dict[str, object]) -> None:
    try:
        order = read_order({**FIELDS, **changed}, TODAY, POPULATIONS)
    except UnfitOrder:
        return
    assert isinstance(order, ReportOrder)
    assert not any("\x00" in argument or "\n" in argument for argument in order.arguments)
