"""3G, 4G and 5G: what users get, by technology and by cell.

Counts are sums of a granularity period, so ratios are ratios of sums and nothing is `rate()`d.
"""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.panels import areas, lines, number, table
from dashboards.grafana.promql import (
    AREA,
    DOWNLINK,
    HERE,
    SITE,
    TECHNOLOGY,
    counted,
    here,
    lowest_first,
    ratio,
    worst_first,
)
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text
from omc.alarms.severity import Severity

_STATES = "utran_cell_state|lte_cell_state|nr_cell_state"
_VOLUME = "utran_volume_bytes|lte_pdcp_volume_bytes|nr_pdcp_volume_bytes"
_CHOSEN = '* on (cell) group_left (technology) cell_info{technology=~"$technology"}'


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "radio",
        text("Radio: 3G, 4G, 5G", "Vô tuyến: 3G, 4G, 5G"),
        (_all(kit), _third(kit), _fourth(kit), _fifth(kit), _files()),
        variables=(AREA, SITE, TECHNOLOGY),
        span="now-24h",
    )


def _all(kit: Kit) -> Row:
    states = f'{{__name__=~"{_STATES}",{HERE}}}'
    volume = f'last_over_time({{__name__=~"{_VOLUME}",{HERE},{DOWNLINK}}}[45m])'
    return Row(
        text("All technologies", "Mọi công nghệ"),
        (
            Panel(
                text("Cells out of service", "Cell mất dịch vụ"),
                Look.NUMBER,
                (
                    Query(
                        f"sum by (technology) (({states} == bool 0) {_CHOSEN})",
                        "{{technology}}",
                    ),
                ),
                steps=bad_above(Severity.MAJOR),
                height=6,
            ),
            areas(
                text("Downlink volume in a period", "Lưu lượng đường xuống mỗi chu kỳ"),
                f"sum by (technology) ({volume} {_CHOSEN})",
                "{{technology}}",
                unit=kit.unit("lte_pdcp_volume_bytes"),
                steps=NEUTRAL,
                low=0,
                height=6,
            ),
        ),
    )


def _total(metric: str, *more: str) -> str:
    """What was counted in the whole area; `more` are not told by every maker."""
    rest = (f"(sum({counted(other)}) or vector(0))" for other in more)
    return " + ".join((f"sum({counted(metric)})", *rest))


def _success(
    kit: Kit,
    title: str,
    vi: str,
    above: tuple[str, ...],
    below: tuple[str, ...],
    rule: str,
    width: int = 8,
) -> Panel:
    """A ratio of the whole area over time; where nothing was counted there is none."""
    part, whole = (_total(*metrics) for metrics in (above, below))
    return lines(
        text(title, vi),
        f"({part}) / (({whole}) > 0)",
        text(title, vi),
        unit="percentunit",
        steps=kit.steps(rule),
        width=width,
    )


def _third(kit: Kit) -> Row:
    return Row(
        text("3G", "3G"),
        (
            _success(
                kit,
                "RAB set-up success",
                "Tỷ lệ thiết lập RAB thành công",
                ("utran_rab_setup_successes",),
                ("utran_rab_setup_attempts",),
                "utran_rab_setup_success_low",
            ),
            _success(
                kit,
                "Drop rate",
                "Tỷ lệ rớt",
                ("utran_rab_abnormal_releases",),
                ("utran_rab_releases",),
                "utran_drop_high",
            ),
            areas(
                text("Users connected", "Thuê bao đang kết nối"),
                f"sum({here('utran_connected_users')})",
                "3G",
                steps=NEUTRAL,
                width=8,
                low=0,
            ),
        ),
    )


