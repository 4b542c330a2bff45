"""Values as people read them: units, percent, durations, thousands."""

from __future__ import annotations

from omc.core.catalogue import Metric, MetricKind

#: What people write for units that UCUM, the code of the catalogue, writes otherwise.
_UNIT_SYMBOLS = {
    "1": "",
    "A.h": "Ah",
    "Cel": "°C",
    "By": "B",
    "Ohm": "Ω",
    "deg": "°",
    "{rev}/min": "rpm",
}
#: Names of units of time, from days to seconds.
_TIME_UNITS = {"vi": ("ngày", "giờ", "phút", "giây"), "en": ("d", "h", "min", "s")}
_TIME_SIZES = (86_400, 3_600, 60, 1)
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def unit_text(unit: str) -> str:
    """A unit as people write it: °C for `Cel`; nothing for `1`. Programs read UCUM, in JSON."""
    return _UNIT_SYMBOLS.get(unit, unit)


def value_text(metric: Metric, value: float, language: str = "en", digits: int = 6) -> str:
    """One value with its unit, as a table shows it.

    States are said in words, ratios in percent, seconds as days and hours; large amounts of bytes
    and bits get a decimal prefix. Nothing here is meant to be parsed: programs read JSON.

    Args:
        metric: What it is a value of.
        value: In the metric's unit.
        language: `vi`, or English for any other.
        digits: Significant digits of what is no whole number.
    """
    if metric.kind is MetricKind.STATE:
        return state_text(metric, value, language)
    if metric.kind is MetricKind.INFO:
        return ""
    if metric.unit == "s":
        return duration_text(value, language)
    if metric.name.endswith("_ratio"):
        return f"{number_text(value * 100, language, digits)} %"
    if metric.unit in ("By", "bit/s", "bit"):
        return _prefixed(value, unit_text(metric.unit), language)
    return f"{number_text(value, language, digits)} {unit_text(metric.unit)}".rstrip()


def state_text(metric: Metric, value: float, language: str) -> str:
    """The words of a state code; the bare code when the catalogue has none for it."""
    state = metric.states.get(int(value))
    if state is None:
        return number_text(value)
    return state.text.vi if language == "vi" else state.text.en


def number_text(value: float, language: str = "en", digits: int = 6) -> str:
    """A number with thousands apart (U+202F), and so many significant digits if it is not whole."""
    if abs(value) < 1e15 and (value == int(value) or abs(value) >= 10**digits):
        return f"{round(value):,}".replace(",", "\u202f")
    return _in_language(f"{value:.{digits}g}", language)


def _in_language(number: str, language: str) -> str:
    """With the decimal sign of the language: a comma in Vietnamese."""
    return number.replace(".", ",") if language == "vi" else number


def duration_text(seconds: float, language: str = "en") -> str:
    """Seconds as the two largest of days, hours, minutes and seconds."""
    units = _TIME_UNITS["vi" if language == "vi" else "en"]
    if abs(seconds) < 60:
        return f"{number_text(round(seconds, 3), language)} {units[-1]}"
    whole = round(seconds)
    parts: list[str] = []
    for size, unit in zip(_TIME_SIZES, units, strict=True):
        count, whole = divmod(whole, size)
        if count or parts:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def bytes_text(value: float) -> str:
    """An amount of bytes with a decimal prefix."""
    return _prefixed(value, "B")


def _prefixed(value: float, unit: str, language: str = "en") -> str:
    for factor, prefix in _PREFIXES:
        if abs(value) >= factor:
            return f"{_in_language(f'{value / factor:.4g}', language)} {prefix}{unit}"
    return f"{number_text(value, language)} {unit}"
