"""What the archive costs: bytes and CPU a sample, and how long typical questions take.

    python -m bench.archive [--sites 10] [--metrics 200] [--provincial-sites 572] [--days 30]

Two archives in a temporary folder. The first holds one day of SITES synthetic sites, every metric
every minute with the jitter of a real poll: it tells bytes and CPU a sample. The second holds a
month of 5-minute and hourly roll-ups of METRICS metrics for PROVINCIAL-SITES sites: it tells how
long questions take. There, one metric's files are written in full and those of all others are links
to them: they are in the manifest and on the disk, and a question about one metric opens its own
files only. Figures are written to bench/results/archive.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder
from omc.history.database import connect
from omc.history.layout import DAY_MS, ROLL_UPS, ROLLED_UP, Resolution, day_name, partition
from omc.history.maintenance import Maintenance, Retention
from omc.history.manifest import FileEntry, Manifest
from omc.history.parquet_file import row_groups, write_parquet
from omc.history.reader import History
from omc.history.series_identity import series_table
from omc.history.series_number import number
from omc.history.writer import ArchiveWriter
from omc.simulator.history import HistoryPlan, tell_history
from omc.simulator.province import Province
from omc.simulator.world import World

RESULTS = Path(__file__).parent / "results"
CATALOGUE = Catalogue.load(config_folder() / "metrics")
#: 2026-01-01T00:00:00Z.
START_MS = 1_767_225_600_000
METRIC = "env_temperature_celsius"
REPEATS = 5
#: Standard deviation of a poll's moment, milliseconds.
JITTER_MS = 20.0
_GATHERED = 300_000


@dataclass(frozen=True)
class Cost:
    """Of a question, as medians: seconds until the answer, and of CPU time."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Figures:
    """What came out."""

    samples: int
    series: int
    write_cpu_us_a_sample: float
    write_samples_a_second: int
    maintenance_cpu_us_a_sample: float
    raw_bytes_a_sample: float
    dictionary_bytes_a_series: float
    roll_up_5m_bytes_a_row: float
    roll_up_1h_bytes_a_row: float
    month_rows: int
    month_files: int
    questions: dict[str, Cost]
    first_question_s: float
    load_average: float
    machine: str


class Polls:
    """Takes a past as if it had been polled: a batch a series and day, moments not quite even."""

    def __init__(self, writer: ArchiveWriter) -> None:
        self.samples = 0
        self.cpu = 0.0
        self.wall = 0.0
        self._writer = writer
        self._table = SeriesTable()
        self._randomness = Random(1)
        self._waiting: list[Batch] = []
        self._gathered = 0

    def add(
        self, metric: str, labels: Mapping[str, str], times: list[float], values: list[float]
    ) -> None:
        entry = CATALOGUE.metric(metric)
        series = self._table.intern(entry, labels)
        shake = 0.0 if entry.period_sum else JITTER_MS
        stamps = [round(t * 1000 + self._randomness.gauss(0, shake)) for t in times]
        period = 60.0 if entry.period_sum else None
        column = [series] * len(times)
        batch = Batch("bench", 60.0, column, array("d", values), array("q", stamps), period)
        self._waiting.append(batch)
        self._gathered += len(batch)
        if self._gathered >= _GATHERED:
            self.flush()

    def flush(self) -> None:
        """Write, and count what it cost."""
        cpu, wall = time.process_time(), time.monotonic()
        self._writer.write(self._waiting)
        self.cpu += time.process_time() - cpu
        self.wall += time.monotonic() - wall
        self.samples += self._gathered
        self._waiting, self._gathered = [], 0

    @property
    def series(self) -> int:
        """How many there are."""
        return len(self._table)


