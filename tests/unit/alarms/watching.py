"""An alarm monitor on the shipped catalogue, fed by hand, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from omc.alarms import AlarmEngine, AlarmMonitor, Change, Maintenance, RuleSet, Timing
from omc.alarms.judging.judges import Past
from omc.alarms.sorted_batch import SortedBatch
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory
from omc.core.model import Batch, Series, SeriesTable
from omc.core.resources import config_folder

PLACE = {"site": "VYE001", "node": "VYE001-RTR1"}

HEAD = """
topic: {en: Tests, vi: Kiểm thử}
rules:
"""
RULE = """
  - name: %s
    title: {en: A title, vi: Tiêu đề}
    meaning: {en: A meaning, vi: Ý nghĩa}
    action: {en: An action, vi: Hành động}
    event_type: equipment
    cause: power_problem
"""


@cache
def catalogue() -> Catalogue:
    """The shipped metrics."""
    return Catalogue.load(config_folder() / "metrics")


@cache
def shipped_rules() -> RuleSet:
    """The shipped rules."""
    return RuleSet.load([config_folder() / "alarms"], catalogue())


def rules_of(folder: Path, text: str, name: str = "example") -> RuleSet:
    """One rule whose condition is `text`, besides the shipped causes."""
    rule = RULE % name + "\n".join(f"    {line}" for line in text.strip().splitlines())
    (folder / "tests.yaml").write_text(HEAD + rule + "\n", encoding="utf-8")
    causes = (config_folder() / "alarms" / "causes.yaml").read_text(encoding="utf-8")
    (folder / "causes.yaml").write_text(causes, encoding="utf-8")
    return RuleSet.load([folder], catalogue())


class Watched:
    """A monitor and its engine; what happened stands in `changes`."""

    def __init__(self, rules: RuleSet, past: Past | None = None) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        self.maintenance = Maintenance(Inventory())
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in rules}
        self.engine = AlarmEngine(self.clock, timings, self.maintenance)
        self.monitor = AlarmMonitor(rules, catalogue(), self.engine, self.clock, past)
        self.table.on_forget(self.monitor.forget)
        self.changes: list[Change] = []
        self.engine.listen(self.changes.append)

    def series(self, metric: str, **labels: str) -> Series:
        """A series of the place."""
        return self.table.intern(catalogue().metric(metric), PLACE | labels)

    def say(self, values: Mapping[Series, float], interval: float = 60.0) -> None:
        """A batch of now."""
        batch = Batch("test", interval)
        for series, value in values.items():
            batch.add(series, value, self.clock.time_ms())
        self.judge(batch)

    def judge(self, batch: Batch) -> None:
        """Have a batch judged."""
        self.monitor.observe(SortedBatch(batch))

    def wait(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass, with a tick every step."""
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            self.monitor.tick()
            self.engine.tick()

    @property
    def severities(self) -> dict[str, str]:
        """Severity of every active alarm by its key."""
        return {alarm.key: alarm.severity.word for alarm in self.engine.active()}

    @property
    def story(self) -> list[str]:
        """What happened, in order, as words."""
        return [f"{change.kind}:{change.alarm.severity.word}" for change in self.changes]
