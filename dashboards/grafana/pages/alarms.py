"""Which alarms there are, and how their number goes."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import bad_above
from dashboards.grafana.panels import areas, number, table
from dashboards.grafana.promql import AREA, HERE, SITE
from dashboards.grafana.spec import Page, Panel, Row, text
from omc.alarms.severity import Severity

#: On a quiet network it shows one line that says so, instead of "No data".
_NONE = 'label_replace(label_replace(vector(0), "rule", "-", "", ""), "severity", "-", "", "")'
#: Alarms of chosen sites, and those of no one site, such as of a span.
_ROOTS = f'alarm_active{{{HERE}}} or alarm_active{{site=""}} or on () {_NONE}'

ROOTS = table(
    text("Root alarms", "Cảnh báo gốc"),
    _ROOTS,
    width=24,
    height=9,
    columns={
        "severity": text("Severity", "Mức độ"),
        "rule": text("Alarm", "Cảnh báo"),
        "site": text("Site", "Trạm"),
        "node": text("Device", "Thiết bị"),
        "object": text("Object", "Đối tượng"),
    },
    page="site",
    explanation=text(
        "A line of dashes: there is no root alarm.",
        "Một dòng gạch ngang nghĩa là không có cảnh báo gốc.",
    ),
)


def page(kit: Kit) -> Page:
    """Make it."""
    del kit
    return Page(
        "alarms",
        text("Alarms", "Cảnh báo"),
        (
            Row(text("Now", "Hiện tại"), (*_counts(), ROOTS)),
            Row(text("Over time", "Theo thời gian"), _over_time()),
        ),
        variables=(AREA, SITE),
        refresh="10s",
    )


def _counts() -> tuple[Panel, ...]:
    return tuple(
        number(
            severity.text,
            f'sum(omc_alarms_active{{role="root",severity="{severity.word}"}})',
            steps=bad_above(severity),
        )
        for severity in (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING)
    )


def _over_time() -> tuple[Panel, ...]:
    return (
        areas(
            text("Root alarms by severity", "Cảnh báo gốc theo mức độ"),
            'sum by (severity) (omc_alarms_active{role="root"})',
            "{{severity}}",
            low=0,
        ),
        areas(
            text("Explained by a root, or planned", "Do cảnh báo gốc, hoặc trong lịch bảo trì"),
            'sum by (role) (omc_alarms_active{role=~"child|suppressed"})',
            "{{role}}",
            low=0,
        ),
        areas(
            text("Root alarms by rule", "Cảnh báo gốc theo luật"),
            f"count by (rule) ({_ROOTS.replace('vector(0)', 'vector(1)')})",
            "{{rule}}",
            width=24,
            low=0,
        ),
    )
