from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.components.rows import Row, patch_of

ROWS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2))


def rows(values: dict[str, int]) -> list[Row]:
    return [{"key": key, "value": value} for key, value in values.items()]


def test_nothing_is_sent_when_nothing_is_different() -> None:
    shown = {row["key"]: row for row in rows({"a": 1, "b": 2})}
    assert patch_of(shown, rows({"a": 1, "b": 2})) is None


def test_only_what_is_different_is_sent() -> None:
    shown = {row["key"]: row for row in rows({"a": 1, "b": 2})}
    assert patch_of(shown, rows({"a": 1, "b": 3})) == {
        "rows": [{"key": "b", "value": 3}],
        "order": None,
    }


@given(ROWS, ROWS)
def test_a_browser_that_applies_the_patch_shows_what_the_server_has(
    before: dict[str, int], after: dict[str, int]
) -> None:
    shown = {row["key"]: row for row in rows(before)}
    patch = patch_of(shown, rows(after))
    if patch is not None:  # as static/keyed_rows.js does
        shown |= {row["key"]: row for row in patch["rows"]}
        order = patch["order"] if patch["order"] is not None else list(before)
        shown = {key: shown[key] for key in order}
    assert list(shown.values()) == rows(after)
