"""Rules that tell of what may have a root cause elsewhere."""

from __future__ import annotations

#: A device out of reach.
REACH = frozenset({"device_unreachable", "site_offline"})
#: A port without link.
LINK = frozenset({"interface_down", "optical_signal_lost"})
#: What runs on battery: its mains is away, or what stands between is broken.
ON_BATTERY = frozenset({"battery_discharging", "ups_on_battery"})
#: What comes along when a site loses its power for good.
POWER = frozenset(
    {
        "mains_failed",
        *ON_BATTERY,
        "battery_runtime_short",
        "battery_charge_low",
        "dc_bus_voltage_low",
        "low_voltage_disconnect_open",
    }
)
