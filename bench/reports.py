"""What reports of a month of a province cost: seconds, CPU and memory, all formats.

    python -m bench.reports [--sites 572] [--days 31] [--keep FOLDER]

Writes an installation: the synthetic province's inventory, an archive of polls (every 15 minutes),
counters of cells (hourly periods) and mains with seeded outages, and a history of alarms with their
root causes and maintenance windows. Then runs `omc report` on it as a user would, each in a process
of its own. Figures are written to bench/results/reports.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from omc.alarms.desk import STORE_FILE
from omc.alarms.life.alarm import Alarm, Change, ChangeKind, Finding
from omc.alarms.life.maintenance import MaintenanceWindow
from omc.alarms.life.store import AlarmStore
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Inventory, Technology
from omc.core.model import Batch, SeriesTable, SiteCode
from omc.core.resources import config_folder
from omc.history.maintenance import Maintenance, Retention
from omc.history.writer import ArchiveWriter

RESULTS = Path(__file__).parent / "results"
#: 2026-10-01 in Vietnam.
START = datetime(2026, 9, 30, 17, tzinfo=UTC).timestamp()
POLL, PERIOD = 900, 3600
FORMATS = "xlsx,pdf,html,csv,geojson,gpkg,kml"
PREFIX = {Technology.G3: "utran", Technology.G4: "lte", Technology.G5: "nr"}
REPORTS = {
    "coverage": ("coverage",),
    "availability": ("availability",),
    "5g-readiness": ("5g-readiness", "--sites", "20"),
}


@dataclass(frozen=True)
class Loss:
    """One outage of a site, seconds since the start."""

    start: float
    end: float
    rule: str


@dataclass
class Cost:
    """One report."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    bytes: int


