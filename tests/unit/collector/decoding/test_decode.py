"""From values on the wire to values of metrics."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from collector.decoding.decode import Decoder, Target, compile_decoder
from collector.decoding.reference import Reference
from collector.decoding.sentinels import Sentinels
from collector.decoding.steps import Step, Steps
from collector.varbind import Value
from omc.core.model import Quality

SENSOR = "{sensor_scale: {scale: {scalar: 1.3.6.1.4.1.3.0}, precision: {scalar: 1.3.6.1.4.1.4.0}}}"
BY_SIGN = "{branch: {below: 0, then: {scale: 0.01}, otherwise: {watts_to_dbm: 1e-6}}}"
MIDNIGHT, SEVEN = bytes([7, 0xEA, 1, 1, 0, 0, 0, 0]), bytes([7, 0xEA, 1, 1, 7, 0, 0, 0])
STATES = {"up": 1, "down": 2, "standby": 3}
CELLS = {
    Reference(scalar="1.3.6.1.4.1.1.0"): 1,
    Reference(scalar="1.3.6.1.4.1.2.0"): 9,
    Reference(scalar="1.3.6.1.4.1.3.0"): 8,
    Reference(scalar="1.3.6.1.4.1.4.0"): 4,
    Reference(scalar="1.3.6.1.4.1.5.0"): 2147483647,
}


@cache
def steps_of(text: str) -> tuple[Step, ...]:
    return TypeAdapter(Steps).validate_python(yaml.safe_load(text))


def decoder(
    text: str = "[]",
    sentinels: Mapping[int | float | str, Quality] | None = None,
    target: Target | None = None,
) -> Decoder:
    return compile_decoder(
        steps_of(text), Sentinels(sentinels or {}), target or Target(), CELLS.get
    )


@pytest.mark.parametrize(
    ("steps", "value", "expected"),
    [
        ("[]", 42, 42.0),
        ("[]", 0, 0.0),
        ("[]", 2.5, 2.5),
        ("[]", b"54.01", 54.01),
        ("[]", b"54,01", 54.01),
        ("[]", b" -12 \0", -12.0),
        ("[]", b"1,234.5", 1234.5),
        ("[]", b"\xe2\x88\x927.5", -7.5),  # U+2212, the typographic minus
        ("[]", "17", 17.0),
        ("[]", b"\x9f\x78\x04\x3d\xa3\xd7\x0a", struct.unpack(">f", b"\x3d\xa3\xd7\x0a")[0]),
        ("[]", b"\x9f\x79\x08" + struct.pack(">d", -1.25), -1.25),
        ("{scale: 0.01}", 2581, 25.81),
        ("{scale: 1000000}", 10000, 1e10),
        ("{scale: 0.3}", 10, 3.0),
        ("percent", 39, 0.39),
        ("timeticks", 163727263, 1637272.63),
        ("[{offset: -10000}, {scale: 0.01}]", 8413, -15.87),
        ("[{scale: 0.002}, {offset: -30}]", 4000, -22.0),
        ("{scale: 60}", 12, 720.0),
        ("[{twos_complement: 16}, {scale: 0.002}, {offset: -30}]", 65036, -31.0),
        ("{twos_complement: 32}", 4294967295, -1.0),
        ("{twos_complement: 16}", -5, -5.0),
        ("{watts_to_dbm: 1e-6}", 536, -2.7084),
        ("{watts_to_dbm: 1e-7}", 1, -40.0),
        ("[{scale: 0.01}, {no_light_at: -40}]", -3999, -39.99),
        ("{watts_to_dbm: 1e-3}", 1, 0.0),
        ("number", b"12.094 Amps", 12.094),
        ("{number: {unit: dBm}}", b"-9.36 dBm", -9.36),
        ("{number: {unit: dBm}}", b"0.03 mW (-14.61 dBm)", -14.61),
        ("{number: {unit: dBm}}", b"6.56 dbm", 6.56),
        ("{number: {unit: .C}}", b"27.84 .C", 27.84),
        ("{number: {unit: C}}", b"25 C", 25.0),
        ("{number: {pattern: 'Lane1: (-?[0-9.]+)'}}", b"Lane0: 1.5; Lane1: -2.5", -2.5),
        ("{number: {base: 16}}", b"0x1F", 31.0),
        ("{number: {unit: dBm}}", 7, 7.0),
        ("{octets: big_endian}", b"\x01\x02", 258.0),
        ("{octets: little_endian}", b"\x01\x02", 513.0),
        ("date_and_time", MIDNIGHT, 1767225600.0),
        ("date_and_time", MIDNIGHT[:-1] + b"\5", 1767225600.5),
        ("date_and_time", SEVEN + b"+\x07\x00", 1767225600.0),
        ("{date_and_time: {utc_offset_hours: 7}}", SEVEN, 1767225600.0),
        ("date_and_time", b"2026-01-01T07:00:00+07:00", 1767225600.0),
        ("{date_and_time: {format: '%m/%d/%Y', utc_offset_hours: 7}}", b"01/01/2026", 1767200400.0),
        ("duration", b"11:22:33", 40953.0),
        ("duration", b"3 days, 1:02:03.5", 262923.5),
        ("duration", b"1:00:00:05", 86405.0),
        ("duration", 682, 682.0),
        ("{float_bits: 32}", 0x3B79B1F2, 0.0038100446),
        ("{float_bits: 32}", 0, 0.0),
        ("[{octets: big_endian}, {float_bits: 64}]", struct.pack(">d", -21.5), -21.5),
        ("{mask: 0x100}", 0x1FF, 1.0),
        ("{mask: 0x0F0}", 0x125, 2.0),
        ("{map: {1: 0, 2: 1}}", 2, 1.0),
        ("{map: {low: 0, high: 1}}", b"HIGH", 1.0),
        ("{differs_from: {scalar: 1.3.6.1.4.1.1.0}}", 1, 0.0),
        ("{differs_from: {scalar: 1.3.6.1.4.1.1.0}}", 2, 1.0),
        ("{scale_from: {scalar: 1.3.6.1.4.1.1.0, map: {0: 1, 1: 0.1}}}", 123, 12.3),
        ("{scale_from: {scalar: 1.3.6.1.4.1.2.0}}", 100, 900.0),
        (SENSOR, 3555, 0.0003555),
        (f"[{SENSOR}, {{watts_to_dbm: 1}}]", 3555, -4.4916),
        (BY_SIGN, -271, -2.71),
        (BY_SIGN, 536, -2.7084),
    ],
)  # fmt: skip
def test_a_value_is_decoded(steps: str, value: Value, expected: float) -> None:
    result = decoder(steps)(value)
    assert type(result) is float
    assert result == pytest.approx(expected, abs=1e-7)


def test_hundredths_are_divided_not_multiplied_so_that_no_digits_appear() -> None:
    assert decoder("{scale: 0.01}")(2581) == 25.81
    assert 2581 * 0.01 != 25.81


@pytest.mark.parametrize(
    ("steps", "value", "quality"),
    [
        ("[]", b"", Quality.INVALID),
        ("[]", b"N/A", Quality.INVALID),
        ("[]", b"-Inf", Quality.INVALID),
        ("[]", b"nan", Quality.INVALID),
        ("[]", b"1e999", Quality.INVALID),
        ("[]", b"12 V", Quality.INVALID),
        ("[]", None, Quality.NOT_SUPPORTED),
        ("[]", math.nan, Quality.INVALID),
        ("[]", math.inf, Quality.INVALID),
        ("[]", b"\x9f\x78\x04\x7f\x80\x00\x00", Quality.INVALID),
        ("number", b"No Power", Quality.INVALID),
        ("{number: {unit: dBm}}", b"12 V", Quality.INVALID),
        ("{number: {unit: C}}", b"12 Cells", Quality.INVALID),
        ("{number: {base: 16}}", b"F" * 400, Quality.INVALID),
        ("{octets: big_endian}", b"", Quality.INVALID),
        ("{octets: big_endian}", bytes(17), Quality.INVALID),
        ("{watts_to_dbm: 1e-7}", 0, Quality.NO_LIGHT),
        ("[{scale: 0.01}, {no_light_at: -40}]", -4000, Quality.NO_LIGHT),
        ("[{scale: 0.01}, {no_light_at: -40}, {offset: 5}]", -4100, Quality.NO_LIGHT),
        ("{watts_to_dbm: 1e-7}", -3, Quality.NO_LIGHT),
        ("{twos_complement: 16}", 1.5, Quality.INVALID),
        ("date_and_time", bytes(8), Quality.NOT_SUPPORTED),
        ("date_and_time", bytes([0x07, 0xEA, 13, 1, 0, 0, 0, 0]), Quality.INVALID),
        ("date_and_time", b"yesterday", Quality.INVALID),
        ("{date_and_time: {format: '%m/%d/%Y'}}", b"31/12/2026", Quality.INVALID),
        ("duration", b"an hour", Quality.INVALID),
        ("{float_bits: 32}", 0x7F800000, Quality.INVALID),
        ("{float_bits: 32}", -1, Quality.INVALID),
        ("{number: {pattern: 'Lane1: (\\S+)', otherwise: offline}}", b"-2 dBm", Quality.OFFLINE),
        ("{map: {1: 0}}", 7, Quality.INVALID),
        ("{map: {low: 0}}", b"middle", Quality.INVALID),
        ("{differs_from: {scalar: 1.9.0}}", 1, Quality.INVALID),
        ("{scale_from: {scalar: 1.9.0}}", 1, Quality.INVALID),
        ("{scale_from: {scalar: 1.3.6.1.4.1.2.0, map: {0: 1}}}", 1, Quality.INVALID),
        (SENSOR.replace("1.3.0", "1.5.0"), 1, Quality.INVALID),
        ("{branch: {below: 0, otherwise: {watts_to_dbm: 1}}}", 0, Quality.NO_LIGHT),
    ],
)  # fmt: skip
def test_what_is_no_number_has_a_quality(steps: str, value: Value, quality: Quality) -> None:
    assert decoder(steps)(value) is quality


@pytest.mark.parametrize(
    ("sentinels", "value", "quality"),
    [
        ({2147483647: Quality.OFFLINE}, 2147483647, Quality.OFFLINE),
        ({-1: Quality.NOT_SUPPORTED}, -1, Quality.NOT_SUPPORTED),
        ({0: Quality.NO_LIGHT}, 0, Quality.NO_LIGHT),
        ({0: Quality.NO_LIGHT}, b"0", Quality.NO_LIGHT),
        ({65535: Quality.INVALID}, b"65535", Quality.INVALID),
        ({-99.0: Quality.NO_LIGHT}, b"-99.0", Quality.NO_LIGHT),
        ({"No Power": Quality.NO_LIGHT}, b"no power\0", Quality.NO_LIGHT),
        ({"": Quality.NOT_SUPPORTED}, b"  ", Quality.NOT_SUPPORTED),
        ({"N/A": Quality.DISABLED}, "n/a", Quality.DISABLED),
        ({"<= -4000": Quality.NO_LIGHT}, -4000, Quality.NO_LIGHT),
        ({"<= -4000": Quality.NO_LIGHT}, -80000, Quality.NO_LIGHT),
        ({"> 1000": Quality.INVALID}, 1001, Quality.INVALID),
        ({">= 1000": Quality.INVALID}, b"1000", Quality.INVALID),
        ({"< -50": Quality.INVALID}, -51, Quality.INVALID),
    ],
)
def test_a_sentinel_is_never_a_number(
    sentinels: dict[int | float | str, Quality], value: Value, quality: Quality
) -> None:
    assert decoder("[]", sentinels)(value) is quality
    assert decoder("{scale: 0.01}", sentinels)(value) is quality


def test_octets_that_are_no_text_are_not_the_empty_text() -> None:
    decode = decoder("{octets: big_endian}", {"": Quality.NOT_SUPPORTED})
    assert (decode(b"\x08"), decode(b"")) == (8.0, Quality.NOT_SUPPORTED)


def test_each_lane_of_a_text_has_its_own_value_or_sentinel() -> None:
    lanes = [
        decoder(
            f"{{number: {{pattern: 'Lane{lane}: *([^ ;]+)', otherwise: not_supported}}}}",
            {"No-Power": Quality.NO_LIGHT},
        )
        for lane in range(3)
    ]
    text = b"Lane0: -2.31 dBm; Lane1: No-Power;"
    assert [decode(text) for decode in lanes] == [-2.31, Quality.NO_LIGHT, Quality.NOT_SUPPORTED]


@pytest.mark.parametrize("value", [-3999, 5, b"7"])
def test_what_is_no_sentinel_passes(value: Value) -> None:
    sentinels: dict[int | float | str, Quality] = {
        "<= -4000": Quality.NO_LIGHT,
        0: Quality.NOT_SUPPORTED,
    }
    assert decoder("[]", sentinels)(value) == float(int(value))  # type: ignore[arg-type]


def test_zero_is_not_missing() -> None:
    assert decoder("{scale: 0.1}", {-1: Quality.NOT_SUPPORTED})(0) == 0.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-40, -40.0), (0, 0.0), (-41, Quality.OUT_OF_RANGE), (1, Quality.OUT_OF_RANGE)],
)
def test_bounds_are_inclusive_and_what_lies_beyond_is_rejected(
    value: int, expected: float | Quality
) -> None:
    assert decoder(target=Target(low=-40, high=0))(value) == expected


@pytest.mark.parametrize(
    ("steps", "value", "expected"),
    [
        ("[]", 1, 1.0),
        ("[]", b"2", 2.0),
        ("[]", 9, Quality.INVALID),
        ("[]", 1.5, Quality.INVALID),
        ("{states: {10: up, 20: down}}", 20, 2.0),
        ("{states: {10: up, 20: down}}", 1, Quality.INVALID),
        ("{states: {running: up, stopped: down}}", b"Stopped", 2.0),
        ("{bits: {4: standby, 1: up, 0: down}}", 5, 3.0),
        ("{bits: {4: standby, 1: up, 0: down}}", 1, 1.0),
        ("{bits: {4: standby, 1: up, 0: down}}", 8, 2.0),
        ("{bits: {4: standby, 1: up}}", 8, Quality.INVALID),
    ],
)
def test_a_state_is_a_code_of_the_catalogue_or_invalid(
    steps: str, value: Value, expected: float | Quality
) -> None:
    assert decoder(steps, target=Target(states=STATES))(value) == expected


def test_a_sentinel_among_the_codes_of_a_state_wins() -> None:
    decode = decoder("[]", {2: Quality.DISABLED}, Target(states=STATES))
    assert (decode(1), decode(2)) == (1.0, Quality.DISABLED)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"scale": 1, "offset": 2}, "a step says exactly one of number, octets"),
        ({}, "a step says exactly one of"),
        ("number_", "Extra inputs are not permitted"),
        ({"number": {"unit": "V", "pattern": "(x)"}}, "say unit or pattern, not both"),
        ({"number": {"pattern": "x"}}, "'x' needs 1 group, it has 0"),
        ({"number": {"pattern": "("}}, "is no regular expression"),
        ({"scale_from": {"map": {0: 1}}}, "say exactly one of column or scalar"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace("(", r"\(")):
        TypeAdapter(Steps).validate_python([step])


@given(st.integers(-(2**15), 2**15 - 1))
def test_sixteen_bits_survive_the_round_trip(value: int) -> None:
    assert decoder("{twos_complement: 16}")(value % 2**16) == value


@given(st.floats(-60, 40))
def test_dbm_survive_the_way_through_watts(dbm: float) -> None:
    nanowatts = 10 ** (dbm / 10) * 1e6
    assert decoder("{watts_to_dbm: 1e-9}")(nanowatts) == pytest.approx(dbm, abs=5.1e-5)


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from([1, 10, 100, 1000, 100000]))
def test_scaled_integers_are_what_python_makes_of_the_decimal_text(
    value: int, divisor: int
) -> None:
    digits = len(str(divisor)) - 1
    decode = decoder(f"{{scale: {1 / divisor!r}}}")
    assert decode(value) == float(f"{value}e-{digits}")


@given(st.decimals(-10000, 10000, places=2), st.sampled_from([" V", "V", " dBm", "  A"]))
def test_a_number_with_unit_in_text_is_found(number: Any, unit: str) -> None:
    decode = decoder(f"{{number: {{unit: {unit.strip()}}}}}")
    assert decode(f"x {number}{unit}".encode()) == float(number)


VALUES = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=20)
)
EVERY_STEP = [
    "[]", "number", "{number: {unit: V}}", "{number: {base: 16}}", "{octets: big_endian}",
    "date_and_time", "percent", "timeticks", "{scale: 1000000}", "{twos_complement: 16}",
    "{watts_to_dbm: 1e-6}", "{mask: 0xF0}", "{map: {1: 2}}", "{map: {a: 2}}",
    "{scale_from: {scalar: 1.3.6.1.4.1.2.0}}", "{differs_from: {scalar: 1.3.6.1.4.1.2.0}}",
    SENSOR, BY_SIGN,
]  # fmt: skip


@settings(max_examples=400)
@given(steps=st.sampled_from(EVERY_STEP), value=VALUES)
def test_whatever_comes_is_a_finite_float_or_a_quality(steps: str, value: Value) -> None:
    result = decoder(steps, {"<= -1000": Quality.NO_LIGHT}, Target(low=-1e9))(value)
    assert isinstance(result, Quality) or (type(result) is float and math.isfinite(result))


@given(device=st.one_of(st.none(), st.integers(), st.floats(), st.binary(max_size=9)))
def test_whatever_a_device_has_as_scale_harms_nobody(device: Value) -> None:
    for text in (
        "{scale_from: {scalar: 1.3.6}}",
        "{scale_from: {scalar: 1.3.6, map: {1: 2}}}",
        "{differs_from: {scalar: 1.3.6}}",
        "{sensor_scale: {scale: {scalar: 1.3.6}, precision: {scalar: 1.3.6}}}",
    ):
        decode = compile_decoder(steps_of(text), Sentinels({}), Target(), lambda _: device)
        result = decode(12345)
        assert isinstance(result, Quality) or math.isfinite(result)