def _fourth(kit: Kit) -> Row:
    return Row(
        text("4G", "4G"),
        (
            _success(
                kit,
                "RRC set-up success",
                "Tỷ lệ thiết lập RRC thành công",
                ("lte_rrc_setup_successes",),
                ("lte_rrc_setup_attempts",),
                "lte_rrc_setup_success_low",
                width=6,
            ),
            _success(
                kit,
                "E-RAB set-up success",
                "Tỷ lệ thiết lập E-RAB thành công",
                ("lte_erab_initial_setup_successes",),
                ("lte_erab_initial_setup_attempts",),
                "lte_erab_setup_success_low",
                width=6,
            ),
            _success(
                kit,
                "Drop rate",
                "Tỷ lệ rớt",
                ("lte_erab_abnormal_releases",),
                ("lte_erab_initial_setup_successes", "lte_erab_additional_setup_successes"),
                "lte_erab_drop_high",
                width=6,
            ),
            lines(
                text("Downlink user throughput", "Tốc độ người dùng đường xuống"),
                "8 * "
                + ratio(
                    counted("lte_ip_volume_bytes", DOWNLINK),
                    counted("lte_ip_time_seconds", DOWNLINK),
                ),
                "4G",
                unit=kit.unit("lte_ue_throughput_bits_per_second"),
                steps=NEUTRAL,
                width=6,
                low=0,
            ),
            table(
                text("Fullest cells (PRB, downlink)", "Cell tải cao nhất (PRB đường xuống)"),
                worst_first(counted("lte_prb_utilisation_ratio", DOWNLINK), 20),
                unit="percentunit",
                steps=kit.steps("lte_prb_utilisation_high"),
                columns=_CELL_COLUMNS,
                page="site",
            ),
            table(
                text("Cells with lowest RRC success", "Cell có tỷ lệ RRC thấp nhất"),
                lowest_first(
                    ratio(
                        counted("lte_rrc_setup_successes"),
                        counted("lte_rrc_setup_attempts"),
                        "site, cell",
                    ),
                    20,
                ),
                unit="percentunit",
                steps=kit.steps("lte_rrc_setup_success_low"),
                columns=_CELL_COLUMNS,
                page="site",
            ),
        ),
    )


def _fifth(kit: Kit) -> Row:
    return Row(
        text("5G", "5G"),
        (
            _success(
                kit,
                "NG signalling success",
                "Tỷ lệ báo hiệu NG thành công",
                ("nr_ngsig_setup_successes",),
                ("nr_ngsig_setup_attempts",),
                "nr_ngsig_success_low",
            ),
            lines(
                text("PRB use, downlink", "Sử dụng PRB đường xuống"),
                worst_first(counted("nr_prb_utilisation_ratio", DOWNLINK)),
                "{{cell}}",
                unit="percentunit",
                steps=kit.steps("nr_prb_utilisation_high"),
                width=8,
                low=0,
                high=1,
            ),
            areas(
                text("Users connected", "Thuê bao đang kết nối"),
                f"sum({here('nr_connected_users')})",
                "5G",
                steps=NEUTRAL,
                width=8,
                low=0,
            ),
        ),
    )


def _files() -> Row:
    """How completely measurement files arrive: what stands above is as true as that is."""
    owed = f"sum({counted('pm_periods_expected')})"
    come = f"sum({counted('pm_periods_received')})"
    late = f"sum({counted('pm_periods_late')})"
    return Row(
        text("Measurement files", "Tệp đo hiệu năng"),
        (
            number(
                text("Nodes silent for an hour", "Nút im lặng quá một giờ"),
                f"count({here('pm_report_age_seconds')} > 3600) or vector(0)",
                steps=bad_above(Severity.MINOR),
                width=8,
                height=6,
            ),
            number(
                text("Periods missing", "Chu kỳ còn thiếu"),
                f"({owed} - {come}) or vector(0)",
                steps=bad_above(Severity.MINOR),
                width=8,
                height=6,
                explanation=text(
                    "Of the last period of every node; over days see omc query.",
                    "Của chu kỳ gần nhất của mỗi nút; nhiều ngày thì dùng omc query.",
                ),
            ),
            number(
                text("Periods that came late", "Chu kỳ đến trễ"),
                f"{late} or vector(0)",
                steps=bad_above(Severity.WARNING),
                width=8,
                height=6,
            ),
        ),
    )


_CELL_COLUMNS = {
    "site": text("Site", "Trạm"),
    "cell": text("Cell", "Cell"),
    "Value": text("Value", "Giá trị"),
}
