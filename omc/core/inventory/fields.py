"""How one field of an inventory file is read: from a CSV field (text) or a YAML value.

Every parser takes a value that is not empty and raises ValueError with what is expected; who calls
adds the place and what was found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from omc.core.inventory.model import Technology
from omc.core.quantities import DurationRange, parse_host

Parser = Callable[[Any], Any]
EnumT = TypeVar("EnumT", bound=StrEnum)

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_BETWEEN = re.compile(r"[\s,;|/+]+")
_SPLITTER = re.compile(r"(?:1:)?(\d{1,3})", re.ASCII)
_MOST_BRANCHES = 256
_LONGEST_IDENTIFIER = 64
_NOT_IN_IDENTIFIERS = re.compile(r"[/+#\\\"]")

_INTERVAL = DurationRange("1s", "1d")


def text(value: Any) -> str:
    """Text for people or a name, in Unicode normal form C, so that equal looks are equal."""
    if not isinstance(value, str):
        raise ValueError("expected text: put it in quotes")  # noqa: TRY004 - a person's fault
    normal = value if value.isascii() else unicodedata.normalize("NFC", value)
    if not normal.isprintable():
        raise ValueError("expected text on one line without control characters")
    return normal


def identifier(value: Any) -> str:
    """A site code or node name: short, and free of what topics and labels give a meaning to."""
    name = text(value)
    if len(name) > _LONGEST_IDENTIFIER or _NOT_IN_IDENTIFIERS.search(name):
        raise ValueError(f'expected at most {_LONGEST_IDENTIFIER} characters, none of / + # \\ "')
    return name


def identifiers(value: Any) -> tuple[str, ...]:
    """`864049051234567 SN-1` or a YAML list, in the order given."""
    words = value if isinstance(value, list) else text(value).split()
    return tuple(text(word) for word in words)


def number(low: float, high: float) -> Parser:
    """A parser of numbers within bounds."""

    def parse(value: Any) -> float:
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            value = float(value)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return float(value)

    return parse


def whole(low: int, high: int) -> Parser:
    """A parser of whole numbers within bounds."""

    def parse(value: Any) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high}, digits only")
        return value

    return parse


def one_of(choices: type[EnumT]) -> Parser:
    """A parser of a fixed vocabulary."""
    by_text: dict[Any, EnumT] = {choice.value: choice for choice in choices}

    def parse(value: Any) -> EnumT:
        try:
            return by_text[value]
        except (KeyError, TypeError):
            raise ValueError(f"expected one of {', '.join(by_text)}") from None

    return parse


_technology = one_of(Technology)


def technologies(value: Any) -> tuple[Technology, ...]:
    """`3G 4G`, `3G|4G` or a YAML list; oldest first, each once."""
    words: Iterable[Any] = value if isinstance(value, list) else _BETWEEN.split(str(value))
    found = {_technology(word) for word in words}
    return tuple(technology for technology in Technology if technology in found)


def day(value: Any) -> date:
    """`2025-07-01` (ISO 8601)."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("expected a date such as 2025-07-01") from None


def splitter(value: Any) -> int:
    """`1:32` or `32`: how many branches."""
    match = _SPLITTER.fullmatch(str(value))
    branches = int(match[1]) if match else 0
    if not 1 <= branches <= _MOST_BRANCHES:
        raise ValueError(f"expected a split from 1:1 to 1:{_MOST_BRANCHES}, such as 1:32")
    return branches


def address(value: Any) -> str:
    """An IP address or a host name."""
    return parse_host(text(value))


def interval(value: Any) -> float:
    """Seconds of a duration from 1s to 1d."""
    return _INTERVAL.parse(value if isinstance(value, str) else "")


def geometry(parse: Callable[[str], Any]) -> Parser:
    """A parser of a geometry that is written as text."""
    return lambda value: parse(value if isinstance(value, str) else "")
