"""A walk by objects, guessed without a MIB."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drafting.walk_shape import Oid, objects_of


def oids(*texts: str) -> list[Oid]:
    return sorted(tuple(map(int, text.split("."))) for text in texts)


@pytest.mark.parametrize(
    ("walk", "objects"),
    [
        (["9.1.1.0", "9.1.2.0", "9.1.3.0"], {"9.1.1": 1, "9.1.2": 1, "9.1.3": 1}),
        (["9.2.1.1.5", "9.2.1.1.6", "9.2.1.2.5", "9.2.1.2.6"], {"9.2.1.1": 2, "9.2.1.2": 2}),
        (["9.2.1.1.0.5", "9.2.1.3.0.5", "9.2.1.4.0.5"], {"9.2.1.1": 1, "9.2.1.3": 1, "9.2.1.4": 1}),
        (["9.1.1.1.2.7", "9.1.1.1.3.7", "9.2.1.1.2.7", "9.2.1.1.3.7"],
         {"9.1.1.1.2": 1, "9.1.1.1.3": 1, "9.2.1.1.2": 1, "9.2.1.1.3": 1}),
        (["9.4", "9.4.1.0"], {"9.4": 1, "9.4.1": 1}),
    ],
)  # fmt: skip
def test_columns_are_told_from_scalars(walk: list[str], objects: dict[str, int]) -> None:
    found = objects_of(oids(*walk))
    assert {".".join(map(str, oid)): len(rows) for oid, rows in found.items()} == objects


@given(st.sets(st.lists(st.integers(0, 3), min_size=1, max_size=7).map(tuple), max_size=40))
def test_every_instance_belongs_to_one_object(walk: set[Oid]) -> None:
    found = objects_of(sorted(walk))
    instances = [(*oid, *index) for oid, indexes in found.items() for index in indexes]
    assert sorted(instances) == sorted(walk)
