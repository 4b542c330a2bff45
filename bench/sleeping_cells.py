"""How surely and how soon sleeping cells are found: precision, recall and delay on four weeks.

    python -m bench.sleeping_cells [--cells 40] [--hours 24] [--seed 1] [--sites 572]

Four weeks of traffic of every 3G, 4G and 5G cell of the synthetic province are archived, each
period with noise of its own; then a day goes by, in which CELLS fall asleep at random moments: up
by their state, a hundredth of their traffic. Everything from the samples on is the product's code:
the archive, the process that reads it every hour, rules, hold times, engine. In the way stand what
a network has besides: as many cells that carry a third for two hours, cells that slept all through
one of the weeks, cells that are locked or switched off at night to save energy, and three hours in
which everybody carries half. Only hours that are looked at are archived. Figures are written to
bench/results/sleeping_cells.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from omc.alarms import AlarmEngine, AlarmMonitor, Change, ChangeKind, Maintenance, RuleSet, Timing
from omc.alarms.judging.past import ArchivePast
from omc.alarms.severity import Severity
from omc.alarms.sorted_batch import SortedBatch
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory
from omc.core.model import Batch, Series, SeriesTable
from omc.core.resources import config_folder
from omc.history.weekly_profile import WEEKS
from omc.history.writer import ArchiveWriter
from omc.simulator.cell_readings import CellActivity, Period, cell_activities
from omc.simulator.network import Technology
from omc.simulator.province import Province
from omc.simulator.rhythm import LOCAL_OFFSET
from omc.simulator.world import World

RESULTS = Path(__file__).parent / "results"
PERIOD = 900.0
HOUR = 3600.0
WEEK = 7 * 24 * HOUR
#: A Tuesday, 04:00 local time.
BEGIN = 1_772_485_200.0 - LOCAL_OFFSET + 4 * HOUR
#: Seconds between the end of a period and its arrival.
DELAY = 180.0
#: Hours (from BEGIN) in which the whole network carries half.
COMMON = range(15, 18)
VOLUMES = {
    Technology.UTRAN: ("utran_volume_bytes", "utran_cell_state"),
    Technology.LTE: ("lte_pdcp_volume_bytes", "lte_cell_state"),
    Technology.NR: ("nr_pdcp_volume_bytes", "nr_cell_state"),
}
UP, LOCKED, ENERGY_SAVING = 1.0, 2.0, 3.0


@dataclass(slots=True)
class Story:
    """What befalls one cell.

    Attributes:
        noise: Standard deviation of the logarithm of its traffic.
        asleep: From when on it sleeps.
        dip: Two hours of a third begin here.
        lost_week: It slept all through this one of the weeks before; 0 for none.
        state: What it says of itself.
        rests: It is switched off from 0 to 5 o'clock.
    """

    noise: float
    asleep: float | None = None
    dip: float | None = None
    lost_week: int = 0
    state: float = UP
    rests: bool = False


class Network:
    """All cells with their stories, and what they carry.

    Args:
        province: Whose cells.
        seed: Of all chance.
        sleepers: How many fall asleep.
        hours: In which they do.
    """

    def __init__(self, province: Province, seed: int, sleepers: int, hours: int) -> None:
        self._chance = Random(seed)
        activities = cell_activities(World(province))
        self.cells = [activity for site in activities for activity in site]
        self._codes = [site.code for site in province.sites]
        self.stories = [Story(self._chance.uniform(0.15, 0.45)) for _ in self.cells]
        chosen = self._chance.sample(range(len(self.cells)), 3 * sleepers + 60)
        last = BEGIN + (hours - 3) * HOUR
        for number, cell in enumerate(chosen):
            story = self.stories[cell]
            if number < sleepers:
                story.asleep = self._chance.uniform(BEGIN, last)
            elif number < 2 * sleepers:
                story.dip = self._chance.uniform(BEGIN, last)
            elif number < 3 * sleepers:
                story.lost_week = self._chance.randint(1, WEEKS)
            elif number < 3 * sleepers + 30:
                story.state = LOCKED
            else:
                story.rests = True

    def labels(self, activity: CellActivity) -> dict[str, str]:
        """Of a cell's series."""
        code = self._codes[activity.cell.site]
        return {"site": code, "node": f"{code}-ENB1", "cell": activity.cell.name}

    def carried(self, index: int, end: float) -> float:
        """Downlink bytes of a cell in the period that ends then."""
        activity, story = self.cells[index], self.stories[index]
        period = Period(end - PERIOD, end)
        volume = activity.cell.busy_megabits * 125_000 * activity.volume(period)
        volume *= self._chance.lognormvariate(0.0, story.noise)
        return volume * self._share(story, end)

    def _share(self, story: Story, end: float) -> float:
        week = int((BEGIN + WEEK - HOUR - end) // WEEK)  # weeks before the day that is judged
        if week > 0:
            return 0.01 if week == story.lost_week else 1.0
        if self.state(story, end) != UP:
            return 0.0
        share = 0.5 if int((end - 1 - BEGIN) // HOUR) in COMMON else 1.0
        if story.dip is not None and story.dip <= end < story.dip + 2 * HOUR:
            share /= 3
        if story.asleep is not None and end > story.asleep:
            awake = max(story.asleep - (end - PERIOD), 0.0) / PERIOD
            share *= awake + (1 - awake) * 0.01
        return share

    @staticmethod
    def state(story: Story, time: float) -> float:
        """What a cell says of itself."""
        night = (time + LOCAL_OFFSET) % (24 * HOUR) < 5 * HOUR
        return ENERGY_SAVING if story.rests and night else story.state


class Judged:
    """The product's own way from samples to alarms, on a clock that is set."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue.load(config_folder() / "metrics")
        shipped = RuleSet.load([config_folder() / "alarms"], self.catalogue)
        rules = [rule for rule in shipped if rule.name.endswith("_cell_sleeping")]
        self.rules = RuleSet(rules, shipped.causes)
        self.clock = ManualClock(round(BEGIN * 1000))
        self.table = SeriesTable()
        self.folder = folder
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in self.rules}
        self.engine = AlarmEngine(self.clock, timings, Maintenance(Inventory()))
        self.past = ArchivePast(folder, self.rules, self.clock)
        self.monitor = AlarmMonitor(self.rules, self.catalogue, self.engine, self.clock, self.past)
        self.changes: list[Change] = []
        self.engine.listen(self.changes.append)

    def series(self, network: Network) -> list[tuple[Series, Series]]:
        """Volume and state of every cell."""
        found = []
        for activity in network.cells:
            volume, state = VOLUMES[activity.cell.technology]
            labels = network.labels(activity)
            found.append(
                (
                    self.table.intern(self.catalogue.metric(volume), {**labels, "direction": "dl"}),
                    self.table.intern(self.catalogue.metric(state), labels),
                )
            )
        return found


def archive_weeks(network: Network, judged: Judged, hours: int) -> None:
    """Write what the weeks before carried at the hours that will be looked at."""
    series = judged.series(network)
    steps = round((hours + 2) * HOUR / PERIOD)
    for week in range(WEEKS, 0, -1):
        first = BEGIN - week * WEEK - HOUR
        clock = ManualClock(round((first + (hours + 2) * HOUR) * 1000))
        writer = ArchiveWriter(judged.folder, clock)
        batch = Batch("pm", PERIOD, period=PERIOD)
        for step in range(1, steps + 1):
            end = first + step * PERIOD
            for index, (volume, _) in enumerate(series):
                batch.add(volume, network.carried(index, end), round(end * 1000))
        writer.write([batch])
        say(f"week {week} before: {len(batch):,} samples archived")


async def live(network: Network, judged: Judged, hours: int) -> None:
    """Let the day go by."""
    series = judged.series(network)
    for step in range(1, round(hours * HOUR / PERIOD) + 1):
        if step % 4 == 1:
            await judged.past.read()
            say(f"hour {step // 4 + 1} of {hours}")
        end = BEGIN + step * PERIOD
        pass_time(judged, until=end + DELAY)
        batch = Batch("pm", PERIOD, period=PERIOD)
        for index, (volume, state) in enumerate(series):
            batch.add(state, network.state(network.stories[index], end), round(end * 1000))
            batch.add(volume, network.carried(index, end), round(end * 1000))
        judged.monitor.observe(SortedBatch(batch))


def pass_time(judged: Judged, until: float) -> None:
    """Tick as the service does, in steps of a minute."""
    while judged.clock.time_ms() / 1000 < until:
        judged.clock.advance(min(60.0, until - judged.clock.time_ms() / 1000))
        judged.monitor.tick()
        judged.engine.tick()


def figures(network: Network, judged: Judged) -> dict[str, object]:
    """What was found, and what was not."""
    stories = {a.cell.name: s for a, s in zip(network.cells, network.stories, strict=True)}
    found: dict[str, float] = {}
    sick: set[str] = set()
    for change in raised(judged.changes):
        name = change.alarm.label("cell")
        if change.alarm.severity >= Severity.MAJOR:
            found.setdefault(name, change.time_ms / 1000)
        else:
            sick.add(name)
    asleep = {name: s.asleep for name, s in stories.items() if s.asleep is not None}
    right = {name: at - asleep[name] for name, at in found.items() if at > asleep.get(name, 1e12)}
    delays = sorted(right.values())
    return {
        "cells": len(stories),
        "asleep": len(asleep),
        "found": len(right),
        "false": len(found) - len(right),
        "precision": round(len(right) / max(len(found), 1), 3),
        "recall": round(len(right) / max(len(asleep), 1), 3),
        "delay_median_min": round(delays[len(delays) // 2] / 60) if delays else None,
        "delay_longest_min": round(delays[-1] / 60) if delays else None,
        "found_within_2_hours": sum(delay <= 2 * HOUR for delay in delays),
        "called_sick_besides": len(sick - asleep.keys()),
        "of_them_with_a_dip": len(sick & {n for n, s in stories.items() if s.dip is not None}),
        "missed": sorted(asleep.keys() - right.keys()),
        "wrong": sorted(found.keys() - right.keys()),
    }


def raised(changes: list[Change]) -> Iterator[Change]:
    """Changes after which an alarm stands worse than before."""
    kinds = (ChangeKind.RAISED, ChangeKind.REOPENED, ChangeKind.SEVERITY)
    return (change for change in changes if change.kind in kinds and change.alarm.is_active)


def say(text: str) -> None:
    """Progress."""
    sys.stderr.write(f"{text}\n")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=40)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--output", type=Path, default=RESULTS / "sleeping_cells.json")
    wish = parser.parse_args()
    network = Network(Province.generate(7, wish.sites), wish.seed, wish.cells, wish.hours)
    with tempfile.TemporaryDirectory(prefix="sleeping-") as folder:
        judged = Judged(Path(folder))
        archive_weeks(network, judged, wish.hours)
        asyncio.run(live(network, judged, wish.hours))
    found = figures(network, judged)
    for name, value in found.items():
        sys.stdout.write(f"{name:24} {value}\n")
    wish.output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
