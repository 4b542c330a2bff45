from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.number_text import is_unit, read_number


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("54.16", 54.16, ""),
        ("54,16", 54.16, ""),
        ("54.16 V", 54.16, "V"),
        ("54,16V", 54.16, "V"),
        (" -12 ", -12.0, ""),
        ("+5", 5.0, ""),
        ("- 5", -5.0, ""),
        ("−3.5 °C", -3.5, "°C"),
        (".5", 0.5, ""),
        ("5.", 5.0, ""),
        ("1e3", 1000.0, ""),
        ("1,5E3 W", 1500.0, "W"),
        ("1.234,5", 1234.5, ""),
        ("1,234.5", 1234.5, ""),
        ("1.234.567", 1234567.0, ""),
        ("1,234,567", 1234567.0, ""),
        ("1,234", 1.234, ""),
        ("98%", 98.0, "%"),
        ("0x1F", 0.0, "x1F"),
        ("0007", 7.0, ""),
        ("1_000", 1.0, "_000"),
    ],
)
def test_numbers_are_read_as_people_and_firmwares_write_them(
    text: str, number: float, unit: str
) -> None:
    assert read_number(text) == (number, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ON",
        "V",
        "--5",
        "1.2.3",
        "1,2,3",
        "1.23,4.5",
        "12,34,567",
        "12 34",
        "٣",
        "9 " * 40,
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", " ", " V", "%"]))
def test_a_number_written_out_comes_back_exactly(number: float, unit: str) -> None:
    assert read_number(f"{number!r}{unit}") == (number, unit.strip())


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-9999, max_value=9999)
)
def test_a_decimal_comma_is_a_decimal_point(number: float) -> None:
    text = f"{number:f}"
    assert read_number(text.replace(".", ",")) == read_number(text) == (float(text), "")


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_none(text: str) -> None:
    found = read_number(text)
    assert found is None or isinstance(found[0], float)


@pytest.mark.parametrize(
    ("text", "unit", "same"),
    [
        ("V", "V", True),
        ("Vdc", "V", True),
        ("mV", "V", False),
        ("°C", "Cel", True),
        ("℃", "Cel", True),
        ("F", "Cel", False),
        ("%", "1", False),
        ("%", "%", True),
        ("dBm", "dB", False),
    ],
)
def test_a_unit_is_the_expected_one_in_any_spelling_or_another(
    text: str, unit: str, *, same: bool
) -> None:
    assert is_unit(text, unit) is same
