"""Values that stand for no value: per object, never global, each with its quality."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from collector.decoding.text import text_of
from collector.varbind import Value
from omc.core.model import Quality

_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")
_PADDING = b"\0\t\r\n "
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


def is_malformed_comparison(key: str) -> bool:
    """Whether a text looks like a comparison and is none."""
    return key[:1] in "<>" and key != "" and _COMPARISON.fullmatch(key) is None


class Sentinels:
    """What an object says when it has no value.

    Args:
        rules: A number as it stands on the wire, a text (upper and lower case are the same), or a
            comparison such as `<= -4000`; and what it means.
    """

    def __init__(self, rules: Mapping[int | float | str, Quality]) -> None:
        self.numbers: dict[float, Quality] = {}
        self.texts: dict[str, Quality] = {}
        self._limits: list[tuple[Callable[[float, float], bool], float, Quality]] = []
        for key, quality in rules.items():
            comparison = _COMPARISON.fullmatch(key) if isinstance(key, str) else None
            if comparison is not None:
                limit = float(comparison[2])
                self._limits.append((_OPERATORS[comparison[1]], limit, quality))
            elif isinstance(key, str):
                self.texts[key.strip().lower()] = quality
            else:
                self.numbers[key] = quality

    def __bool__(self) -> bool:
        return bool(self.numbers or self.texts or self._limits)

    @property
    def only_exact_numbers(self) -> bool:
        """Whether looking a number up in `numbers` is all there is to do."""
        return not self.texts and not self._limits

    def of_number(self, number: float) -> Quality | None:
        """What a number stands for, or None when it is a value."""
        quality = self.numbers.get(number)
        if quality is not None:
            return quality
        return next((q for compare, limit, q in self._limits if compare(number, limit)), None)

    def of_raw(self, value: Value) -> Quality | None:
        """The same for a value as it came."""
        if isinstance(value, int | float):
            return self.of_number(value)
        if not self.texts:
            return None
        text = text_of(value).lower()
        if not text and isinstance(value, bytes) and value.strip(_PADDING):
            return None  # octets that are no text are not the empty text
        return self.texts.get(text)
