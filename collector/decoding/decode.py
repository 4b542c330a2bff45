"""From a value on the wire to a metric's value, or to the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.decoding.numbers import Lookup, NumberStep, compile_step, exact_divisor, factor_of
from collector.decoding.sentinels import Sentinels
from collector.decoding.steps import DateAndTime, NumberInText, Step
from collector.decoding.text import (
    captured_text,
    duration_seconds,
    number_finder,
    octets_number,
    parsed_number,
    text_of,
    to_number,
    unix_seconds,
)
from collector.varbind import Value
from omc.core.model import Quality

#: A float is a sample; anything else is why there is none. Never NaN, never an infinity.
Decoder = Callable[[Value], float | Quality]
_RawStep = Callable[[Value], float | Quality]


@dataclass(frozen=True, slots=True)
class Target:
    """What a decoded value has to be.

    Attributes:
        low: Smallest valid value.
        high: Largest valid value.
        states: State name to code, only for state metrics: then only codes are valid.
    """

    low: float = -math.inf
    high: float = math.inf
    states: Mapping[str, int] = field(default_factory=dict)

    def judge(self, number: float) -> float | Quality:
        """The number as a sample, or why it is none."""
        if self.states:
            return float(number) if number in self.states.values() else Quality.INVALID
        if not math.isfinite(number):
            return Quality.INVALID
        return float(number) if self.low <= number <= self.high else Quality.OUT_OF_RANGE


def compile_decoder(
    steps: Sequence[Step], sentinels: Sentinels, target: Target, lookup: Lookup
) -> Decoder:
    """Make the function that decodes one object of one row.

    Args:
        steps: From the profile; only the first may read raw values.
        sentinels: Checked before the steps, and again after text became a number.
        target: Checked last.
        lookup: Values of the objects that the steps refer to, taken now, not when decoding.
    """
    decode = _general(steps, sentinels, target, lookup)
    if target.states and not steps:
        return _fast_states(target.states, sentinels, decode)
    factor = _only_factor(steps)
    if factor is not None and sentinels.only_exact_numbers and not target.states:
        return _fast_factor(factor, sentinels, target, decode)
    return decode


def _general(
    steps: Sequence[Step], sentinels: Sentinels, target: Target, lookup: Lookup
) -> Decoder:
    raw_step: _RawStep = to_number
    if steps and steps[0].reads_raw:
        raw_step = _RAW_STEPS[steps[0].key](steps[0], target, sentinels)
        steps = steps[1:]
    number_steps: list[NumberStep] = [compile_step(step, target.states, lookup) for step in steps]

    def decode(value: Value) -> float | Quality:
        quality = sentinels.of_raw(value)
        if quality is not None:
            return quality
        number = raw_step(value)
        if isinstance(number, Quality):
            return number
        if isinstance(value, bytes | str):
            quality = sentinels.of_number(number)
            if quality is not None:
                return quality
        for step in number_steps:
            number = step(number)
            if isinstance(number, Quality):
                return number
        return target.judge(number)

    return decode


# -- short cuts for what most objects are: an integer, a code, an integer to be scaled ------------


def _only_factor(steps: Sequence[Step]) -> float | None:
    if not steps:
        return 1.0
    only = factor_of(steps[0])
    return only if len(steps) == 1 else None


def _fast_states(states: Mapping[str, int], sentinels: Sentinels, decode: Decoder) -> Decoder:
    codes = {code: float(code) for code in states.values() if sentinels.of_number(code) is None}

    def decode_code(value: Value) -> float | Quality:
        code = codes.get(value) if type(value) is int else None
        return decode(value) if code is None else code

    return decode_code


def _fast_factor(factor: float, sentinels: Sentinels, target: Target, decode: Decoder) -> Decoder:
    low, high, none = target.low, target.high, sentinels.numbers
    divisor = exact_divisor(factor)

    def decode_integer(value: Value) -> float | Quality:
        if type(value) is int and value not in none:
            number = value * factor if divisor is None else value / divisor
            if low <= number <= high:
                return number
        return decode(value)

    return decode_integer


# -- steps that take the value as it came ----------------------------------------------------------


def _number_in_text(step: Step, target: Target, sentinels: Sentinels) -> _RawStep:
    rule = step.number if isinstance(step.number, NumberInText) else NumberInText()
    finder, base, otherwise = number_finder(rule), rule.base, rule.otherwise

    def find(value: Value) -> float | Quality:
        if isinstance(value, int | float) or value is None:
            return to_number(value)
        text = captured_text(finder, value)
        if text is None:
            return otherwise
        quality = sentinels.of_raw(text)
        return parsed_number(text, base) if quality is None else quality

    return find


def _octets(step: Step, target: Target, sentinels: Sentinels) -> _RawStep:
    big_endian = step.octets == "big_endian"
    return lambda value: octets_number(value, big_endian=big_endian)


def _date_and_time(step: Step, target: Target, sentinels: Sentinels) -> _RawStep:
    rule = step.date_and_time if isinstance(step.date_and_time, DateAndTime) else DateAndTime()
    return lambda value: unix_seconds(rule, value)


def _texts(step: Step, target: Target, sentinels: Sentinels) -> _RawStep:
    table: dict[str, float] = {}
    for key, number in (step.map or {}).items():
        table[str(key).strip().lower()] = number
    for key, name in (step.states or {}).items():
        table[str(key).strip().lower()] = target.states[name]
    return lambda value: table.get(text_of(value).lower(), Quality.INVALID)


_RAW_STEPS: Mapping[str, Callable[[Step, Target, Sentinels], _RawStep]] = {
    "number": _number_in_text,
    "octets": _octets,
    "date_and_time": _date_and_time,
    "duration": lambda step, target, sentinels: duration_seconds,
    "map": _texts,
    "states": _texts,
}
