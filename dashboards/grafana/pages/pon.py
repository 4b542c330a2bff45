"""Access fibre: OLTs, PON ports and the light that reaches their ONTs."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.panels import lines, number, table
from dashboards.grafana.promql import AREA, SITE, growth, here, lowest_first
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text
from omc.alarms.severity import Severity

#: Upper ends of the classes of received power, in dBm: the steps of the alarm rule and 3 dB more.
_CLASSES = (-28, -27, -26, -24, -21, -18, -15, -8)


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "pon",
        text("Fibre access (PON)", "Truy nhập quang (PON)"),
        (_now(), _light(kit), _ports(kit)),
        variables=(AREA, SITE),
        span="now-24h",
    )


def _now() -> Row:
    return Row(
        text("Now", "Hiện tại"),
        (
            number(
                text("PON ports down", "Cổng PON mất tín hiệu"),
                f"sum({here('pon_port_up')} == bool 0)",
                steps=bad_above(Severity.MAJOR),
            ),
            number(
                text("ONTs registered", "ONT đã đăng ký"),
                f"count({here('pon_ont_up')})",
                steps=NEUTRAL,
            ),
            number(
                text("ONTs online", "ONT trực tuyến"),
                f"sum({here('pon_ont_up')}) / count({here('pon_ont_up')})",
                unit="percentunit",
                steps=NEUTRAL,
                explanation=text(
                    "ONTs that people switch off count as offline too.",
                    "ONT do khách hàng tắt cũng tính là ngoại tuyến.",
                ),
            ),
            number(
                text("ONTs below -27 dBm", "ONT dưới -27 dBm"),
                f"sum({here('pon_ont_rx_power_dbm')} <= bool -27)",
                steps=bad_above(Severity.MINOR),
            ),
        ),
    )


def _light(kit: Kit) -> Row:
    power = here("pon_ont_rx_power_dbm")
    classes = tuple(
        Query(f"sum({power} <= bool {upper}) - sum({power} <= bool {lower})", f"≤ {upper} dBm")
        for lower, upper in zip((-60, *_CLASSES), _CLASSES, strict=False)
    )
    return Row(
        text("Light at the ONTs", "Công suất thu tại ONT"),
        (
            Panel(
                text("ONTs by received power", "Số ONT theo công suất thu"),
                Look.BARS,
                classes,
                steps=NEUTRAL,
                low=0,
            ),
            table(
                text("Weakest ONTs", "ONT thu yếu nhất"),
                lowest_first(power, 20),
                unit=kit.unit("pon_ont_rx_power_dbm"),
                steps=kit.steps("ont_rx_power_low", "ont_rx_power_high"),
                columns={
                    "site": text("Site", "Trạm"),
                    "node": text("OLT", "OLT"),
                    "pon": text("PON", "PON"),
                    "ont": text("ONT", "ONT"),
                    "Value": text("Received", "Công suất thu"),
                },
                page="site",
            ),
        ),
    )


def _ports(kit: Kit) -> Row:
    return Row(
        text("PON ports", "Cổng PON"),
        (
            lines(
                text("Busiest PON ports, downstream", "Cổng PON tải cao nhất, chiều xuống"),
                f"topk(10, {growth('pon_port_bytes_total', _DOWNSTREAM)} * 8)",
                "{{node}} {{pon}}",
                unit=kit.unit("interface_speed_bits_per_second"),
                steps=NEUTRAL,
                low=0,
            ),
            lines(
                text("CRC errors a second", "Lỗi CRC mỗi giây"),
                f"topk(10, {growth('pon_port_crc_errors_total')})",
                "{{node}} {{pon}}",
                steps=kit.steps("pon_crc_errors"),
                low=0,
            ),
            table(
                text("ONTs by port", "Số ONT theo cổng"),
                f"topk(20, sum by (site, node, pon) ({here('pon_port_onts', _ALL)}))",
                columns={
                    "site": text("Site", "Trạm"),
                    "node": text("OLT", "OLT"),
                    "pon": text("PON", "PON"),
                    "Value": text("ONTs", "Số ONT"),
                },
                page="site",
            ),
            Panel(
                text("Why ONTs went down last", "Lý do ONT mất kết nối gần nhất"),
                Look.BARS,
                (
                    Query(
                        f"sum({here('pon_ont_last_down_cause')} == bool 1)",
                        text("loss of signal", "mất tín hiệu quang"),
                    ),
                    Query(
                        f"sum({here('pon_ont_last_down_cause')} == bool 7)",
                        text("dying gasp: no power", "dying gasp: mất điện"),
                    ),
                    Query(
                        f"sum({here('pon_ont_last_down_cause')} > bool 7)",
                        text("other", "khác"),
                    ),
                ),
                steps=NEUTRAL,
                low=0,
            ),
        ),
    )


_DOWNSTREAM = 'direction="downstream"'
_ALL = 'state="registered"'
