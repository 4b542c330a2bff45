"""Tests of another object's value."""

from __future__ import annotations

import re

from collector.decoding.reference import Condition
from collector.decoding.text import text_of
from collector.varbind import Value
from omc.core.model import Quality


class CompiledCondition:
    """A test of another object's value."""

    __slots__ = ("_condition", "_pattern", "_wanted", "reference")

    def __init__(self, condition: Condition) -> None:
        self.reference = condition.place
        self._condition = condition
        self._pattern = re.compile(condition.matches) if condition.matches is not None else None
        self._wanted = condition.equals if condition.equals is not None else condition.differs

    def failure(self, value: Value) -> Quality | None:
        """None if the value passes, else what a reading is worth."""
        if self._passes(value):
            return None
        otherwise = self._condition.otherwise
        if isinstance(otherwise, Quality):
            return otherwise
        return next((q for code, q in otherwise.items() if is_code(value, code)), Quality.INVALID)

    def _passes(self, value: Value) -> bool:
        if self._pattern is not None:
            return self._pattern.search(text_of(value)) is not None
        found = any(is_code(value, code) for code in self._wanted or ())
        return found is (self._condition.equals is not None)


def is_code(value: Value, code: int | str) -> bool:
    """Whether a value is this number, or this text (upper and lower case are the same)."""
    if isinstance(value, int | float):
        return value == code or str(value) == code
    return value is not None and text_of(value).lower() == str(code).strip().lower()
