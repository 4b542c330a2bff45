"""Routers, links and their light: what carries the sites."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.pages.shared import traffic_of_all_ports
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.panels import bars, lines, number, table
from dashboards.grafana.promql import AREA, SITE, growth, here, lowest_first, worst_first
from dashboards.grafana.spec import Page, Row, text
from omc.alarms.severity import Severity

_PORT = "{{node}} {{interface}}"


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "transport",
        text("Transport", "Truyền dẫn"),
        (_now(kit), _load(kit), _quality(kit)),
        variables=(AREA, SITE),
    )


def _utilisation(counter: str) -> str:
    """Share of the speed of a port that is used."""
    return f"{growth(counter)} * 8 / ({here('interface_speed_bits_per_second')} > 0)"


def _now(kit: Kit) -> Row:
    wanted = here("interface_admin_state")
    return Row(
        text("Now", "Hiện tại"),
        (
            number(
                text("Ports down that should be up", "Cổng mất kết nối"),
                f"sum(({here('interface_oper_state')} == bool 2) and ({wanted} == 1))",
                steps=bad_above(Severity.MAJOR),
            ),
            number(
                text("Busiest port", "Cổng tải cao nhất"),
                f"max({_utilisation('interface_receive_bytes_total')})",
                unit="percentunit",
                steps=kit.steps("interface_receive_utilisation_high"),
            ),
            number(
                text("Weakest light", "Công suất quang thấp nhất"),
                f"min({here('optical_rx_power_dbm')})",
                unit=kit.unit("optical_rx_power_dbm"),
                steps=kit.steps("optical_rx_power_low", "optical_rx_power_high"),
            ),
            number(
                text("Busiest processor", "CPU tải cao nhất"),
                f"max({here('cpu_utilisation_ratio')})",
                unit=kit.unit("cpu_utilisation_ratio"),
                steps=kit.steps("cpu_busy"),
            ),
        ),
    )


def _load(kit: Kit) -> Row:
    return Row(
        text("Load", "Tải"),
        (
            lines(
                text("Fullest ports, receiving", "Cổng đầy nhất, chiều thu"),
                f"topk(10, {_utilisation('interface_receive_bytes_total')})",
                _PORT,
                unit="percentunit",
                steps=kit.steps("interface_receive_utilisation_high"),
                low=0,
            ),
            lines(
                text("Fullest ports, sending", "Cổng đầy nhất, chiều phát"),
                f"topk(10, {_utilisation('interface_transmit_bytes_total')})",
                _PORT,
                unit="percentunit",
                steps=kit.steps("interface_transmit_utilisation_high"),
                low=0,
            ),
            table(
                text("Traffic received by site", "Lưu lượng thu theo trạm"),
                worst_first(f"sum by (site) ({growth('interface_receive_bytes_total')}) * 8", 20),
                unit=kit.unit("interface_speed_bits_per_second"),
                columns={
                    "site": text("Site", "Trạm"),
                    "Value": text("Received", "Lưu lượng thu"),
                },
                page="site",
            ),
            traffic_of_all_ports(kit),
        ),
    )


def _quality(kit: Kit) -> Row:
    return Row(
        text("Quality", "Chất lượng"),
        (
            table(
                text("Weakest light received", "Công suất quang thu thấp nhất"),
                lowest_first(here("optical_rx_power_dbm"), 20),
                unit=kit.unit("optical_rx_power_dbm"),
                steps=kit.steps("optical_rx_power_low", "optical_rx_power_high"),
                columns={
                    "site": text("Site", "Trạm"),
                    "node": text("Device", "Thiết bị"),
                    "interface": text("Port", "Cổng"),
                    "Value": text("Received", "Công suất thu"),
                },
                page="site",
            ),
            lines(
                text("Ports with most discards", "Cổng loại bỏ gói nhiều nhất"),
                f"topk(10, {growth('interface_transmit_discards_total')})",
                _PORT,
                steps=kit.steps("interface_discards"),
                low=0,
            ),
            lines(
                text("Errors received a second", "Lỗi thu mỗi giây"),
                f"topk(10, {growth('interface_receive_errors_total')})",
                _PORT,
                steps=NEUTRAL,
                low=0,
            ),
            bars(
                text("Warmest boards", "Bo mạch nóng nhất"),
                worst_first(f"max by (node) ({here('board_temperature_celsius')})"),
                "{{node}}",
                unit=kit.unit("board_temperature_celsius"),
                steps=kit.steps("board_temperature_high"),
                low=0,
                high=100,
            ),
        ),
    )
