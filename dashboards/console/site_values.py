"""The newest values of one site, put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboards.console.texts import Texts
from dashboards.console.world import ConsoleWorld
from omc.core.metric import MetricKind
from omc.core.model import Latest, label_text

#: How the catalogue's judgement of a state is coloured.
_TONES = {"critical": "critical", "warning": "minor", "ok": "", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Reading:
    """One value for people.

    Attributes:
        name: What it is; the metric's label of its kind behind it (`L1`, `Battery 1`).
        text: The value with its unit, or the state in words.
        tone: Severity that colours it; "" for none.
        value: The bare value.
        time_ms: When it was read.
        labels: Of its series.
    """

    name: str
    text: str
    tone: str
    value: float
    time_ms: int
    labels: dict[str, str]


class SiteValues:
    """Reads the newest values of one site.

    Args:
        world: Where they are.
        code: Of the site.
        texts: For words and numbers.
    """

    def __init__(self, world: ConsoleWorld, code: str, texts: Texts) -> None:
        self._world = world
        # Looking for the rendered label spares taking labels apart for every other site.
        self._mark = label_text({"site": code})[1:-1]
        self._texts = texts

    def latest(self, metric: str) -> Iterator[Latest]:
        """The newest values of one metric."""
        for latest in self._world.values.latest(metric):
            if self._mark in latest.series.label_text:
                yield latest

    def readings(self, metric: str, name: str) -> list[Reading]:
        """The same in words; `name` is what people call the metric here."""
        entry = self._world.catalogue.metric(metric)
        found: dict[str, Reading] = {}
        for latest in sorted(self.latest(metric), key=lambda latest: latest.time_ms):
            labels = latest.series.labels
            part = " ".join(v for k, v in labels.items() if k not in ("site", "node", "cell"))
            tone = ""
            if entry.kind is MetricKind.STATE and (state := entry.states.get(int(latest.value))):
                tone = _TONES[state.severity]
            text = self._texts.quantity(entry, latest.value)
            whole = f"{name} {part}".strip()
            # Two devices may tell the same thing: the one that told it last is shown.
            found[whole] = Reading(whole, text, tone, latest.value, latest.time_ms, labels)
        return [found[name] for name in sorted(found)]

    def of_all(self, metrics: Iterable[tuple[str, str]]) -> list[Reading]:
        """Readings of several metrics, in that order."""
        return [r for metric, name in metrics for r in self.readings(metric, name)]

    def one(self, metric: str) -> float | None:
        """The newest value where one is enough: the worst source counts for nothing here."""
        latest = max(self.latest(metric), key=lambda found: found.time_ms, default=None)
        return latest.value if latest is not None else None

    def by_label(self, metric: str, label: str) -> dict[str, float]:
        """Values by one of their labels; of several with the same, the newest."""
        found = sorted(self.latest(metric), key=lambda latest: latest.time_ms)
        return {latest.series.labels.get(label, ""): latest.value for latest in found}
