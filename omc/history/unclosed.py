"""Roll-ups of all metrics that are not stored yet: of today, and where samples came late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omc.core.catalogue import Catalogue
from omc.history import rollup, samples
from omc.history.buckets import days_to_roll_up
from omc.history.layout import Resolution
from omc.history.manifest import FileEntry

_KEYS = "metric, series"


@dataclass(frozen=True, slots=True)
class Part:
    """Some metrics of one family, on one day.

    Attributes:
        family: How they are rolled up.
        metrics: Their names.
        files: Files with their samples of the day.
        before: The same of the day before.
    """

    family: rollup.Family
    metrics: Sequence[str]
    files: Sequence[FileEntry]
    before: Sequence[FileEntry]

    def sql(self, folder: Path, resolution: Resolution) -> str:
        """A query for their buckets, in the columns of `layout.ROLL_UPS` in any order."""
        inside = samples.sql_of_several(self.files, folder, self.metrics)
        before = samples.sql_of_several(self.before, folder, self.metrics)
        past = samples.last_of_each(before, _KEYS)
        step = resolution.step_ms
        return f"({rollup.sql(self.family, f'({inside})', f'({past})', step, keys=_KEYS)})"


def split(
    files: Sequence[FileEntry], resolution: Resolution, catalogue: Catalogue
) -> tuple[list[str], list[Part]]:
    """Paths of the stored roll-ups that hold, and what has to be made from samples.

    Args:
        files: All that count.
        resolution: Of the roll-ups.
        catalogue: Tells how metrics are rolled up.
    """
    raw = _by_metric(file for file in files if file.resolution is Resolution.RAW)
    stored = _by_metric(file for file in files if file.resolution is resolution)
    paths: list[str] = []
    due: dict[tuple[rollup.Family, int], list[str]] = defaultdict(list)
    for metric in sorted({*raw, *stored}):
        family = rollup.family_of(catalogue, metric)
        days = days_to_roll_up(raw[metric], stored[metric], needs_the_past=family.needs_the_past)
        for day in days:
            due[family, day].append(metric)
        paths += [f.path for f in stored[metric] if f.kind == "month" or f.first_day not in days]
    return paths, [
        Part(family, metrics, _of_day(raw, metrics, day), _of_day(raw, metrics, day - 1))
        for (family, day), metrics in sorted(due.items())
    ]


def _by_metric(files: Iterable[FileEntry]) -> Mapping[str, list[FileEntry]]:
    found: dict[str, list[FileEntry]] = defaultdict(list)
    for file in files:
        for metric in file.metrics:
            found[metric].append(file)
    return found


def _of_day(
    raw: Mapping[str, list[FileEntry]], metrics: Sequence[str], day: int
) -> list[FileEntry]:
    """Files with samples of any of these metrics, each once."""
    files = {file.path: file for name in metrics for file in raw[name] if file.first_day == day}
    return list(files.values())
