"""Bounds that a value crosses on its way from good to critical, and the way back."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from omc.alarms.severity import Severity
from omc.core.quantities import Written

_BOUND = re.compile(r"(<=|>=|<|>)\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)", re.IGNORECASE)
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison with a number: `< 48`."""

    comparison: Literal["<", "<=", ">", ">="]
    limit: float

    @classmethod
    def parse(cls, text: str) -> Bound:
        """Read `< 48`, `>= 0.7`, `<= -28`.

        Raises:
            ValueError: anything else; the text says what is expected.
        """
        match = _BOUND.fullmatch(text.strip())
        if match is None:
            raise ValueError('expected a comparison with a number, such as "< 48" or ">= 0.7"')
        return cls(match[1], float(match[2]))  # type: ignore[arg-type]

    @property
    def is_lower(self) -> bool:
        """Whether small values are the bad ones."""
        return self.comparison[0] == "<"

    def holds(self, value: float, slack: float = 0.0) -> bool:
        """Whether a value is bad; with slack, whether it is not yet good again by that much."""
        limit = self.limit + slack if self.is_lower else self.limit - slack
        return _COMPARE[self.comparison](value, limit)

    def __str__(self) -> str:
        return f"{self.comparison} {self.limit:g}"


def _raised(value: object) -> Severity:
    severity = Severity.of_word(str(value))
    if severity is Severity.CLEARED:
        raise ValueError("found 'cleared': an alarm is cleared when none of its bounds holds")
    return severity


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


#: A severity as rules write it: everything but `cleared`.
RaisedSeverity = Annotated[Severity, PlainValidator(_raised)]
Bounds = Annotated[
    tuple[Annotated[Bound, Written(Bound.parse)], ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
]
#: Severity -> what makes it so: one bound, or several of which one is enough.
Levels = Annotated[Mapping[RaisedSeverity, Bounds], Field(min_length=1)]


def level_of(
    levels: Mapping[Severity, tuple[Bound, ...]],
    value: float,
    present: Severity = Severity.CLEARED,
    hysteresis: float = 0.0,
) -> Severity:
    """The severity of a value.

    A severity that is present stays until the value is better than its bound by the hysteresis.
    """
    worst = Severity.CLEARED
    for severity, bounds in levels.items():
        if severity <= worst:
            continue
        slack = hysteresis if severity <= present else 0.0
        for bound in bounds:
            if bound.holds(value, slack):
                worst = severity
                break
    return worst


class Scale:
    """The levels of a rule, to be asked for every sample: nearly all are good, and that is quick.

    Args:
        levels: Severity -> bounds.
        hysteresis: As for `level_of`.
    """

    __slots__ = ("_good_above", "_good_below", "_hysteresis", "_levels")

    def __init__(self, levels: Mapping[Severity, tuple[Bound, ...]], hysteresis: float) -> None:
        self._levels = levels
        self._hysteresis = hysteresis
        bounds = [bound for some in levels.values() for bound in some]
        lower = [bound.limit for bound in bounds if bound.is_lower]
        upper = [bound.limit for bound in bounds if not bound.is_lower]
        #: Between these two a value is good, whatever was said before.
        self._good_above = max(lower, default=-math.inf) + hysteresis
        self._good_below = min(upper, default=math.inf) - hysteresis

    def severity(self, value: float, present: Severity) -> Severity:
        """The severity of a value; `present` is what was said last."""
        if self._good_above < value < self._good_below:
            return Severity.CLEARED
        return level_of(self._levels, value, present, self._hysteresis)
