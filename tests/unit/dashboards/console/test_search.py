from __future__ import annotations

import pytest

from dashboards.console.search import SearchIndex, folded
from omc.core.inventory import Area, AreaLevel, Inventory, Site, Span, SpanName
from omc.core.model import AreaCode, SiteCode

INDEX = SearchIndex(
    Inventory(
        areas=[Area(AreaCode("08935"), "Xã Tam Đảo", AreaLevel.COMMUNE)],
        sites=[
            Site(SiteCode("TDA001"), "Tam Đảo 1", 21.45, 105.64, AreaCode("08935")),
            Site(SiteCode("VYE001"), "Vĩnh Yên 1", 21.31, 105.60),
        ],
        spans=[Span(SpanName("SP-TDA001-VYE001"), "TDA001", "VYE001", 12.5)],
    )
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("TDA001", "TDA001"),
        ("tda001", "TDA001"),
        ("Tam Đảo", "TDA001"),
        ("tam dao", "TDA001"),
        ("TAM DAO 1", "TDA001"),
        ("xã tam", "Xã Tam Đảo"),
        ("08935", "Xã Tam Đảo"),
        ("sp-tda", "SP-TDA001-VYE001"),
        ("yên dao", "SP-TDA001-VYE001"),
    ],
)
def test_codes_and_names_are_found_with_and_without_diacritics(text: str, first: str) -> None:
    hits = [hit.name for hit in INDEX.find(text)]
    assert first in hits[:2], hits


@pytest.mark.parametrize("text", ["", "   ", "Hà Nội"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    assert INDEX.find(text) == []


def test_decomposed_input_is_the_same_as_composed() -> None:
    assert folded("Đảo") == folded("Đảo") == "dao"
