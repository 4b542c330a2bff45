"""What writing costs: samples a second and CPU a sample into VictoriaMetrics and InfluxDB.

    python -m bench.sinks [--rounds 100]

Starts victoria-metrics and influxd, and lets 24 devices of 432 series say ROUNDS times what they
have. Every way of writing gets series of its own, is warmed up with one round, and is then measured
from the bus to the last answer; that all samples are stored is checked afterwards. The last ways
are those of influxdb-client, a Point a sample. Figures are written to bench/results/sinks.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sys
import time
from array import array
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.client.write.point import Point as _Point
from influxdb_client.domain.write_precision import WritePrecision

from bench.province_cost import cpu_seconds
from exporters.delivery import DeliveryPolicy, Sink, SinkDelivery
from exporters.influxdb import open_influx
from exporters.line_protocol import LineRenderer
from exporters.remote_write import open_remote_write
from exporters.stale_markers import StaleMarkers
from exporters.write_request import WriteRequestEncoder
from omc.bus.local import LocalBus
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder
from omc.core.settings import InfluxV1Settings, RemoteWriteSettings
from tests.servers import promql
from tests.servers.influxdb import InfluxDB
from tests.servers.process import ServerProcess
from tests.servers.victoria_metrics import VictoriaMetrics

RESULTS = Path(__file__).parent / "results"
DEVICES, PORTS = 24, 24
INTERVAL_MS = 60_000
#: One in ten, so that the whole stays short.
POINT_ROUNDS = 0.1

#: Its methods have no types.
Point: Any = _Point

_METRICS: dict[str, Callable[[], float]] = {
    "interface_receive_bytes_total": lambda: float(random.getrandbits(44)),
    "interface_transmit_bytes_total": lambda: float(random.getrandbits(44)),
    "interface_oper_state": lambda: 1.0,
    "optical_rx_power_dbm": lambda: round(random.uniform(-30, -5), 2),
    "optical_tx_power_dbm": lambda: round(random.uniform(0, 7), 2),
    "interface_speed_bits_per_second": lambda: 1e10,
}

Opened = AbstractAsyncContextManager[Sink]
Opener = Callable[[str], Opened]


@dataclass(frozen=True)
class Way:
    """One way of writing.

    Attributes:
        name: As in the table.
        server: Where to.
        open: Makes the sink, from the server's base URL.
        share: Of the rounds that it takes part in.
    """

    name: str
    server: str
    open: Opener
    share: float = 1.0


@dataclass(frozen=True)
class Figures:
    """One line of the table. CPU in microseconds a sample, of this process and of the server."""

    server: str
    way: str
    samples: int
    samples_per_s: int
    cpu_us_per_sample: float
    server_cpu_us_per_sample: float
    times_the_cpu_of_remote_write: float = 0.0


def remote_write(url: str) -> Opened:
    """Ours."""
    settings = RemoteWriteSettings.model_validate(
        {"name": "bench", "url": f"{url}/api/v1/write", "order": "any"}
    )
    return open_remote_write(
        settings, SystemClock(), WriteRequestEncoder(), markers=StaleMarkers(None)
    )


def line_protocol(gzip: bool) -> Opener:
    """Ours, with or without gzip."""

    def opener(url: str) -> Opened:
        settings = InfluxV1Settings.model_validate(
            {"name": "bench", "url": url, "version": "1", "database": "bench", "gzip": gzip}
        )
        return open_influx(settings, SystemClock(), LineRenderer())

    return opener


def _points(batches: Sequence[Batch]) -> list[Any]:
    points: list[Any] = []
    for batch in batches:
        for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True):
            point = Point(series.metric.name)
            for name, text in series.labels.items():
                point.tag(name, text)
            points.append(point.field("value", value).time(time_ms, WritePrecision.MS))
    return points


class _PointSink:
    """influxdb-client as its documentation shows it: a Point a sample, its own write method."""

    def __init__(self, client: InfluxDBClientAsync) -> None:
        self._write = client.write_api().write

    async def send(self, batches: Sequence[Batch]) -> None:
        await self._write(bucket="bench", record=_points(batches))


class _PointTextSink:
    """Points as text over the older API, for a server that does not know the newer one."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{url}/write?db=bench&precision=ms"
        self._session = session

    async def send(self, batches: Sequence[Batch]) -> None:
        text = "\n".join(point.to_line_protocol() for point in _points(batches))
        async with self._session.post(self._url, data=text.encode()) as response:
            response.raise_for_status()


@asynccontextmanager
async def client_points(url: str) -> AsyncIterator[Sink]:
    """influxdb-client's."""
    async with InfluxDBClientAsync(url, "token", org="bench") as client:
        yield _PointSink(client)


@asynccontextmanager
async def client_points_text(url: str) -> AsyncIterator[Sink]:
    """influxdb-client's text."""
    async with aiohttp.ClientSession() as session:
        yield _PointTextSink(url, session)


WAYS = [
    Way("remote_write", "victoria-metrics", remote_write),
    Way("line protocol, gzip", "victoria-metrics", line_protocol(True)),
    Way("line protocol, plain", "victoria-metrics", line_protocol(False)),
    Way("influxdb-client Point", "victoria-metrics", client_points, POINT_ROUNDS),
    Way("line protocol, gzip", "influxd", line_protocol(True)),
    Way("line protocol, plain", "influxd", line_protocol(False)),
    Way("influxdb-client Point", "influxd", client_points_text, POINT_ROUNDS),
]


