"""Which counters a vendor's base stations write, by the declarations that the OMC reads them with.

Of the formulas of `config/pm/*.yaml` those are used that take one counter as it is, or add up what
there is of several (counts by cause, of which the first then has all): a base station writes
counters, not differences of them. What a file means is checked elsewhere, against files worked out
by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from omc.core.resources import config_folder
from omc.simulator.network import Technology

VENDORS = ("ericsson", "huawei", "nokia", "samsung")
#: Whose names are used where a vendor has none for a generation.
_STANDARD = "3gpp"
_GENERATIONS = {Technology.UTRAN: "utran", Technology.LTE: "lte", Technology.NR: "nr"}
_PLAIN = re.compile(r"[^${}*]+")

#: A metric and its labels besides the cell: `lte_pdcp_volume_bytes`, `direction=dl`.
Meaning = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter, and how much of it a unit of the metric is.

    Attributes:
        name: As the vendor writes it.
        factor: Counts of it for one of the metric's unit.
        per_period: It is a rate: divide by the seconds of the period too.
    """

    name: str
    factor: float
    per_period: bool

    def value(self, reading: float, seconds: float) -> int:
        """What the counter has counted, of what the metric's reading says: whole."""
        return round(reading * self.factor / (seconds if self.per_period else 1))


@dataclass(frozen=True, slots=True)
class Style:
    """How one vendor names one generation.

    Attributes:
        vendor: vendorName of the file's header.
        cell_class: Class of the measured objects that are cells.
        counters: By what they mean.
    """

    vendor: str
    cell_class: str
    counters: Mapping[Meaning, Counter]


def load_style(vendor: str, technology: Technology, folder: Path | None = None) -> Style:
    """The style of a vendor, or the standard's where it has none."""
    folder = folder or config_folder() / "pm"
    generation = _GENERATIONS[technology]
    path = folder / f"{vendor}-{generation}.yaml"
    if not path.exists():
        path = folder / f"{_STANDARD}-{generation}.yaml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    counters: dict[Meaning, Counter] = {}
    for entry in declared["values"]:
        name = _counter_of(entry)
        if name is not None:
            meaning = (entry["metric"], frozenset(entry.get("labels", {}).items()))
            factor = 1 / entry.get("scale", 1)
            counter = Counter(name, factor, entry.get("times_period", False))
            counters.setdefault(meaning, counter)
    return Style(vendor.capitalize(), declared["cells"][0], counters)


def _counter_of(entry: Mapping[str, Any]) -> str | None:
    """The counter that a formula takes with at most a factor; None if it takes anything else."""
    known = {"metric", "labels", "of", "scale", "times_period", "partial"}
    of = entry["of"]
    if isinstance(of, list) and of and entry.get("partial"):
        of = of[0]
    usable = entry.keys() <= known and isinstance(of, str) and _PLAIN.fullmatch(of) is not None
    return of if usable else None
