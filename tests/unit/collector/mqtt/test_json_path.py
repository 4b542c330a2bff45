from __future__ import annotations

from typing import Any

import pytest

from collector.mqtt.json_path import JsonPath

DOCUMENT = {
    "a": {"b": 1},
    "x.y": 2,
    "list": [{"v": 10}, {"v": 11}],
    "lone": {"v": 12},
    "devices": {"d1": {"v": 20}, "d2": {"v": 21}},
    "matrix": [[1, 2], [3]],
    "null": None,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".", [(DOCUMENT, ())]),
        ("", [(DOCUMENT, ())]),
        ("a", [({"b": 1}, ())]),
        ("a.b", [(1, ())]),
        ('"x.y"', [(2, ())]),
        ("a.none", []),
        ("null", [(None, ())]),
        ("a?.b", [(1, ())]),
        ("none?.a.b", [(1, ())]),
        ("list[*].v", [(10, ()), (11, ())]),
        ("list[1].v", [(11, ())]),
        ("list[7].v", []),
        ("list[{n}].v", [(10, ("0",)), (11, ("1",))]),
        ("list[{n:1}].v", [(10, ("1",)), (11, ("2",))]),
        ("lone[*].v", [(12, ())]),
        ("lone[{n:1}].v", [(12, ("1",))]),
        ("devices.{device}.v", [(20, ("d1",)), (21, ("d2",))]),
        ("devices.*.v", [(20, ()), (21, ())]),
        ("matrix[{row}][{column}]", [(1, ("0", "0")), (2, ("0", "1")), (3, ("1", "0"))]),
        ("a[*][*]", [({"b": 1}, ())]),
        ("a.b[*]", []),
        ("a.b.c", []),
    ],
)
def test_a_path_leads_to_its_values(path: str, found: list[Any]) -> None:
    parsed = JsonPath.parse(path)
    assert list(parsed.find(DOCUMENT)) == found
    assert parsed.first(DOCUMENT, "nothing") == (found[0][0] if found else "nothing")


@pytest.mark.parametrize(
    "path", ["a..b", "a.", ".a", "a[", "a[x]", "a]b", "{A}", "a{b}", "{n}[{n}]", "[{n:2}]", "a b?x"]
)
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        JsonPath.parse(path)


def test_names_are_told_from_left_to_right() -> None:
    assert JsonPath.parse("{device}.strings[{string:1}].v").names == ("device", "string")