def one_day(folder: Path, sites: int) -> tuple[Polls, float]:
    """Write a day and close it; returns what was written, and CPU seconds of maintenance."""
    world = World(Province.generate(7, sites))
    start = START_MS / 1000
    clock = ManualClock(START_MS + DAY_MS)
    polls = Polls(ArchiveWriter(folder, clock))
    say(f"polling {sites} sites for a day")
    tell_history(world, HistoryPlan(start + 60, start + 86_340, 60.0, ("*",)), polls)
    polls.flush()
    say("closing the day")
    cpu = time.process_time()
    Maintenance(folder, CATALOGUE, clock, Retention()).run(everything=True)
    return polls, time.process_time() - cpu


def rows_and_bytes(folder: Path, kind: str, resolution: Resolution) -> tuple[int, int]:
    """Of all files that count."""
    files = Manifest(folder).files([kind], resolution)
    return sum(file.written.rows for file in files), sum(file.written.bytes for file in files)


def one_month(folder: Path, metrics: int, sites: int, days: int) -> Iterator[FileEntry]:
    """Write a month of roll-ups; yields all its files, and lets them count at the end."""
    table = SeriesTable()
    codes = [f"VPC{index:04d}" for index in range(sites)]
    series = [table.intern(CATALOGUE.metric(METRIC), {"site": code}) for code in codes]
    manifest = Manifest(folder)
    dictionary = write_parquet(folder / "series" / "1.parquet", [series_table(series)], 3)
    known = FileEntry("series/1.parquet", "series", Resolution.RAW, (), 0, 0, dictionary, 0)
    entries = [known]
    pairs = ", ".join(
        f"({number(one.key)}, '{code}')" for one, code in zip(series, codes, strict=True)
    )
    others = [f"other_{index:03d}" for index in range(metrics - 1)]
    with connect(folder, "1GB", 2) as connection:
        made = f"SELECT * FROM (VALUES {pairs}) AS _(series, site)"  # noqa: S608 - our own
        connection.execute(f"CREATE TABLE s AS {made}")
        for day in range(START_MS // DAY_MS, START_MS // DAY_MS + days):
            say(f"writing {day_name(day)} of the month")
            for resolution in ROLLED_UP:
                query = month_sql(day, resolution)
                batches = connection.sql(query).to_arrow_reader(1 << 20)
                path = partition(resolution, METRIC, day_name(day), 1)
                groups = row_groups(batch.cast(ROLL_UPS) for batch in batches)
                written = write_parquet(folder / path, groups, 3)
                own = FileEntry(path, "day", resolution, (METRIC,), day, day, written, 1)
                entries += [own, *links(folder, own, others)]
    manifest.replace(entries, (), START_MS)
    yield from entries


def month_sql(day: int, resolution: Resolution) -> str:
    """Roll-ups of one metric and day: a daily rhythm with noise, of samples every minute."""
    step, count = resolution.step_ms, resolution.step_ms // 60_000
    steps = DAY_MS // step
    wave = f"25 + 6 * sin(2 * pi() * (moment / {DAY_MS}.0)) + hash(site) % 50 / 10.0"
    return f"""
        SELECT '{METRIC}' AS metric, site, series, make_timestamptz(moment * 1000) AS time,
            {count}::INTEGER AS count, round(mean - 0.4 * random(), 1) AS min,
            round(mean + 0.4 * random(), 1) AS max, round(mean * {count}, 1) AS sum,
            round(mean + 0.4 * random() - 0.2, 1) AS last, NULL::DOUBLE AS seconds,
            NULL::MAP(INTEGER, DOUBLE) AS states
        FROM (
            SELECT *, {wave} + random() AS mean
            FROM s, (SELECT {day * DAY_MS} + i * {step} AS moment FROM range({steps}) AS _(i))
        ) ORDER BY site, series, time"""  # noqa: S608 - our own


def links(folder: Path, own: FileEntry, others: list[str]) -> Iterator[FileEntry]:
    """The same file under the names of other metrics."""
    for other in others:
        path = partition(own.resolution, other, day_name(own.first_day), 1)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).hardlink_to(folder / own.path)
        yield replace(own, path=path, metrics=(other,))


