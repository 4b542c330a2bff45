"""What people write in config/pm/*.yaml: which counters a vendor writes, and what they mean.

A file is one style: a generation of radio and the names of one vendor, or of the standard. All
styles of a cell's generation are tried, in the order of their names; the first formula of a metric
that finds its counters gives the value. docs/pm.md explains the keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field

from collector.pm.formula import Formula
from omc.core.catalogue import Catalogue
from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory import Technology
from omc.core.metric import CatalogueModel, Text
from omc.core.yaml_source import load_yaml, validate

#: Beginning of the names of a generation's metrics.
PREFIXES: Mapping[Technology, str] = {
    Technology.G3: "utran_",
    Technology.G4: "lte_",
    Technology.G5: "nr_",
}


class Style(CatalogueModel):
    """One file of config/pm.

    Attributes:
        about: Whose names these are, and how well they are known.
        technology: Of the cells that it is for.
        vendors: Patterns of `vendorName` in the file's header, any case; empty for every vendor.
        cells: Classes of the objects that are cells (EUtranCellFDD, LNCEL, Cell Name).
        values: Formulas, in the order in which they are tried.
    """

    about: Text
    technology: Technology
    vendors: tuple[str, ...] = ()
    cells: Annotated[tuple[str, ...], Field(min_length=1)]
    values: tuple[Formula, ...]

    def is_for(self, vendor: str) -> bool:
        """Whether files of this vendor may be written in it."""
        wanted = vendor.lower()
        return not self.vendors or any(fnmatchcase(wanted, one.lower()) for one in self.vendors)


class StyleSet:
    """Styles by name."""

    def __init__(self, styles: Mapping[str, Style]) -> None:
        self._styles = dict(sorted(styles.items()))

    @classmethod
    def load(cls, folders: Iterable[Path], catalogue: Catalogue) -> StyleSet:
        """Read every `*.yaml` of the folders; a later folder replaces styles by name.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        styles: dict[str, Style] = {}
        problems: list[Problem] = []
        for folder in folders:
            for path in sorted(folder.glob("*.yaml")):
                try:
                    file = load_yaml(path)
                    style = validate(file, Style, catalogue)
                except ConfigurationError as error:
                    problems.extend(error.problems)
                    continue
                for place, fault in _misplaced(style):
                    problems.append(file.problem(("values", place, "metric"), fault))
                styles[path.stem] = style
        if problems:
            raise ConfigurationError(problems)
        return cls(styles)

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return list(self._styles)

    def __len__(self) -> int:
        return len(self._styles)

    def __getitem__(self, name: str) -> Style:
        return self._styles[name]

    def __iter__(self) -> Iterator[tuple[str, Style]]:
        return iter(self._styles.items())

    def chosen(self, technology: Technology, vendor: str) -> list[Style]:
        """The styles that a cell's counters may be written in, in the order they are tried."""
        return [
            style
            for style in self._styles.values()
            if style.technology is technology and style.is_for(vendor)
        ]


def _misplaced(style: Style) -> Iterator[tuple[int, str]]:
    prefix = PREFIXES[style.technology]
    for place, formula in enumerate(style.values):
        if not formula.metric.startswith(prefix):
            yield place, f"{formula.metric} is no metric of {style.technology} cells ({prefix}...)"