def devices(catalogue: Catalogue, number: int, first_ms: int) -> list[Batch]:
    """One batch a device; the series of a way are its own."""
    table = SeriesTable()
    batches = []
    for device in range(DEVICES):
        node = f"VPC{device:04d}-router-{number}"
        batch = Batch(f"snmp:{node}:fast", INTERVAL_MS / 1000)
        for port in range(PORTS):
            labels = {"site": f"VPC{device:04d}", "node": node, "interface": f"Gi0/0/{port}"}
            for copy in range(3):
                for name, value in _METRICS.items():
                    series = table.intern(catalogue.metric(name), {**labels, "copy": str(copy)})
                    batch.add(series, value(), first_ms + device * 7 + port)
        batches.append(batch)
    return batches


def later(batches: Sequence[Batch], round_: int) -> list[Batch]:
    """The same devices, that many intervals later."""
    shift = round_ * INTERVAL_MS
    return [
        replace(batch, times=array("q", [time_ms + shift for time_ms in batch.times]))
        for batch in batches
    ]


async def write(sink: Sink, batches: Sequence[Batch]) -> None:
    """From the bus to the last answer, with the settings that sinks have unless told otherwise."""
    bus = LocalBus()
    consumer = bus.consumer("bench", capacity=10**9)
    for batch in batches:
        bus.publish(batch)
    bus.close()
    policy = DeliveryPolicy(max_samples=10_000, max_wait=0.0, timeout=60.0)
    delivery = SinkDelivery("bench", consumer, sink, SystemClock(), random.Random(1), policy)
    await delivery.run()
    if delivery.rejected or delivery.retries:
        raise SystemExit(f"{delivery.rejected} samples refused, {delivery.retries} retries")


async def measure(
    way: Way, server: ServerProcess, catalogue: Catalogue, number: int, rounds: int
) -> Figures:
    """Warm up, write all rounds, and look at both clocks."""
    rounds = max(1, round(rounds * way.share))
    first_ms = SystemClock().time_ms() - (rounds + 1) * INTERVAL_MS
    batches = devices(catalogue, number, first_ms)
    measured = [batch for n in range(1, rounds + 1) for batch in later(batches, n)]
    async with way.open(server.url) as sink:
        await write(sink, batches)
        cpu, server_cpu, began = time.process_time(), cpu_seconds(server.pid), time.perf_counter()
        await write(sink, measured)
        took = time.perf_counter() - began
        cpu, server_cpu = time.process_time() - cpu, cpu_seconds(server.pid) - server_cpu
    samples = sum(map(len, measured))
    stored = stored_samples(server, number)
    if stored != samples + sum(map(len, batches)):
        raise SystemExit(f"{way.name}: {stored} samples are stored, and not all that were written")
    return Figures(
        way.server,
        way.name,
        samples,
        round(samples / took),
        round(cpu / samples * 1e6, 3),
        round(server_cpu / samples * 1e6, 3),
    )


def stored_samples(server: ServerProcess, number: int) -> int:
    """What the server has of one way."""
    if isinstance(server, InfluxDB):
        statement = f"SELECT count(value) FROM /.*/ WHERE node =~ /-router-{number}$/"  # noqa: S608
        return sum(row["count"] for row in server.rows(statement, "bench"))
    assert isinstance(server, VictoriaMetrics)
    server.samples("nothing")  # makes it show what it has just taken
    selector = f'{{node=~".*-router-{number}"}}'
    expression = f"sum(count_over_time({selector}[1d]))"
    (found,) = promql.instant(server.port, expression, SystemClock().time_ms())
    return round(found.value)


def measure_all(rounds: int) -> list[Figures]:
    """Every way in turn."""
    catalogue = Catalogue.load(config_folder() / "metrics")
    figures = []
    with ExitStack() as stack:
        servers: dict[str, ServerProcess] = {
            "victoria-metrics": stack.enter_context(VictoriaMetrics(("-influxSkipSingleField",))),
            "influxd": stack.enter_context(influxdb := InfluxDB()),
        }
        influxdb.execute("CREATE DATABASE bench")
        for number, way in enumerate(WAYS):
            sys.stderr.write(f"{way.name} into {way.server}\n")
            server = servers[way.server]
            figures.append(asyncio.run(measure(way, server, catalogue, number, rounds)))
    cheapest = figures[0].cpu_us_per_sample
    return [
        replace(one, times_the_cpu_of_remote_write=round(one.cpu_us_per_sample / cheapest, 1))
        for one in figures
    ]


def table(figures: Sequence[Figures]) -> str:
    """For people."""
    lines = [
        f"{'server':17}{'way':23}{'samples/s':>11}{'us/sample':>11}{'server':>8}{'x':>6}\n",
    ]
    lines += [
        f"{one.server:17}{one.way:23}{one.samples_per_s:>11,}{one.cpu_us_per_sample:>11.3f}"
        f"{one.server_cpu_us_per_sample:>8.2f}{one.times_the_cpu_of_remote_write:>6.1f}\n"
        for one in figures
    ]
    return "".join(lines)


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--output", type=Path, default=RESULTS / "sinks.json")
    wish = parser.parse_args()
    load = os.getloadavg()[0]
    figures = measure_all(wish.rounds)
    sys.stdout.write(table(figures))
    written = {
        "ways": [asdict(one) for one in figures],
        "load_before": round(load, 2),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}",
    }
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
