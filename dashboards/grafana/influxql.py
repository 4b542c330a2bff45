"""A query in InfluxQL: the one kind that Grafana's library has no builder for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery


@dataclass(frozen=True, slots=True)
class InfluxQuery(Dataquery, Builder[Dataquery]):
    """As Grafana's InfluxDB data source stores it.

    Attributes:
        letter: Its name within the panel: A, B, C ...
        text: InfluxQL.
        alias: What its answers are called; `$tag_NAME` is replaced.
    """

    letter: str
    text: str
    alias: str

    def build(self) -> Self:
        """It needs no building."""
        return self

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return {
            "refId": self.letter,
            "rawQuery": True,
            "query": self.text,
            "resultFormat": "time_series",
            "alias": self.alias,
        }
