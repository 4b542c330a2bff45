"""One value of a payload becomes one number in the metric's unit, or the reason why not."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from collector.mqtt.number_text import is_unit, read_number
from collector.mqtt.payload import AMBIGUOUS
from collector.mqtt.rejection import Reason
from collector.mqtt.value_rule import ValueRule
from omc.core.catalogue import Metric, MetricKind

#: What devices write instead of a value that they do not have, compared without case.
USUAL_MISSING = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none", "invalid"})

ON_WORDS = ("1", "true", "on", "yes")
OFF_WORDS = ("0", "false", "off", "no")

# A state with code 1 and such a name says yes to the question that its metric asks.
_AFFIRMATIVE = {"active", "connected", "enabled", "online", "present", "running", "up"}

_LARGEST = sys.float_info.max


class Conversion:
    """A value rule, made ready for the hot path.

    Attributes:
        metric: What the numbers are samples of.
    """

    __slots__ = (
        "_bit",
        "_divisor",
        "_high",
        "_invert",
        "_low",
        "_missing_numbers",
        "_missing_texts",
        "_offset",
        "_scale",
        "_signed",
        "_states",
        "_unit",
        "_whole",
        "metric",
    )

    def __init__(self, rule: ValueRule, metric: Metric, missing: Iterable[float | str]) -> None:
        """Prepare a rule.

        Args:
            rule: As written.
            metric: The catalogue's entry of `rule.metric`.
            missing: What means "no value" for the whole mapping.
        """
        words = [*missing, *rule.missing]
        self.metric = metric
        self._missing_texts = USUAL_MISSING | {w.strip().lower() for w in words if type(w) is str}
        self._missing_numbers = frozenset(w for w in words if type(w) is not str)
        self._scale, self._offset = rule.scale, rule.offset
        # 2312 * 0.1 is 231.20000000000002 but 2312 / 10 is 231.2.
        self._divisor = float(round(1 / rule.scale)) if abs(rule.scale) < 1 else 1.0
        if 1 / self._divisor != rule.scale:
            self._divisor = 0.0
        self._signed, self._bit = rule.signed, rule.bit
        self._whole = rule.signed is not None or rule.bit is not None
        self._invert = rule.invert
        self._unit = rule.unit or metric.unit
        self._states = _states(rule, metric) if metric.kind is MetricKind.STATE else None
        self._low = -_LARGEST if metric.valid.min is None else metric.valid.min
        self._high = _LARGEST if metric.valid.max is None else metric.valid.max

    def number(self, value: object, unit: object = None) -> float | Reason:
        """The number, or why there is none.

        Args:
            value: As it stands in the payload.
            unit: What the payload says about its unit, if it says it apart.
        """
        if unit and not (isinstance(unit, str) and is_unit(unit.strip(), self._unit)):
            return Reason.WRONG_UNIT
        kind = type(value)
        if kind is float or kind is int:
            return self._from_number(value)  # type: ignore[arg-type]
        if kind is str:
            return self._from_text(value)  # type: ignore[arg-type]
        if kind is bool:
            return self._from_text("true" if value else "false")
        if value is None:
            return Reason.MISSING
        return Reason.DUPLICATE_KEY if value is AMBIGUOUS else Reason.NOT_A_NUMBER

    def _from_number(self, number: float) -> float | Reason:
        if number in self._missing_numbers:
            return Reason.MISSING
        if self._whole:
            if number != number // 1:
                return Reason.NOT_A_NUMBER
            number = self._bits(int(number))
        if self._states is not None:
            return self._from_state(str(int(number)) if number == number // 1 else str(number))
        try:
            if self._divisor:
                result = number / self._divisor + self._offset
            else:
                result = number * self._scale + self._offset
        except OverflowError:
            return Reason.OUT_OF_RANGE
        if self._invert:
            result = 1.0 - result
        return result if self._low <= result <= self._high else Reason.OUT_OF_RANGE

    def _bits(self, number: int) -> int:
        if self._bit is not None:
            return number >> self._bit & 1
        bits = self._signed or 0
        return number - (1 << bits) if number >> (bits - 1) & 1 and number > 0 else number

    def _from_text(self, text: str) -> float | Reason:
        word = text.strip().lower()
        if word in self._missing_texts:
            return Reason.MISSING
        if self._states is not None and word in self._states:
            return self._from_state(word)
        found = read_number(text)
        if found is None:
            return self._from_word(word)
        number, unit = found
        if unit and not is_unit(unit, self._unit):
            return Reason.WRONG_UNIT
        return self._from_number(number)

    def _from_word(self, word: str) -> float | Reason:
        if self._states is not None:
            return Reason.UNKNOWN_STATE
        if word in ON_WORDS or word in OFF_WORDS:
            return self._from_number(float(word in ON_WORDS))
        return Reason.NOT_A_NUMBER

    def _from_state(self, word: str) -> float | Reason:
        code = self._states.get(word) if self._states else None
        if code is None:
            return Reason.UNKNOWN_STATE
        return 1.0 - code if self._invert else code


def _states(rule: ValueRule, metric: Metric) -> dict[str, float]:
    """Word, without case, to code: what the rule says, else the catalogue's names and codes."""
    codes = {state.name: float(code) for code, state in metric.states.items()}
    words = {word: codes[name] for word, name in rule.states.items()}
    for name, usual in ((rule.on, ON_WORDS), (rule.off, OFF_WORDS)):
        if name is not None:
            words = dict.fromkeys(usual, codes[name]) | words
    if words:
        return words
    words = codes | {str(code): float(code) for code in metric.states}
    if 0 in metric.states and 1 in metric.states and metric.states[1].name in _AFFIRMATIVE:
        words = dict.fromkeys(ON_WORDS, 1.0) | dict.fromkeys(OFF_WORDS, 0.0) | words
    return words
