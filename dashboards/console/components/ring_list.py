"""Rings of cables, each as a picture that patches itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.console.components.rows import Row, Rows


class RingList(Rows, component="ring_list.js"):
    """Rings, one beside the other.

    Args:
        rows: As `ring_rows` writes them.
        texts: By key: what the list says itself.
    """

    def __init__(self, rows: Sequence[Row], texts: Mapping[str, str]) -> None:
        super().__init__(rows)
        self._props["texts"] = dict(texts)
