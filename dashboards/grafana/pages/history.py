"""Weeks and months, from InfluxDB through InfluxQL.

Every metric is a measurement with one field, `value`; site, node, cell and the like are tags.
"""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, Source, Variable, text

_SITE = Variable(
    "site", text("Site", "Trạm"), 'SHOW TAG VALUES FROM "dc_bus_voltage_volts" WITH KEY = "site"'
)
_WHEN = '$timeFilter AND "site" =~ /^$site$/'
_EVERY = "GROUP BY time($__interval)"


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "history",
        text("Long range", "Dài hạn"),
        (_power(kit), _radio(kit), _transport(kit)),
        variables=(_SITE,),
        source=Source.INFLUXDB,
        span="now-30d",
        refresh="",
    )


def _select(what: str, metric: str, *more: str, by: str = "") -> str:
    conditions = " AND ".join((_WHEN, *more))
    tags = f', "{by}"' if by else ""
    return f'SELECT {what} FROM "{metric}" WHERE {conditions} {_EVERY}{tags} fill(none)'


def _sum_above_zero(metric: str) -> str:
    """Sums of every interval; none where it is zero, so that it can be divided by."""
    sums = _select('sum("value") AS "sum"', metric)
    return f'SELECT "sum" FROM ({sums}) WHERE $timeFilter AND "sum" > 0'


def _lines(
    kit: Kit,
    en: str,
    vi: str,
    queries: tuple[Query, ...],
    metric: str,
    rule: str,
    *,
    quotient: bool = False,
) -> Panel:
    steps = kit.steps(rule) if rule else NEUTRAL
    unit = kit.unit(metric)
    return Panel(text(en, vi), Look.LINES, queries, unit=unit, steps=steps, quotient=quotient)


def _power(kit: Kit) -> Row:
    voltage, warmth = "dc_bus_voltage_volts", "env_temperature_celsius"
    return Row(
        text("Power and environment", "Nguồn và môi trường"),
        (
            _lines(
                kit,
                "Lowest DC voltage",
                "Điện áp DC thấp nhất",
                (Query(_select('min("value")', voltage), text("lowest", "thấp nhất")),),
                voltage,
                "dc_bus_voltage_low",
            ),
            _lines(
                kit,
                "Temperature",
                "Nhiệt độ",
                (
                    Query(_select('max("value")', warmth), text("highest", "cao nhất")),
                    Query(_select('mean("value")', warmth), text("mean", "trung bình")),
                ),
                warmth,
                "shelter_temperature_high",
            ),
        ),
    )


def _radio(kit: Kit) -> Row:
    prb = "lte_prb_utilisation_ratio"
    volume = "lte_pdcp_volume_bytes"
    return Row(
        text("Radio", "Vô tuyến"),
        (
            _lines(
                kit,
                "RRC set-up success, 4G",
                "Tỷ lệ thiết lập RRC thành công, 4G",
                (
                    Query(_select('sum("value")', "lte_rrc_setup_successes"), "successes"),
                    Query(_sum_above_zero("lte_rrc_setup_attempts"), "attempts"),
                ),
                "lte_rrc_setup_success_ratio",
                "lte_rrc_setup_success_low",
                quotient=True,
            ),
            _lines(
                kit,
                "PRB use, downlink, 4G",
                "Sử dụng PRB đường xuống, 4G",
                (
                    Query(
                        _select('mean("value")', prb, "\"direction\" = 'dl'"),
                        text("mean", "trung bình"),
                    ),
                    Query(
                        _select('max("value")', prb, "\"direction\" = 'dl'"),
                        text("busiest cell", "cell tải cao nhất"),
                    ),
                ),
                prb,
                "lte_prb_utilisation_high",
            ),
            _lines(
                kit,
                "Volume, 4G",
                "Lưu lượng, 4G",
                (Query(_select('sum("value")', volume, by="direction"), "$tag_direction"),),
                volume,
                "",
            ),
        ),
    )


def _traffic(counter: str) -> str:
    """Growth of a counter of every port, added up, in bits a second."""
    ports = f'{_EVERY}, "site", "node", "interface"'
    growth = 'non_negative_derivative(max("value"), 1s) * 8 AS "bits"'
    inner = f'SELECT {growth} FROM "{counter}" WHERE {_WHEN} {ports} fill(none)'
    return f'SELECT sum("bits") FROM ({inner}) WHERE $timeFilter {_EVERY} fill(none)'


def _transport(kit: Kit) -> Row:
    speed = "interface_speed_bits_per_second"
    return Row(
        text("Transport", "Truyền dẫn"),
        (
            _lines(
                kit,
                "Traffic of all ports",
                "Lưu lượng mọi cổng",
                (
                    Query(_traffic("interface_receive_bytes_total"), text("received", "thu")),
                    Query(_traffic("interface_transmit_bytes_total"), text("sent", "phát")),
                ),
                speed,
                "",
            ),
            _lines(
                kit,
                "Share of time with mains",
                "Tỷ lệ thời gian có điện lưới",
                (
                    Query(
                        _select('mean("value")', "ac_input_available"), text("mains", "điện lưới")
                    ),
                ),
                "battery_state_of_charge_ratio",
                "",
            ),
        ),
    )
