"""Which sites have no mains, and how long their batteries last."""

from __future__ import annotations

from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import NEUTRAL, bad_above
from dashboards.grafana.promql import AREA, SITE, by_area, here, lowest_first, worst_first
from dashboards.grafana.spec import Look, Page, Panel, Query, Row, text
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
    no_mains = f"sum(max by (site) ({here('ac_input_available')}) == bool 0)"
    discharging = f"sum(max by (site) ({here('battery_mode')}) == bool 4)"
    generators = f"sum({here('generator_running')} == bool 1) or on () vector(0)"
    failed = f"sum({here('rectifier_up')} == bool 0)"
    return Row(
        text("Now", "Hiện tại"),
        tuple(
            Panel(title, Look.NUMBER, (Query(query),), steps=steps, width=6, height=4)
            for title, query, steps in (
                (
                    text("Sites without mains", "Trạm mất điện lưới"),
                    no_mains,
                    bad_above(Severity.MINOR),
                ),
                (
                    text("Batteries discharging", "Ắc quy đang phóng"),
                    discharging,
                    bad_above(Severity.MINOR),
                ),
                (text("Generators running", "Máy phát đang chạy"), generators, NEUTRAL),
                (
                    text("Rectifiers failed", "Chỉnh lưu hỏng"),
                    failed,
                    bad_above(Severity.MINOR),
                ),
            )
        ),
    )


def _batteries(kit: Kit) -> Row:
    return Row(
        text("Batteries", "Ắc quy"),
        (
            Panel(
                text("Lowest charge", "Dung lượng thấp nhất"),
                Look.BARS,
                (
                    Query(
                        lowest_first(f"min by (site) ({here('battery_state_of_charge_ratio')})"),
                        "{{site}}",
                    ),
                ),
                unit=kit.unit("battery_state_of_charge_ratio"),
                steps=kit.steps("battery_charge_low"),
                width=8,
                low=0,
                high=1,
                page="site",
            ),
            Panel(
                text("Lowest DC voltage", "Điện áp DC thấp nhất"),
                Look.BARS,
                (
                    Query(
                        lowest_first(f"min by (site) ({here('dc_bus_voltage_volts')})"),
                        "{{site}}",
                    ),
                ),
                unit=kit.unit("dc_bus_voltage_volts"),
                steps=kit.steps("dc_bus_voltage_low", "dc_bus_voltage_high"),
                width=8,
                low=40,
                high=60,
                page="site",
            ),
            Panel(
                text("Warmest batteries", "Ắc quy nóng nhất"),
                Look.BARS,
                (
                    Query(
                        worst_first(f"max by (site) ({here('battery_temperature_celsius')})"),
                        "{{site}}",
                    ),
                ),
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
            Panel(
                text("Sites without mains by area", "Trạm mất điện lưới theo khu vực"),
                Look.AREAS,
                (Query(f"sum by (area_name) ({mains} == bool 0)", "{{area_name}}"),),
                steps=NEUTRAL,
                low=0,
            ),
            Panel(
                text("Load of all sites", "Tổng tải các trạm"),
                Look.AREAS,
                (
                    Query(
                        f"sum({here('dc_load_power_watts')})",
                        text("DC load", "tải DC"),
                    ),
                ),
                unit=kit.unit("dc_load_power_watts"),
                steps=NEUTRAL,
                low=0,
            ),
            Panel(
                text("Lowest mains voltage", "Điện áp lưới thấp nhất"),
                Look.BARS,
                (
                    Query(
                        lowest_first(f"min by (site) ({here('ac_input_voltage_volts')})"),
                        "{{site}}",
                    ),
                ),
                unit=kit.unit("ac_input_voltage_volts"),
                steps=kit.steps("mains_voltage_abnormal"),
                low=0,
                high=300,
                page="site",
            ),
            Panel(
                text("Warmest sites", "Trạm nóng nhất"),
                Look.BARS,
                (
                    Query(
                        worst_first(f"max by (site) ({here('env_temperature_celsius')})"),
                        "{{site}}",
                    ),
                ),
                unit=kit.unit("env_temperature_celsius"),
                steps=kit.steps("shelter_temperature_low", "shelter_temperature_high"),
                low=0,
                high=60,
                page="site",
            ),
        ),
    )
