"""Numbers that arrive as text: "54.16", "54,16", "1.234,5", "54.16 V"."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NUMBER_AND_UNIT = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)(?P<power>[eE][+-]?[0-9]+)?"
    r"\s*(?P<unit>[^0-9\s].*)?"
)
_GROUPED_BY_COMMA = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_GROUPED_BY_POINT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_LONGEST = 64

#: How people and firmwares write the units of the catalogue (UCUM codes).
SPELLINGS: dict[str, frozenset[str]] = {
    "A": frozenset({"A", "amp", "amps", "Adc", "Aac"}),
    "A.h": frozenset({"Ah", "A.h", "AH"}),
    "By": frozenset({"B", "By", "byte", "bytes", "Byte", "Bytes"}),
    "Cel": frozenset({"Cel", "C", "°C", "℃", "degC", "deg C", "oC", "ºC"}),
    "Hz": frozenset({"Hz", "HZ", "hz"}),
    "J": frozenset({"J"}),
    "Ohm": frozenset({"Ohm", "ohm", "Ω"}),
    "V": frozenset({"V", "v", "Vdc", "VDC", "Vac", "VAC", "volt", "volts"}),
    "V.A": frozenset({"VA", "V.A"}),
    "W": frozenset({"W", "w", "watt", "watts"}),
    "dB": frozenset({"dB", "db"}),
    "dBm": frozenset({"dBm", "dbm"}),
    "m": frozenset({"m"}),
    "s": frozenset({"s", "sec", "seconds"}),
    "{rev}/min": frozenset({"rpm", "RPM", "r/min"}),
}


def read_number(text: str) -> tuple[float, str] | None:
    """A number and the unit behind it ("" if none), or None when it is no number.

    A lone comma is the decimal point, as in Vietnam ("54,16"; so "1,234" is one and a bit). Where
    comma and point both occur, the last one is the decimal point.
    """
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return float(text), ""
    if len(text) > _LONGEST:
        return None
    found = _NUMBER_AND_UNIT.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    digits = _with_decimal_point(found["digits"])
    if digits is None:
        return None
    return float(found["sign"] + digits + (found["power"] or "")), (found["unit"] or "").strip()


def _with_decimal_point(digits: str) -> str | None:
    """Digits without grouping, with a decimal point; None where they make no sense."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        decimal, group = (",", ".") if digits.rfind(",") > digits.rfind(".") else (".", ",")
        whole, _, fraction = digits.partition(decimal)
        grouped = _GROUPED_BY_COMMA if group == "," else _GROUPED_BY_POINT
        if grouped.fullmatch(whole) is None or not fraction.isdigit():
            return None
        return f"{whole.replace(group, '')}.{fraction}"
    if commas > 1:
        return digits.replace(",", "") if _GROUPED_BY_COMMA.fullmatch(digits) else None
    if points > 1:
        return digits.replace(".", "") if _GROUPED_BY_POINT.fullmatch(digits) else None
    return digits.replace(",", ".")


def is_unit(text: str, unit: str) -> bool:
    """Whether a unit as written is the catalogue's unit (or the very text that is expected)."""
    return text == unit or text in SPELLINGS.get(unit, ())
