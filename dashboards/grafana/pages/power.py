"""Which sites have no mains, and how long their batteries last."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.panels import areas, bars, number
from dashboards.grafana.promql import AREA, SITE, by_area, here, lowest_first, worst_first
from dashboards.grafana.spec import Page, Row, text
from omc.alarms.severity import Severity


def page(kit: Kit) -> Page:
    """Make it."""
    return Page(
        "power",
        text("Site power", "Nguồn điện trạm"),
        (_now(), _batteries(kit), _plants(kit)),
        variables=(AREA, SITE),
        span="now-24h",
    )


def _now() -> Row:
    return Row(
        text("Now", "Hiện tại"),
        (
            number(
                text("Sites without mains", "Trạm mất điện lưới"),
                f"sum(max by (site) ({here('ac_input_available')}) == bool 0)",
                steps=bad_above(Severity.MINOR),
            ),
            number(
                text("Batteries discharging", "Ắc quy đang phóng"),
                f"sum(max by (site) ({here('battery_mode')}) == bool 4)",
                steps=bad_above(Severity.MINOR),
            ),
            number(
                text("Generators running", "Máy phát đang chạy"),
                f"sum({here('generator_running')} == bool 1) or on () vector(0)",
                steps=NEUTRAL,
            ),
            number(
                text("Rectifiers failed", "Chỉnh lưu hỏng"),
                f"sum({here('rectifier_up')} == bool 0)",
                steps=bad_above(Severity.MINOR),
            ),
        ),
    )


def _batteries(kit: Kit) -> Row:
    return Row(
        text("Batteries", "Ắc quy"),
        (
            bars(
                text("Lowest charge", "Dung lượng thấp nhất"),
                lowest_first(f"min by (site) ({here('battery_state_of_charge_ratio')})"),
                "{{site}}",
                unit=kit.unit("battery_state_of_charge_ratio"),
                steps=kit.steps("battery_charge_low"),
                width=8,
                low=0,
                high=1,
                page="site",
            ),
            bars(
                text("Lowest DC voltage", "Điện áp DC thấp nhất"),
                lowest_first(f"min by (site) ({here('dc_bus_voltage_volts')})"),
                "{{site}}",
                unit=kit.unit("dc_bus_voltage_volts"),
                steps=kit.steps("dc_bus_voltage_low", "dc_bus_voltage_high"),
                width=8,
                low=40,
                high=60,
                page="site",
            ),
            bars(
                text("Warmest batteries", "Ắc quy nóng nhất"),
                worst_first(f"max by (site) ({here('battery_temperature_celsius')})"),
                "{{site}}",
                unit=kit.unit("battery_temperature_celsius"),
                steps=kit.steps("battery_temperature_high"),
                width=8,
                low=0,
                high=60,
                page="site",
            ),
        ),
    )


def _plants(kit: Kit) -> Row:
    mains = by_area(f"max by (site) ({here('ac_input_available')})")
    return Row(
        text("Over time", "Theo thời gian"),
        (
            areas(
                text("Sites without mains by area", "Trạm mất điện lưới theo khu vực"),
                f"sum by (area_name) ({mains} == bool 0)",
                "{{area_name}}",
                steps=NEUTRAL,
                low=0,
            ),
            areas(
                text("Load of all sites", "Tổng tải các trạm"),
                f"sum({here('dc_load_power_watts')})",
                text("DC load", "tải DC"),
                unit=kit.unit("dc_load_power_watts"),
                steps=NEUTRAL,
                low=0,
            ),
            bars(
                text("Lowest mains voltage", "Điện áp lưới thấp nhất"),
                lowest_first(f"min by (site) ({here('ac_input_voltage_volts')})"),
                "{{site}}",
                unit=kit.unit("ac_input_voltage_volts"),
                steps=kit.steps("mains_voltage_abnormal"),
                low=0,
                high=300,
                page="site",
            ),
            bars(
                text("Warmest sites", "Trạm nóng nhất"),
                worst_first(f"max by (site) ({here('env_temperature_celsius')})"),
                "{{site}}",
                unit=kit.unit("env_temperature_celsius"),
                steps=kit.steps("shelter_temperature_low", "shelter_temperature_high"),
                low=0,
                high=60,
                page="site",
            ),
        ),
    )