class Month:
    """Tells everything of one month."""

    def __init__(self, folder: Path, days: int, seed: int) -> None:
        self.inventory = Inventory.load(folder / "inventory")
        self._catalogue = Catalogue.load(config_folder() / "metrics")
        self._clock = ManualClock(round((START + days * 86_400 + 7200) * 1000))
        self._folder = folder / "data" / "archive"
        self._writer = ArchiveWriter(self._folder, self._clock)
        self._table = SeriesTable()
        self._seconds = days * 86_400
        self._dice = Random(seed)
        self._waiting: list[Batch] = []
        self._count = 0
        self.samples = 0
        self.losses = {site: list(self._losses()) for site in self.inventory.sites}

    def _losses(self) -> Iterator[Loss]:
        for _ in range(self._dice.choices((0, 1, 2, 5), (50, 30, 15, 5))[0]):
            start = self._dice.uniform(0, self._seconds)
            rule = self._dice.choice(("site_dark", "site_dark", "fibre_cut", "site_lost", ""))
            yield Loss(start, start + self._dice.expovariate(1 / 7200) + 600, rule)

    def write(self) -> None:
        """All samples, and the archive's files in their final form."""
        polls = [step * POLL + 7.0 for step in range(-2, self._seconds // POLL + 2)]
        for node in self.inventory.nodes.values():
            if node.address and node.site:
                down = self._down(node.site, polls)
                labels = {"site": node.site, "node": node.name}
                self._add("omc_poll_success", labels, polls, [1.0 - d for d in down], POLL)
        for site in self.inventory.sites:
            mains = [1.0 - d for d in self._down(site, polls, before=5400.0)]
            heard = [not d for d in self._down(site, polls)]
            times = [t for t, up in zip(polls, heard, strict=True) if up]
            values = [v for v, up in zip(mains, heard, strict=True) if up]
            self._add("ac_input_available", {"site": site, "node": site}, times, values, POLL)
        for cell in self.inventory.cells.values():
            self._cell(PREFIX[cell.technology], cell.name, cell.site)
        self._flush()
        Maintenance(self._folder, self._catalogue, self._clock, Retention()).run(everything=True)

    def _down(self, site: str, times: list[float], before: float = 0.0) -> list[float]:
        losses = self.losses[SiteCode(site)]
        if before:
            losses = [loss for loss in losses if loss.rule == "site_dark"]
        return [
            1.0 if any(one.start - before <= t < one.end for one in losses) else 0.0 for t in times
        ]

    def _cell(self, prefix: str, cell: str, site: str) -> None:
        lost: dict[int, float] = defaultdict(float)
        for one in self.losses[SiteCode(site)]:
            for hour in range(int(one.start // PERIOD), int(one.end // PERIOD) + 1):
                edges = (hour * PERIOD, (hour + 1) * PERIOD)
                lost[hour] += max(min(one.end, edges[1]) - max(one.start, edges[0]), 0.0)
        hours = [h for h in range(self._seconds // PERIOD) if lost.get(h, 0.0) < PERIOD]
        ends = [(hour + 1) * float(PERIOD) for hour in hours]
        labels = {"site": site, "cell": cell}
        values = [lost.get(hour, 0.0) for hour in hours]
        name = f"{prefix}_cell_unavailable_seconds"
        self._add(name, {**labels, "cause": "fault"}, ends, values, PERIOD, PERIOD)
        observed = [float(PERIOD)] * len(ends)
        self._add(f"{prefix}_cell_observed_seconds", labels, ends, observed, PERIOD, PERIOD)
        if prefix == "lte":
            busy = self._dice.uniform(0.1, 0.9)
            used = [busy * (1.0 if h % 24 in range(12, 16) else 0.4) for h in hours]
            for direction in ("dl", "ul"):
                both = {**labels, "direction": direction}
                self._add("lte_prb_utilisation_ratio", both, ends, used, PERIOD, PERIOD)
                blocks = [100.0] * len(ends)
                self._add("lte_prb_available", both, ends, blocks, PERIOD, PERIOD)

    def _add(
        self,
        metric: str,
        labels: dict[str, str],
        times: list[float],
        values: list[float],
        interval: float,
        period: float | None = None,
    ) -> None:
        series = self._table.intern(self._catalogue.metric(metric), labels)
        stamps = array("q", [round((START + t) * 1000) for t in times])
        batch = Batch("bench", interval, [series] * len(times), array("d", values), stamps, period)
        self._waiting.append(batch)
        self._count += len(times)
        if self._count > 1_000_000:
            self._flush()

    def _flush(self) -> None:
        self._writer.write(self._waiting)
        self.samples += self._count
        self._waiting, self._count = [], 0

    def alarms(self, path: Path) -> None:
        """The history of root causes, and two maintenance windows."""
        store = AlarmStore(path)
        spans = list(self.inventory.spans)
        changes = []
        for site, losses in self.losses.items():
            for one in losses:
                if one.rule:
                    label = (
                        ("span", self._dice.choice(spans))
                        if one.rule == "fibre_cut"
                        else ("site", site)
                    )
                    changes += _life(one, (label,), site)
        for change in sorted(changes, key=lambda change: change.time_ms):
            store.record(change)
        asyncio.run(store.flush())
        areas = sorted({site.area for site in self.inventory.sites.values() if site.area})
        for number, area in enumerate(areas[:2]):
            begins = round((START + (10 + number) * 86_400) * 1000)
            ends = begins + 6 * 3_600_000
            store.put_window(MaintenanceWindow(f"w{number}", begins, ends, "bench", areas=(area,)))


def _life(loss: Loss, labels: tuple[tuple[str, str], ...], site: str) -> list[Change]:
    raised, cleared = (round((START + t) * 1000) for t in (loss.start + 60, loss.end))
    finding = Finding("dark", 0.9, (site,))
    alarm = Alarm(
        loss.rule, labels, Severity.CRITICAL, Severity.CRITICAL, raised, raised, finding=finding
    )
    over = Alarm(
        *(loss.rule, labels, Severity.CLEARED, Severity.CRITICAL, raised, cleared, cleared),
        finding=finding,
    )
    return [
        Change(alarm, ChangeKind.RAISED, raised),
        Change(over, ChangeKind.CLEARED, cleared, previous=Severity.CRITICAL),
    ]


def run(folder: Path, arguments: tuple[str, ...], days: int) -> Cost:
    """One report in all formats, in a process of its own."""
    output = folder / "out" / arguments[0]
    command = [sys.executable, "-m", "omc", "report", *arguments, "-c", str(folder / "omc.yaml")]
    command += ["--from", "2026-10-01", "--to", f"2026-10-{days:02}", "--format", FORMATS]
    before = time.monotonic()
    process = subprocess.Popen([*command, "-o", str(output)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - before
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    size = sum(path.stat().st_size for path in output.iterdir())
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(round(seconds, 2), round(cpu, 2), round(usage.ru_maxrss / 1024), size)


def measure(folder: Path, sites: int, days: int, seed: int) -> dict[str, object]:
    """Make the installation if it is not there, then every report there is."""
    from omc.cli.report import REPORTS as KNOWN

    if not (folder / "data" / STORE_FILE).exists():
        province = ("simulate", "province", "--sites", str(sites), "-o", str(folder))
        subprocess.run([sys.executable, "-m", "omc", *province], check=True, capture_output=True)
        month = Month(folder, days, seed)
        month.write()
        month.alarms(folder / "data" / STORE_FILE)
        sys.stderr.write(f"{month.samples:,} samples\n")
    costs = {name: run(folder, REPORTS[name], days) for name in KNOWN if name in REPORTS}
    return {
        "sites": sites,
        "days": days,
        "formats": FORMATS,
        "load_average": round(os.getloadavg()[0], 1),
        "reports": {name: asdict(cost) for name, cost in costs.items()},
    }


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="Folder to make it in, and leave it there.")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="omc-bench-") as temporary:
        folder = wish.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(folder, wish.sites, wish.days, wish.seed)
    text = json.dumps(figures, indent=2)
    (RESULTS / "reports.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
