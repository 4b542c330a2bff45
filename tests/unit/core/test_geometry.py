"""Lengths and areas against published figures, and text there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.geometry import (
    LineString,
    area_km2,
    area_text,
    distance_km,
    length_km,
    line_text,
    parse_area,
    parse_line,
)

_DEGREES = st.integers(-179_999_999, 179_999_999).map(lambda n: n / 1e6)
_POINTS = st.tuples(_DEGREES, _DEGREES.map(lambda d: d / 2).map(lambda d: round(d, 6)))


def test_a_line_is_read_as_longitude_and_latitude() -> None:
    assert parse_line("LINESTRING (105.61 21.31, 105.60 21.32)") == (
        (105.61, 21.31),
        (105.6, 21.32),
    )


def test_pairs_without_the_word_are_latitude_and_longitude_as_people_write_them() -> None:
    assert parse_line("21.31 105.61, 21.32 105.60") == ((105.61, 21.31), (105.6, 21.32))


@given(st.lists(_POINTS, min_size=2, max_size=20).map(tuple))
def test_a_line_survives_being_written(line: LineString) -> None:
    assert parse_line(line_text(line)) == line


def test_an_area_with_holes_and_parts_survives_being_written() -> None:
    text = (
        "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1)), "
        "((10 10, 11 10, 11 11, 10 10)))"
    )
    area = parse_area(text)
    assert [len(polygon) for polygon in area] == [2, 1]
    assert area_text(area) == text


def test_one_polygon_is_written_as_such() -> None:
    assert area_text(parse_area("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))")) == (
        "POLYGON ((0 0, 1 0, 1 1, 0 0))"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("POINT (1 2)", "expected POLYGON"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)", "expected POLYGON"),
        ("POLYGON ((0 0, 1 0, 0 0))", "at least four points"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 1))", "end where they begin"),
        ("POLYGON ((0 0, 1 0, 1 91, 0 0))", "expected degrees"),
        ("POLYGON ((0 0, 1 0, 1, 0 0))", "expected pairs of numbers"),
        ("POLYGON ((0 0, nan 0, 1 1, 0 0))", "expected degrees"),
    ],
)
def test_what_is_no_area_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_area(text)


def test_one_degree_along_the_equator() -> None:
    assert distance_km((0, 0), (1, 0)) == pytest.approx(111.195, abs=0.001)
    assert length_km(((0, 0), (1, 0), (2, 0))) == pytest.approx(222.390, abs=0.001)


def test_the_whole_earth_has_its_published_surface() -> None:
    world = "POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))"
    assert area_km2(parse_area(world)) == pytest.approx(510_065_621.7, rel=1e-9)


def test_a_square_degree_at_the_equator_has_its_published_surface() -> None:
    square = parse_area("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))")
    assert area_km2(square) == pytest.approx(12_308.8, abs=0.5)


def test_the_direction_of_a_ring_does_not_matter_and_holes_are_taken_off() -> None:
    there = parse_area("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))")
    back = parse_area("POLYGON ((0 0, 0 4, 4 4, 4 0, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))")
    full = parse_area("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))")
    hole = parse_area("POLYGON ((1 1, 2 1, 2 2, 1 2, 1 1))")
    assert area_km2(there) == pytest.approx(area_km2(back))
    assert area_km2(there) == pytest.approx(area_km2(full) - area_km2(hole))
