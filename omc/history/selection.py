"""Which series a question is about, and how they are grouped: labels, sites and areas in SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from omc.history.database import literal

#: Values that a label must have one of.
Where = Mapping[str, str | Collection[str]]

_LABEL = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Selection:
    """Series of one metric, narrowed and grouped by labels.

    Attributes:
        dictionary: A relation with the columns of `layout.SERIES`.
        where: Label name to the values wanted. `area` is a label here too.
        by: Labels to group by, and `area`; or `series` alone for no grouping.
        area_of: Site to area.
    """

    dictionary: str
    where: Where
    by: Sequence[str]
    area_of: Mapping[str, str]

    def __post_init__(self) -> None:
        for label in (*self.where, *self.by):
            if _LABEL.fullmatch(label) is None:
                raise ValueError(f"{label!r} is no name of a label")
        if "series" in self.by and len(self.by) > 1:
            raise ValueError("series are grouped by nothing else")

    def condition(self, metric: str) -> str:
        """A condition on columns site and series of the metric's rows."""
        conditions = [f"site IN ({_texts(sites)})" for sites in self._sites()]
        labels = [
            f"map_extract_value(labels, {literal(name)}) IN ({_texts(_several(values))})"
            for name, values in self.where.items()
            if name not in {"site", "area"}
        ]
        if labels:
            wanted = " AND ".join([f"metric = {literal(metric)}", *labels])
            chosen = f"SELECT series FROM {self.dictionary} WHERE {wanted}"
            conditions.append(f"series IN ({chosen})")
        return " AND ".join(conditions) or "true"

    def _sites(self) -> list[Collection[str]]:
        found: list[Collection[str]] = []
        if "site" in self.where:
            found.append(_several(self.where["site"]))
        if "area" in self.where:
            areas = set(_several(self.where["area"]))
            found.append([site for site, area in self.area_of.items() if area in areas])
        return found

    def grouped(self, rows: str, metric: str, extra: str = "") -> str:
        """Rows with columns site and series, and a column for each thing that is grouped by.

        Args:
            rows: A query.
            metric: Whose rows they are.
            extra: A further column of the dictionary that is wanted.
        """
        labels = [name for name in self.by if name not in {"site", "area", "series"}]
        if labels or extra:
            columns = ["series", *([extra] if extra else [])]
            columns += [f"map_extract_value(labels, {literal(n)}) AS {n}" for n in labels]
            known = f"""
                SELECT DISTINCT ON (series) {", ".join(columns)} FROM {self.dictionary}
                WHERE metric = {literal(metric)}"""
            rows = f"SELECT * FROM ({rows}) JOIN ({known}) USING (series)"
        if "area" in self.by:
            pairs = ", ".join(f"({literal(s)}, {literal(a)})" for s, a in self.area_of.items())
            rows = f"""
                SELECT * FROM ({rows})
                JOIN (SELECT * FROM (VALUES {pairs or "('', '')"}) AS _(site, area)) USING (site)"""
        return rows


def _several(values: str | Collection[str]) -> Collection[str]:
    return [values] if isinstance(values, str) else values


def _texts(values: Collection[str]) -> str:
    return ", ".join(map(literal, values)) or "NULL"