def ask(folder: Path, days: int) -> tuple[dict[str, Cost], float]:
    """The cost of each question, and the seconds of the first one of all."""
    began = time.monotonic()
    history = History(folder, CATALOGUE)
    end, step = START_MS + days * DAY_MS, 300_000
    month = (METRIC, START_MS, end)
    site = {"site": "VPC0300"}
    day = (METRIC, START_MS + DAY_MS, START_MS + 2 * DAY_MS)
    questions: dict[str, Callable[[], object]] = {
        "a metric's month, 5 min, every site": lambda: history.values(*month, step, sort=False),
        "a metric's month, 5 min, every site, sorted": lambda: history.values(*month, step),
        "a metric's month, 5 min, mean of all sites": lambda: history.values(*month, step, by=[]),
        "a metric's month, hourly, every site": lambda: history.values(*month, 3_600_000),
        "a metric's month, one value a site": lambda: history.values(*month, by=["site"]),
        "a metric's month, 5 min, one site": lambda: history.values(*month, step, where=site),
        "a metric's day, 5 min, one site": lambda: history.values(*day, step, where=site),
    }
    next(iter(questions.values()))()
    first = time.monotonic() - began
    return {name: cost_of(question) for name, question in questions.items()}, round(first, 3)


def cost_of(question: Callable[[], object]) -> Cost:
    """What a question costs, asked again and again."""
    times, cpu_times = [], []
    for _ in range(REPEATS):
        began, cpu = time.monotonic(), time.process_time()
        question()
        times.append(time.monotonic() - began)
        cpu_times.append(time.process_time() - cpu)
    return Cost(round(statistics.median(times), 3), round(statistics.median(cpu_times), 3))


def measure(sites: int, metrics: int, provincial: int, days: int) -> Figures:
    """Do everything, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="archive-") as name:
        first, second = Path(name) / "day", Path(name) / "month"
        polls, maintenance = one_day(first, sites)
        raw_rows, raw_bytes = rows_and_bytes(first, "day", Resolution.RAW)
        fine_rows, fine_bytes = rows_and_bytes(first, "day", Resolution.FIVE_MINUTES)
        hour_rows, hour_bytes = rows_and_bytes(first, "day", Resolution.HOUR)
        entries = list(one_month(second, metrics, provincial, days))
        say("asking")
        questions, first_question = ask(second, days)
        return Figures(
            samples=polls.samples,
            series=polls.series,
            write_cpu_us_a_sample=round(polls.cpu / polls.samples * 1e6, 2),
            write_samples_a_second=round(polls.samples / polls.wall),
            maintenance_cpu_us_a_sample=round(maintenance / polls.samples * 1e6, 2),
            raw_bytes_a_sample=round(raw_bytes / raw_rows, 2),
            dictionary_bytes_a_series=round(Manifest(first).sizes()["series"] / polls.series, 1),
            roll_up_5m_bytes_a_row=round(fine_bytes / fine_rows, 2),
            roll_up_1h_bytes_a_row=round(hour_bytes / hour_rows, 2),
            month_rows=sum(e.written.rows for e in entries),
            month_files=len(entries),
            questions=questions,
            first_question_s=first_question,
            load_average=round(os.getloadavg()[0], 2),
            machine=f"{platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}",
        )


def say(text: str) -> None:
    """Tell how it goes."""
    sys.stderr.write(f"{text}\n")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--metrics", type=int, default=200)
    parser.add_argument("--provincial-sites", type=int, default=572)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--output", type=Path, default=RESULTS / "archive.json")
    wish = parser.parse_args()
    figures = measure(wish.sites, wish.metrics, wish.provincial_sites, wish.days)
    for name, value in asdict(figures).items():
        if name != "questions":
            sys.stdout.write(f"{name:44} {value}\n")
    for question, cost in figures.questions.items():
        sys.stdout.write(f"{question:44} {cost.seconds} s, {cost.cpu_seconds} s of CPU\n")
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
