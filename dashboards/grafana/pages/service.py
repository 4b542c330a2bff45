"""Whether the watcher is well: polls, messages, sinks, journal, archive."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.panels import areas, lines, number, table
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text
from omc.alarms.severity import Severity

_RATE = "[$__rate_interval]"


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "service",
        text("Service health", "Sức khỏe dịch vụ"),
        (_now(kit), _collecting(), _delivering(kit)),
    )


def _now(kit: Kit) -> Row:
    return Row(
        text("Now", "Hiện tại"),
        (
            number(
                text("Devices failing", "Thiết bị không đọc được"),
                'sum(omc_devices{state="failing"})',
                steps=bad_above(Severity.MINOR),
                width=4,
            ),
            number(
                text("Late polls a minute", "Lượt thu trễ mỗi phút"),
                f"sum(rate(omc_polls_late_total{_RATE})) * 60",
                steps=bad_above(Severity.MINOR),
                width=4,
            ),
            number(
                text("Brokers connected", "Broker đã kết nối"),
                "sum(omc_mqtt_connected) / count(omc_mqtt_connected)",
                unit="percentunit",
                steps=NEUTRAL,
                width=4,
            ),
            number(
                text("Longest sink lag", "Độ trễ xuất dữ liệu lớn nhất"),
                "max(omc_sink_lag_seconds)",
                unit=kit.unit("omc_sink_lag_seconds"),
                steps=kit.steps("omc_sink_lagging"),
                width=4,
            ),
            number(text("Series", "Chuỗi dữ liệu"), "sum(omc_series)", steps=NEUTRAL, width=4),
            number(
                text("Memory", "Bộ nhớ"),
                "sum(process_resident_memory_bytes and on (instance) omc_build_info)",
                unit="decbytes",
                steps=NEUTRAL,
                width=4,
            ),
        ),
    )


def _collecting() -> Row:
    return Row(
        text("Collecting", "Thu thập"),
        (
            areas(
                text("Polls a second by result", "Lượt thu mỗi giây theo kết quả"),
                f"sum by (result) (rate(omc_polls_total{_RATE}))",
                "{{result}}",
                low=0,
                width=8,
            ),
            areas(
                text("Samples a second", "Mẫu mỗi giây"),
                f"sum by (source) (rate(omc_samples_total{_RATE}))",
                "{{source}}",
                low=0,
                width=8,
            ),
            table(
                text("Slowest devices", "Thiết bị chậm nhất"),
                "topk(20, omc_poll_duration_seconds)",
                unit="s",
                columns={
                    "site": text("Site", "Trạm"),
                    "node": text("Device", "Thiết bị"),
                    "Value": text("Poll takes", "Thời gian thu"),
                },
                width=8,
                page="site",
            ),
            areas(
                text("Readings rejected a second", "Số đọc bị loại mỗi giây"),
                f"sum by (reason) (rate(omc_samples_rejected_total{_RATE}))",
                "{{reason}}",
                low=0,
            ),
            Panel(
                text("SNMP retries and timeouts a second", "SNMP gửi lại và hết giờ mỗi giây"),
                Look.LINES,
                (
                    Query(
                        f"sum(rate(omc_snmp_retries_total{_RATE}))",
                        text("retries", "gửi lại"),
                    ),
                    Query(
                        f"sum(rate(omc_snmp_timeouts_total{_RATE}))",
                        text("timeouts", "hết giờ"),
                    ),
                ),
                low=0,
            ),
        ),
    )


def _delivering(kit: Kit) -> Row:
    return Row(
        text("Delivering", "Xuất dữ liệu"),
        (
            lines(
                text("Lag by sink", "Độ trễ theo đích"),
                "max by (sink) (omc_sink_lag_seconds)",
                "{{sink}}",
                unit=kit.unit("omc_sink_lag_seconds"),
                steps=kit.steps("omc_sink_lagging"),
                low=0,
                width=8,
            ),
            Panel(
                text("Journal", "Nhật ký"),
                Look.LINES,
                (
                    Query("sum(omc_journal_size_bytes)", text("used", "đã dùng")),
                    Query("sum(omc_journal_limit_bytes)", text("limit", "giới hạn")),
                ),
                unit=kit.unit("omc_journal_size_bytes"),
                steps=NEUTRAL,
                low=0,
                width=8,
            ),
            lines(
                text("Free for the archive", "Dung lượng trống cho kho lưu trữ"),
                "min(omc_archive_free_bytes)",
                text("free", "còn trống"),
                unit=kit.unit("omc_archive_free_bytes"),
                steps=NEUTRAL,
                low=0,
                width=8,
            ),
            areas(
                text("Samples a second by sink and result", "Mẫu mỗi giây theo đích và kết quả"),
                f"sum by (sink, result) (rate(omc_sink_samples_total{_RATE}))",
                "{{sink}} {{result}}",
                low=0,
                width=24,
            ),
        ),
    )
