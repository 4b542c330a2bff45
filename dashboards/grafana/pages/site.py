"""One site: is it well, what carries it, what does it carry?"""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL
from dashboards.grafana.panels import lines, number
from dashboards.grafana.promql import AREA, DOWNLINK, ONE_SITE, counted, growth, here, ratio
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "site",
        text("Site", "Trạm"),
        (_state(kit), _power(kit), _radio(kit), _transport(kit)),
        variables=(AREA, ONE_SITE),
        span="now-24h",
    )


def _state(kit: Kit) -> Row:
    return Row(
        text("State", "Trạng thái"),
        (
            number(
                text("Gateway", "Gateway"),
                f"max({here('site_online')})",
                states=kit.states("site_online"),
                width=4,
            ),
            number(
                text("Mains", "Điện lưới"),
                f"max({here('ac_input_available')})",
                states=kit.states("ac_input_available"),
                width=4,
            ),
            number(
                text("Battery charge", "Dung lượng ắc quy"),
                f"min({here('battery_state_of_charge_ratio')})",
                unit=kit.unit("battery_state_of_charge_ratio"),
                steps=kit.steps("battery_charge_low"),
                width=4,
            ),
            number(
                text("DC voltage", "Điện áp DC"),
                f"min({here('dc_bus_voltage_volts')})",
                unit=kit.unit("dc_bus_voltage_volts"),
                steps=kit.steps("dc_bus_voltage_low", "dc_bus_voltage_high"),
                width=4,
            ),
            number(
                text("Warmest", "Nhiệt độ cao nhất"),
                f"max({here('env_temperature_celsius')})",
                unit=kit.unit("env_temperature_celsius"),
                steps=kit.steps("shelter_temperature_low", "shelter_temperature_high"),
                width=4,
            ),
            number(
                text("Root alarms here", "Cảnh báo gốc tại trạm"),
                f"count({here('alarm_active')}) or on () vector(0)",
                steps=(),
                width=4,
                page="alarms",
            ),
        ),
    )


def _power(kit: Kit) -> Row:
    return Row(
        text("Power and environment", "Nguồn và môi trường"),
        (
            lines(
                text("DC voltage", "Điện áp DC"),
                f"min by (node) ({here('dc_bus_voltage_volts')})",
                "{{node}}",
                unit=kit.unit("dc_bus_voltage_volts"),
                steps=kit.steps("dc_bus_voltage_low", "dc_bus_voltage_high"),
                width=8,
            ),
            lines(
                text("Load", "Dòng tải"),
                f"max by (node) ({here('dc_load_current_amperes')})",
                "{{node}}",
                unit=kit.unit("dc_load_current_amperes"),
                steps=NEUTRAL,
                width=8,
            ),
            lines(
                text("Temperature", "Nhiệt độ"),
                here("env_temperature_celsius"),
                "{{zone}}",
                unit=kit.unit("env_temperature_celsius"),
                steps=kit.steps("shelter_temperature_low", "shelter_temperature_high"),
                width=8,
            ),
            Panel(
                text("Mains over time", "Điện lưới theo thời gian"),
                Look.STATES,
                (Query(f"max({here('ac_input_available')})", text("mains", "điện lưới")),),
                states=kit.states("ac_input_available"),
                width=24,
                height=4,
            ),
        ),
    )


def _radio(kit: Kit) -> Row:
    return Row(
        text("Cells", "Cell"),
        (
            Panel(
                text("Cells over time", "Cell theo thời gian"),
                Look.STATES,
                (
                    Query(here("utran_cell_state"), "{{cell}}"),
                    Query(here("lte_cell_state"), "{{cell}}"),
                    Query(here("nr_cell_state"), "{{cell}}"),
                ),
                states=kit.states("lte_cell_state"),
                width=12,
            ),
            lines(
                text("Downlink PRB use, 4G", "Sử dụng PRB đường xuống, 4G"),
                counted("lte_prb_utilisation_ratio", DOWNLINK),
                "{{cell}}",
                unit="percentunit",
                steps=kit.steps("lte_prb_utilisation_high"),
                width=12,
                low=0,
                high=1,
            ),
            lines(
                text("RRC set-up success, 4G", "Tỷ lệ thiết lập RRC thành công, 4G"),
                ratio(
                    counted("lte_rrc_setup_successes"),
                    counted("lte_rrc_setup_attempts"),
                    "cell",
                ),
                "{{cell}}",
                unit="percentunit",
                steps=kit.steps("lte_rrc_setup_success_low"),
                width=12,
            ),
            Panel(
                text("Users connected", "Thuê bao đang kết nối"),
                Look.AREAS,
                (
                    Query(f"sum({here('utran_connected_users')})", "3G"),
                    Query(f"sum({here('lte_connected_users')})", "4G"),
                ),
                steps=NEUTRAL,
                low=0,
            ),
        ),
    )


def _transport(kit: Kit) -> Row:
    return Row(
        text("Uplinks", "Đường truyền"),
        (
            lines(
                text("Received", "Lưu lượng thu"),
                f"topk(8, {growth('interface_receive_bytes_total')} * 8)",
                "{{node}} {{interface}}",
                unit=kit.unit("interface_speed_bits_per_second"),
                steps=NEUTRAL,
                low=0,
            ),
            lines(
                text("Optical power received", "Công suất quang thu"),
                here("optical_rx_power_dbm"),
                "{{node}} {{interface}}",
                unit=kit.unit("optical_rx_power_dbm"),
                steps=kit.steps("optical_rx_power_low", "optical_rx_power_high"),
            ),
        ),
    )
