"""What somebody wants to see of a metric, as the address of the page says it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboards.console.charts import RANGES
from dashboards.console.past import Lines, Question
from dashboards.console.world import ConsoleWorld
from omc.core.metric import Metric

#: A cell that begins so is a formula to a spreadsheet, and may fetch or send something.
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Exploration:
    """One question.

    Attributes:
        name: Of the metric, as it was written.
        metric: The catalogue's entry; None if there is none of that name.
        where: Labels to narrow it to.
        by: Labels that tell lines apart.
        time: One of `RANGES`.
    """

    name: str
    metric: Metric | None
    where: Mapping[str, str]
    by: tuple[str, ...]
    time: str

    @classmethod
    def of(cls, query: Mapping[str, str], world: ConsoleWorld) -> Exploration:
        """What a query says; what cannot be understood is left out."""
        name = query.get("metric", "").strip()
        metric = world.catalogue.metric(name) if name in world.catalogue else None
        labels = metric.all_labels if metric is not None else ()
        where = {label: value for label in labels if (value := query.get(label, "").strip())}
        chosen = query.get("by", "")
        by: tuple[str, ...] = (chosen,) if chosen in labels else ()
        if not by and labels:
            by = tuple(label for label in labels if label not in where)[:1]
        time = query.get("range", "24h")
        return cls(name, metric, where, by, time if time in RANGES else "24h")

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that it can be narrowed by."""
        return self.metric.all_labels if self.metric is not None else ()

    @property
    def query(self) -> dict[str, str]:
        """The query that says the same."""
        by = {"by": self.by[0]} if self.by else {}
        return {"metric": self.name, **self.where, **by, "range": self.time}

    def span(self, now_ms: int) -> tuple[tuple[int, int], int]:
        """From when to when, and the length of a step."""
        length, step = RANGES[self.time]
        end = now_ms // step * step + step
        return (end - length, end), step

    def question(self, now_ms: int) -> Question:
        """For the archive."""
        span, step = self.span(now_ms)
        return Question(self.name, *span, step, self.by, self.where)


def csv_text(wanted: Exploration, lines: Lines, zone: ZoneInfo) -> str:
    """Lines for a spreadsheet: time in the network's zone, what tells the lines apart, value."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["time", *wanted.by, wanted.name])
    for labels, points in sorted(lines.items()):
        for time_ms, value in points:
            moment = datetime.fromtimestamp(time_ms / 1000, zone).isoformat(timespec="seconds")
            writer.writerow([moment, *map(_as_text, labels), repr(value)])
    return text.getvalue()


def _as_text(label: str) -> str:
    """A label as spreadsheets show it: a device may call its ports what they take for a formula."""
    return f"'{label}" if label.startswith(_FORMULA) else label
