"""The decoding steps that turn one number into another."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collector.decoding.reference import Reference
from collector.decoding.steps import Branch, ScaleFrom, SensorScale, Step
from collector.decoding.text import to_number
from collector.varbind import Value
from omc.core.model import Quality

#: The value of another object for the row in hand; None when it has none.
Lookup = Callable[[Reference], Value]
#: One step; a Quality ends the decoding.
NumberStep = Callable[[float], float | Quality]

_States = Mapping[str, int]
_SINGLE_BITS = 32
_MILLIWATTS_PER_WATT = 1000.0
_SMALLEST_FRACTION = 1e-15
# Far beyond what any receiver measures, and short to store.
_DBM_DIGITS = 4
# RFC 3433: EntitySensorDataScale yocto(1) .. units(9) .. yotta(17), EntitySensorPrecision -8..9.
_SCALES = range(1, 18)
_UNITS = 9
_PRECISIONS = range(-8, 10)


def compile_step(step: Step, states: _States, lookup: Lookup) -> NumberStep:
    """Make one step.

    Args:
        step: Any step that does not read raw values.
        states: State name to code of the metric, for steps that name states.
        lookup: Values of the objects that the step refers to.
    """
    factor = factor_of(step)
    if factor is not None:
        return _scale(factor)
    return _STEPS[step.key](getattr(step, step.key), states, lookup)


def factor_of(step: Step) -> float | None:
    """The factor of a step that is nothing but one."""
    return 0.01 if step.percent or step.timeticks else step.scale


def exact_divisor(factor: float) -> float | None:
    """The whole number to divide by, so that 0.01 x 2581 is 25.81 and not 25.810000000000002."""
    if not _SMALLEST_FRACTION <= abs(factor) < 1:
        return None
    inverse = round(1 / factor)
    return float(inverse) if math.isclose(inverse * factor, 1, rel_tol=1e-12) else None


def _scale(factor: float) -> NumberStep:
    divisor = exact_divisor(factor)
    if divisor is None:
        return lambda number: number * factor
    return lambda number: number / divisor


def _offset(amount: float, states: _States, lookup: Lookup) -> NumberStep:
    return lambda number: number + amount


def _twos_complement(bits: int, states: _States, lookup: Lookup) -> NumberStep:
    modulus, sign = 1 << bits, 1 << (bits - 1)

    def step(number: float) -> float | Quality:
        if not float(number).is_integer():
            return Quality.INVALID
        low_bits = int(number) % modulus
        return low_bits - modulus if low_bits & sign else low_bits

    return step


def _float_bits(bits: int, states: _States, lookup: Lookup) -> NumberStep:
    whole, real = (">I", ">f") if bits == _SINGLE_BITS else (">Q", ">d")

    def step(number: float) -> float | Quality:
        if not 0 <= number < 1 << bits or not float(number).is_integer():
            return Quality.INVALID
        found: float = struct.unpack(real, struct.pack(whole, int(number)))[0]
        return found if math.isfinite(found) else Quality.INVALID

    return step


def _watts_to_dbm(watts: float, states: _States, lookup: Lookup) -> NumberStep:
    def step(number: float) -> float | Quality:
        milliwatts = number * watts * _MILLIWATTS_PER_WATT
        if milliwatts <= 0:
            return Quality.NO_LIGHT
        return round(10 * math.log10(milliwatts), _DBM_DIGITS)

    return step


def _no_light_at(floor: float, states: _States, lookup: Lookup) -> NumberStep:
    return lambda number: Quality.NO_LIGHT if number <= floor else number


def _sensor_scale(rule: SensorScale, states: _States, lookup: Lookup) -> NumberStep:
    scale, precision = to_number(lookup(rule.scale)), to_number(lookup(rule.precision))
    if scale not in _SCALES or precision not in _PRECISIONS:
        return _invalid
    # A negative precision counts accurate digits and moves no decimal point.
    exponent = 3 * (int(scale) - _UNITS) - max(int(precision), 0)
    power = 10.0 ** abs(exponent)
    if exponent < 0:
        return lambda number: number / power
    return lambda number: number * power


def _scale_from(rule: ScaleFrom, states: _States, lookup: Lookup) -> NumberStep:
    value = to_number(lookup(rule.place))
    if isinstance(value, Quality):
        return _invalid
    factor = value if rule.map is None else rule.map.get(int(value))
    return _invalid if factor is None else _scale(factor)


def _differs_from(reference: Reference, states: _States, lookup: Lookup) -> NumberStep:
    normal = to_number(lookup(reference.place))
    if isinstance(normal, Quality):
        return _invalid
    return lambda number: float(number != normal)


def _mask(mask: int, states: _States, lookup: Lookup) -> NumberStep:
    shift = (mask & -mask).bit_length() - 1
    return lambda number: (int(number) & mask) >> shift


def _bits(table: Mapping[int, str], states: _States, lookup: Lookup) -> NumberStep:
    codes = [(mask, states[name]) for mask, name in table.items()]
    none = next((code for mask, code in codes if mask == 0), None)

    def step(number: float) -> float | Quality:
        code = next((code for mask, code in codes if mask & int(number)), none)
        return Quality.INVALID if code is None else code

    return step


def _map(table: Mapping[Any, float], states: _States, lookup: Lookup) -> NumberStep:
    def step(number: float) -> float | Quality:
        found = table.get(number)
        return Quality.INVALID if found is None else found

    return step


def _named(table: Mapping[Any, str], states: _States, lookup: Lookup) -> NumberStep:
    return _map({key: states[name] for key, name in table.items()}, states, lookup)


def _branch(rule: Branch, states: _States, lookup: Lookup) -> NumberStep:
    then = _chain(rule.then, states, lookup)
    otherwise = _chain(rule.otherwise, states, lookup)
    return lambda number: then(number) if number < rule.below else otherwise(number)


def _chain(steps: Sequence[Step], states: _States, lookup: Lookup) -> NumberStep:
    compiled = [compile_step(step, states, lookup) for step in steps]

    def chain(number: float) -> float | Quality:
        for step in compiled:
            result = step(number)
            if isinstance(result, Quality):
                return result
            number = result
        return number

    return chain


def _invalid(number: float) -> float | Quality:
    return Quality.INVALID


_STEPS: Mapping[str, Callable[[Any, _States, Lookup], NumberStep]] = {
    "offset": _offset,
    "twos_complement": _twos_complement,
    "float_bits": _float_bits,
    "watts_to_dbm": _watts_to_dbm,
    "no_light_at": _no_light_at,
    "sensor_scale": _sensor_scale,
    "scale_from": _scale_from,
    "differs_from": _differs_from,
    "mask": _mask,
    "bits": _bits,
    "map": _map,
    "states": _named,
    "branch": _branch,
}
