"""What people write as units in MIBs, as UCUM codes and decoding steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Words (lower case) -> UCUM code and factor to it.
_WORDS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("v", "volt", "volts", "vdc", "vac", "vrms", "voltage"), ("V", 1.0)),
    **dict.fromkeys(("mv", "millivolt", "millivolts"), ("V", 1e-3)),
    **dict.fromkeys(("a", "amp", "amps", "ampere", "amperes", "amper"), ("A", 1.0)),
    **dict.fromkeys(("ma", "milliamp", "milliamps", "milliampere", "milliamperes"), ("A", 1e-3)),
    **dict.fromkeys(("ua", "microamp", "microamps", "microampere"), ("A", 1e-6)),
    **dict.fromkeys(("w", "watt", "watts"), ("W", 1.0)),
    **dict.fromkeys(("kw", "kilowatt", "kilowatts"), ("W", 1e3)),
    **dict.fromkeys(("mw", "milliwatt", "milliwatts"), ("W", 1e-3)),
    **dict.fromkeys(("uw", "microwatt", "microwatts"), ("W", 1e-6)),
    "dbm": ("dBm", 1.0),
    "db": ("dB", 1.0),
    **dict.fromkeys(
        ("c", "cel", "celsius", "degc", "centigrade", "degree", "degrees"), ("Cel", 1.0)
    ),
    **dict.fromkeys(("%", "percent", "percentage"), ("1", 0.01)),
    **dict.fromkeys(("hz", "hertz"), ("Hz", 1.0)),
    **dict.fromkeys(("khz", "kilohertz"), ("Hz", 1e3)),
    **dict.fromkeys(("mhz", "megahertz"), ("Hz", 1e6)),
    **dict.fromkeys(("ghz", "gigahertz"), ("Hz", 1e9)),
    **dict.fromkeys(("rpm", "rev/min"), ("{rev}/min", 1.0)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("s", 1.0)),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("s", 1e-3)),
    **dict.fromkeys(("min", "minute", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("h", "hour", "hours"), ("s", 3600.0)),
    **dict.fromkeys(("byte", "bytes", "octets", "octet"), ("By", 1.0)),
    **dict.fromkeys(("kb", "kbyte", "kbytes", "kilobytes"), ("By", 1024.0)),
    **dict.fromkeys(("mb", "mbyte", "mbytes", "megabytes"), ("By", 1048576.0)),
    **dict.fromkeys(("bps", "bit/s", "bits/s"), ("bit/s", 1.0)),
    **dict.fromkeys(("kbps", "kbit/s"), ("bit/s", 1e3)),
    **dict.fromkeys(("mbps", "mbit/s"), ("bit/s", 1e6)),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), ("m", 1.0)),
    **dict.fromkeys(("km", "kilometer", "kilometers"), ("m", 1e3)),
}
_FRACTIONS: Mapping[str, float] = {
    "tenth": 0.1,
    "tenths": 0.1,
    "deci": 0.1,
    "hundredth": 0.01,
    "hundredths": 0.01,
    "centi": 0.01,
    "thousandth": 0.001,
    "thousandths": 0.001,
    "milli": 0.001,
    "micro": 1e-6,
}
_ONE_OVER = re.compile(r"1\s*/\s*(10{1,6})\b")
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?|\.\d+)(?![\d/])")
_WORD = re.compile(r"%|[a-zµ][a-z/]*", re.IGNORECASE)
#: In prose these letters are words, not units.
_ONLY_AS_UNITS = frozenset({"a", "c", "h", "m", "s", "v", "w", "degree", "degrees"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a MIB means it.

    Attributes:
        ucum: Code of the base unit.
        factor: The value of a count of 1 in it.
    """

    ucum: str
    factor: float


def unit_of(units: str, description: str = "") -> Unit | None:
    """The unit of an object; None where nothing is recognised.

    Args:
        units: The UNITS clause.
        description: Asked when there is no such clause.
    """
    found = _read(units, prose=False) if units.strip() else None
    return found or _read(description, prose=True)


def _read(text: str, *, prose: bool) -> Unit | None:
    words = [word.lower().replace("µ", "u") for word in _WORD.findall(text)]
    skipped = _ONLY_AS_UNITS if prose else frozenset()
    known = next((_WORDS[w] for w in words if w in _WORDS and w not in skipped), None)
    if known is None:
        return None
    return Unit(known[0], round(known[1] * _fraction(text, words, prose=prose), 15))


def _fraction(text: str, words: list[str], *, prose: bool) -> float:
    over = _ONE_OVER.search(text)
    if over is not None:
        return 1 / int(over[1])
    named = next((_FRACTIONS[word] for word in words if word in _FRACTIONS), None)
    if named is not None:
        return named
    number = _NUMBER.search(text)
    plausible = number is not None and float(number[1]) in (0.1, 0.01, 0.001, 0.002, 0.0001)
    if number is None or (prose and not plausible):
        return 1.0
    return float(number[1]) or 1.0
