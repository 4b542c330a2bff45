"""Grafana's names for the catalogue's units."""

from __future__ import annotations

from collections.abc import Mapping

from omc.core.metric import Metric

_OF_UNIT: Mapping[str, str] = {
    "A": "amp",
    "A.h": "none",
    "By": "decbytes",
    "Cel": "celsius",
    "Hz": "hertz",
    "J": "joule",
    "V": "volt",
    "W": "watt",
    "bit/s": "bps",
    "dB": "dB",
    "dBm": "dBm",
    "m": "lengthm",
    "s": "s",
}


def unit_of(metric: Metric) -> str:
    """Grafana's unit for values of a metric."""
    if metric.name.endswith("_ratio"):
        return "percentunit"
    return _OF_UNIT.get(metric.unit, "short")
