"""What is wrong, where, and how bad: the page for the wall."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.pages.alarms import ROOTS
from dashboards.grafana.pages.shared import traffic_of_all_ports
from dashboards.grafana.palette import NEUTRAL, bad_above, bad_below
from dashboards.grafana.panels import bars, number
from dashboards.grafana.promql import AREA, HERE, SITE, by_area, here
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text
from omc.alarms.severity import Severity

_CELLS = "utran_cell_state|lte_cell_state|nr_cell_state"


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "overview",
        text("NOC overview", "Tổng quan NOC"),
        (_now(), _where(), _traffic(kit)),
        variables=(AREA, SITE),
        span="now-3h",
        refresh="10s",
    )


def _alarms(severity: Severity) -> Panel:
    query = f'sum(omc_alarms_active{{role="root",severity="{severity.word}"}})'
    return number(
        severity.text,
        query,
        steps=bad_above(severity),
        width=3,
        page="alarms",
        explanation=text(
            "Root alarms: what they explain is not counted again.",
            "Cảnh báo gốc: các cảnh báo do nó gây ra không đếm lại.",
        ),
    )


def _now() -> Row:
    online = f"max by (site) ({here('site_online')})"
    urgent = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING)
    return Row(
        text("Now", "Hiện tại"),
        (
            *(_alarms(severity) for severity in urgent),
            number(
                text("Sites online", "Trạm trực tuyến"),
                f"sum({online}) / count({here('site_info')})",
                unit="percentunit",
                steps=bad_below(Severity.MAJOR, 0.99),
                width=3,
            ),
            number(
                text("Sites without mains", "Trạm mất điện lưới"),
                f"sum(max by (site) ({here('ac_input_available')}) == bool 0)",
                steps=bad_above(Severity.MINOR),
                width=3,
                page="power",
            ),
            number(
                text("Cells out of service", "Cell mất dịch vụ"),
                f'sum({{__name__=~"{_CELLS}",{HERE}}} == bool 0)',
                steps=bad_above(Severity.MAJOR),
                width=3,
                page="radio",
            ),
            number(
                text("Devices silent", "Thiết bị không trả lời"),
                f"sum({here('omc_poll_success')} == bool 0)",
                steps=bad_above(Severity.MAJOR),
                width=3,
                page="service",
            ),
            ROOTS,
        ),
    )


def _where() -> Row:
    online = by_area(f"max by (site) ({here('site_online')})")
    mains = by_area(f"max by (site) ({here('ac_input_available')})")
    sites = f"count by (area_name) ({here('site_info')})"
    return Row(
        text("Where", "Ở đâu"),
        (
            bars(
                text("Sites online by area", "Trạm trực tuyến theo khu vực"),
                f"sort(sum by (area_name) ({online}) / {sites})",
                "{{area_name}}",
                unit="percentunit",
                steps=bad_below(Severity.MAJOR, 0.99),
                height=10,
                low=0,
                high=1,
            ),
            bars(
                text("Sites with mains by area", "Trạm có điện lưới theo khu vực"),
                f"sort(avg by (area_name) ({mains}))",
                "{{area_name}}",
                unit="percentunit",
                steps=bad_below(Severity.MINOR, 0.99),
                height=10,
                low=0,
                high=1,
            ),
        ),
    )


def _traffic(kit: Kit) -> Row:
    return Row(
        text("What passes", "Lưu lượng"),
        (
            traffic_of_all_ports(kit),
            Panel(
                text("Users connected", "Thuê bao đang kết nối"),
                Look.AREAS,
                (
                    Query(f"sum({here('utran_connected_users')})", "3G"),
                    Query(f"sum({here('lte_connected_users')})", "4G"),
                    Query(f"sum({here('nr_connected_users')})", "5G"),
                ),
                steps=NEUTRAL,
                low=0,
            ),
        ),
    )
