"""What polling costs: CPU microseconds a sample from request to /metrics, and how late polls are.

    python -m bench.poll_cost [--devices 2000] [--interval 60] [--seconds 180] [--scrape 15]
                              [--warm-up 90] [--agents IP:PORT]

Polls DEVICES agents of 24 interfaces each (432 samples and their info series) every INTERVAL
seconds, renders /metrics every SCRAPE seconds, and prints one table. Without --agents it starts
`bench.load_agent` in a process of its own; with it, any agents that answer on every address of
127.0.0.0/8 at that port are used. Figures are written to bench/results/poll_cost.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from collector.profiles.profile_set import ProfileSet
from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Community, Target
from collector.snmp.device import PlanBook
from collector.snmp.poller import PolledNode, PollReport, SnmpPoller
from exporters.exposition import TEXT
from exporters.prometheus import PrometheusView
from omc.bus.local import LocalBus
from omc.core import garbage
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.model import SeriesTable
from omc.core.resources import config_folder

RESULTS = Path(__file__).parent / "results"
SCRAPE_SECONDS = 15.0


@dataclass
class Tally:
    """What the polls of the measured time came to."""

    polls: int = 0
    failed: int = 0
    partial: int = 0
    samples: int = 0
    lateness: list[float] = field(default_factory=list)


class Watch:
    """Observes polls; give it a new tally to count anew."""

    def __init__(self) -> None:
        self.tally = Tally()

    def polled(self, report: PollReport) -> None:
        """Count one poll."""
        tally = self.tally
        tally.polls += 1
        tally.failed += bool(report.failure)
        tally.partial += report.partial
        tally.samples += report.samples
        tally.lateness.append(report.lateness)


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    devices: int
    interval_s: float
    measured_s: float
    polls: int
    failed: int
    partial: int
    late: int
    skipped: int
    lateness_p99_s: float
    worst_lateness_s: float
    samples: int
    samples_per_s: float
    cpu_us_per_sample: float
    cpu_share_of_one_core: float
    series: int
    rss_mib: float
    bytes_per_series: int
    scrape_s: float
    machine: str


def address_of(index: int) -> str:
    """The loopback address of an agent: 127.0.0.1 is left to others."""
    number = index + 256
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def nodes(devices: int, port: int, interval: float, first: int = 0) -> list[PolledNode]:
    """The fleet; `first` is how many agents are left to others."""
    return [
        PolledNode(
            f"router-{index:05d}",
            f"VPC{index // 4:04d}",
            Target(address_of(index), port, Community(), timeout=2.0, retries=2),
            "if-mib",
            interval,
        )
        for index in range(first, first + devices)
    ]


@contextmanager
def agents(given: str | None) -> Iterator[int]:
    """The port at which agents answer."""
    if given:
        yield int(given.rpartition(":")[2])
        return
    port = 16_100
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load_agent", str(port)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise SystemExit("the load agent did not start")
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


async def measure(
    devices: int,
    interval: float,
    seconds: float,
    port: int,
    scrape: float,
    warm_up: float,
    first: int = 0,
) -> Figures:
    """Poll, throw the first interval away, and measure the rest."""
    clock = SystemClock()
    catalogue = Catalogue.load(config_folder() / "metrics")
    book = PlanBook(ProfileSet.load([config_folder() / "profiles"], catalogue), catalogue)
    table, bus, watch = SeriesTable(), LocalBus(), Watch()
    view = PrometheusView(clock, CollectorRegistry())
    table.on_forget(view.forget)
    bus.listen(view.observe)
    memory_at_first = resident_bytes()
    async with SnmpClient(clock) as client:
        poller = SnmpPoller(
            client, book, catalogue, table, bus, clock, watch, deadline=45.0, concurrency=500
        )
        poller.add(nodes(devices, port, interval, first))
        polling = asyncio.create_task(poller.run(), name="polling")
        await progress(warm_up, "warming up")
        garbage.settle()  # as the service does after its first round of polls
        watch.tally = tally = Tally()
        before = poller.agenda.counts.late, poller.agenda.counts.skipped
        began, cpu = time.monotonic(), time.process_time()
        scrapes = await scraped(view, seconds, scrape)
        cpu = time.process_time() - cpu
        measured = time.monotonic() - began
        late = poller.agenda.counts.late - before[0]
        skipped = poller.agenda.counts.skipped - before[1]
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    samples = max(1, tally.samples)
    lateness = sorted(tally.lateness) or [0.0]
    memory = resident_bytes()
    return Figures(
        devices=devices,
        interval_s=interval,
        measured_s=round(measured, 1),
        polls=tally.polls,
        failed=tally.failed,
        partial=tally.partial,
        late=late,
        skipped=skipped,
        lateness_p99_s=round(lateness[len(lateness) * 99 // 100], 3),
        worst_lateness_s=round(lateness[-1], 3),
        samples=tally.samples,
        samples_per_s=round(tally.samples / measured),
        cpu_us_per_sample=round(cpu / samples * 1e6, 3),
        cpu_share_of_one_core=round(cpu / measured, 4),
        series=len(view),
        rss_mib=round(memory / 2**20, 1),
        bytes_per_series=round((memory - memory_at_first) / max(1, len(view))),
        scrape_s=round(scrapes, 3),
        machine=f"{platform.machine()}, Python {platform.python_version()}",
    )


def resident_bytes() -> int:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


async def scraped(view: PrometheusView, seconds: float, interval: float) -> float:
    """Render the exposition as Prometheus would ask for it; returns the longest time it took."""
    worst = 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await progress(min(interval, end - time.monotonic()), "measuring")
        began = time.monotonic()
        for text in view.slices(TEXT):
            text.encode()
            await asyncio.sleep(0)
        worst = max(worst, time.monotonic() - began)
    return worst


async def progress(seconds: float, what: str) -> None:
    """Wait, and say so."""
    sys.stderr.write(f"{what}: {seconds:.0f} s\n")
    await asyncio.sleep(seconds)


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--interval", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument(
        "--warm-up", type=float, help="seconds; one and a half intervals if not given"
    )
    parser.add_argument("--scrape", type=float, default=SCRAPE_SECONDS)
    parser.add_argument("--agents", help="127.0.0.1:PORT of agents that run already")
    parser.add_argument("--first", type=int, default=0, help="agents that are left to others")
    parser.add_argument("--output", type=Path, default=RESULTS / "poll_cost.json")
    wish = parser.parse_args()
    warm_up = wish.interval * 1.5 if wish.warm_up is None else wish.warm_up
    with agents(wish.agents) as port:
        figures = asyncio.run(
            measure(
                wish.devices, wish.interval, wish.seconds, port, wish.scrape, warm_up, wish.first
            )
        )
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:24} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
