"""Finding sites, cables, areas and devices by code or name, with or without diacritics."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from omc.core.inventory import Inventory

#: Kinds in the order in which equally good hits are shown.
KINDS = ("site", "area", "span", "node")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found.

    Attributes:
        kind: One of `KINDS`.
        name: Its code or name: what it is known by.
        text: What it is called.
        href: Its page.
    """

    kind: str
    name: str
    text: str
    href: str

    @property
    def code(self) -> str:
        """What the inventory knows it by: areas are called by their names, and known by a code."""
        return self.text if self.kind == "area" else self.name


class _Entry(NamedTuple):
    words: str
    hit: Hit


def folded(text: str) -> str:
    """Lower case, without diacritics: `Đình Trám` and `dinh tram` are the same."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class SearchIndex:
    """Everything that has a page of its own or lies at a site that has one.

    Args:
        inventory: What there is.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._entries: list[_Entry] = []
        for site in inventory.sites.values():
            self._add("site", site.code, site.name, f"/site/{quote(site.code)}")
        for code, periods in inventory.areas.items():
            area = periods[-1]
            self._add("area", area.name, code, f"/area/{quote(code)}")
        for span in inventory.spans.values():
            ends = [inventory.site_of_end(end) for end in (span.start, span.end)]
            if all(ends):
                text = " – ".join(end.name for end in ends if end is not None)
                self._add("span", span.name, text, f"/fibre?span={quote(span.name)}")
        for node in inventory.nodes.values():
            if node.site is not None and node.address is not None:
                text = f"{node.model or node.kind} {node.address}"
                self._add("node", node.name, text, f"/site/{quote(node.site)}")

    def _add(self, kind: str, name: str, text: str, href: str) -> None:
        self._entries.append(_Entry(folded(f"{name} {text}"), Hit(kind, name, text, href)))

    def find(self, text: str, limit: int = 12) -> list[Hit]:
        """The best hits: every word has to be there, and what begins with the text comes first."""
        wanted = folded(text).split()
        if not wanted:
            return []
        phrase = " ".join(wanted)
        found = [
            (
                not words.startswith(phrase),
                f" {phrase}" not in f" {words}",
                KINDS.index(hit.kind),
                hit.name,
                hit,
            )
            for words, hit in self._entries
            if all(word in words for word in wanted)
        ]
        return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1])[:limit]]
