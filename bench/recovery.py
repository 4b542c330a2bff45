"""A sink comes back after an hour: how soon the present is there, and how fast the past.

    python -m bench.recovery [--seconds 3600] [--rate 10000]

A journalled bus delivers to VictoriaMetrics, which is not running. The backlog of SECONDS at
RATE samples a second (devices of 400 series, every 6 s) is published as fast as it goes, not in
real time. Then publishing goes on at RATE in real time, and the database is started. From the
moment it serves it is measured when the first sample younger than that is accepted, and how long
the backlog takes. In the end the database is asked how many samples it has, for a minute at most:
it shows new series a little late. Figures go to bench/results/recovery.json;
the exit code is 1 if a sample is missing or a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from pydantic import SecretStr

from exporters.delivery import DeliveryPolicy, Sink, SinkDelivery, drain
from exporters.influxdb import open_influx
from exporters.line_protocol import LineRenderer
from omc.bus.journal import JournalledBus, JournalPolicy
from omc.core.clock import SystemClock
from omc.core.model import Batch, Series, SeriesTable
from omc.core.settings import InfluxV2Settings
from tests.sample_data import make_metric, make_series
from tests.servers.process import http_request
from tests.servers.victoria_metrics import VictoriaMetrics

RESULTS = Path(__file__).parent / "results"
_CONSUMER = "influxdb:v"
_PER_DEVICE = 400
_INTERVAL_MS = 6_000
_MOST_FRESH_SECONDS = 2.0
_LEAST_SPEED = 5.0


@dataclass(frozen=True)
class Figures:
    """How the recovery went."""

    outage_s: float
    rate: int
    series: int
    backlog_samples: int
    publishing_backlog_s: float
    publishing_cpu_us_a_sample: float
    journal_bytes_a_sample: float
    fresh_after_s: float
    backlog_drained_s: float
    times_real_time: float
    longest_live_lag_s: float
    published: int
    missing: int
    machine: str
    load_average: float


class WatchedSink:
    """Notes when a sample younger than a moment is accepted."""

    def __init__(self, sink: Sink) -> None:
        self.since_ms: int | None = None
        self.fresh_at: float | None = None
        self._sink = sink

    async def send(self, batches: Sequence[Batch]) -> None:
        """Pass it on."""
        await self._sink.send(batches)
        since = self.since_ms
        if since is not None and self.fresh_at is None and any(b.times[0] > since for b in batches):
            self.fresh_at = time.monotonic()


class Fleet:
    """Devices that are read one after the other, at a rate."""

    def __init__(self, table: SeriesTable, rate: int) -> None:
        self.pause_ms = 1000 * _PER_DEVICE / rate
        self._devices = [
            [
                make_series(table, f"interface_{n % 8}_total", node=f"VPC{d:04}", port=str(n // 8))
                for n in range(_PER_DEVICE)
            ]
            for d in range(round(_INTERVAL_MS / self.pause_ms))
        ]
        self._counters = [random.getrandbits(40) for _ in range(_PER_DEVICE)]
        self.polls = 0
        self.series = len(self._devices) * _PER_DEVICE

    def poll(self, time_ms: int) -> Batch:
        """The next device."""
        number = self.polls % len(self._devices)
        self.polls += 1
        grown = self.polls * 1001
        values = array(
            "d", [float(counter + grown * n) for n, counter in enumerate(self._counters)]
        )
        times = array("q", [time_ms]) * _PER_DEVICE
        return Batch(f"snmp:VPC{number:04}:fast", 6.0, self._devices[number], values, times)


async def recover(folder: Path, seconds: float, rate: int) -> Figures:
    """The whole story."""
    table = SeriesTable()

    def series_of(key: str) -> Series | None:
        name, brace, labels = key.partition("{")
        return table.intern_text(make_metric(name), brace + labels)

    clock = SystemClock()
    database = VictoriaMetrics(
        (
            "-dedup.minScrapeInterval=1ms",
            "-search.maxUniqueTimeseries=10000000",
            "-search.latencyOffset=0s",
        )
    )
    settings = InfluxV2Settings.model_construct(
        name="v",
        version="2",
        url=database.url,
        org="o",
        bucket="b",
        token=SecretStr("t"),
        gzip=True,
    )
    bus = JournalledBus(JournalPolicy(folder / "journal.sqlite"), clock, series_of)
    try:
        async with bus.running(), open_influx(settings, clock, LineRenderer()) as influx:
            sink = WatchedSink(influx)
            consumer = bus.consumer(_CONSUMER, 2_000_000, any_order=True)
            policy = DeliveryPolicy(max_samples=10_000, max_wait=1.0)
            delivery = SinkDelivery("v", consumer, sink, clock, random.Random(1), policy)
            task = asyncio.create_task(delivery.run(), name="sink")
            fleet = Fleet(table, rate)
            before = await _backlog(bus, fleet, seconds)
            size = bus.journal.fill.size
            backlog = consumer.state.waiting
            after = await _come_back(bus, fleet, database, sink, delivery)
            bus.close()
            await drain([task], 30.0)
        published = fleet.polls * _PER_DEVICE
        stored = await _stored(database, published)
    finally:
        database.stop()
    return Figures(
        outage_s=seconds,
        rate=rate,
        series=fleet.series,
        backlog_samples=backlog,
        publishing_backlog_s=round(before[0], 1),
        publishing_cpu_us_a_sample=round(before[1] / backlog * 1e6, 3),
        journal_bytes_a_sample=round(size / backlog, 2),
        fresh_after_s=round(after[0], 2),
        backlog_drained_s=round(after[1], 1),
        times_real_time=round(backlog / rate / after[1], 1),
        longest_live_lag_s=round(after[2], 2),
        published=published,
        missing=published - stored,
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        load_average=round(os.getloadavg()[0], 1),
    )


async def _backlog(bus: JournalledBus, fleet: Fleet, seconds: float) -> tuple[float, float]:
    """Publish what an outage leaves; returns the seconds and the CPU seconds it took."""
    polls = round(seconds * 1000 / fleet.pause_ms)
    began_ms = round(time.time() * 1000 - seconds * 1000)
    began, cpu = time.monotonic(), time.process_time()
    for number in range(polls):
        bus.publish(fleet.poll(began_ms + round(number * fleet.pause_ms)))
        if number % 50 == 0:
            await bus.settled()
        if number % 5000 == 0:
            sys.stderr.write(f"backlog: {number / polls:.0%}\n")
    await bus.settled()
    return time.monotonic() - began, time.process_time() - cpu


async def _come_back(
    bus: JournalledBus,
    fleet: Fleet,
    database: VictoriaMetrics,
    sink: WatchedSink,
    delivery: SinkDelivery,
) -> tuple[float, float, float]:
    """Publish in real time, start the database.

    Returns:
        Seconds to the first fresh sample and to the last old one, and the longest lag after ten.
    """
    publishing = asyncio.create_task(_in_real_time(bus, fleet), name="publish")
    await asyncio.sleep(3.0)
    await asyncio.to_thread(database.start)
    opened = time.monotonic()
    sink.since_ms = round(time.time() * 1000)
    longest = shown = 0.0
    while bus.journal.backlogs()[_CONSUMER] or sink.fresh_at is None:
        await asyncio.sleep(0.1)
        past = time.monotonic() - opened
        if past > 10:
            longest = max(longest, delivery.lag)
        if past - shown > 10:
            shown = past
            sys.stderr.write(f"{past:.0f} s: {bus.journal.backlogs()[_CONSUMER]:,} to go\n")
    drained = time.monotonic() - opened
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    assert sink.fresh_at is not None
    return sink.fresh_at - opened, drained, longest


async def _in_real_time(bus: JournalledBus, fleet: Fleet) -> None:
    due = time.monotonic()
    while True:
        bus.publish(fleet.poll(round(time.time() * 1000)))
        due += fleet.pause_ms / 1000
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _stored(database: VictoriaMetrics, published: int) -> int:
    """How many samples the database has."""
    end = time.monotonic() + 60
    while (stored := await asyncio.to_thread(_count, database)) < published:
        sys.stderr.write(f"the database shows {stored:,} of {published:,}\n")
        if time.monotonic() > end:
            break
        await asyncio.sleep(5.0)
    return stored


def _count(database: VictoriaMetrics) -> int:
    """What the database shows, a metric at a time."""
    http_request(database.port, "GET", "/internal/force_flush")
    total = 0
    for number in range(8):
        query = f"sum(count_over_time(interface_{number}_total_value[6h]))"
        path = "/api/v1/query?" + urlencode({"query": query, "nocache": "1"})
        _, body = http_request(database.port, "GET", path, timeout=300.0)
        total += int(json.loads(body)["data"]["result"][0]["value"][1])
    return total


def main() -> None:
    """Measure, print, write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--output", type=Path, default=RESULTS / "recovery.json")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recovery-") as folder:
        figures = asyncio.run(recover(Path(folder), wish.seconds, wish.rate))
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:30} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    bad = figures.missing or figures.fresh_after_s > _MOST_FRESH_SECONDS
    sys.exit(1 if bad or figures.times_real_time < _LEAST_SPEED else 0)


if __name__ == "__main__":
    main()
