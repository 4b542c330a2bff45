"""A hundred thousand active alarms: what judging a province, listing and acknowledging cost then.

    python -m bench.alarm_scale [--nodes 1943] [--calls 50]

Raises 100,000 alarms (ONTs with little light, ports without link) behind a real HTTP API, judges
one value of every series of a province of 600,000 series, and calls the API from outside while the
service's clock ticks. Figures are written to bench/results/alarm_scale.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from exporters.web_server import WebServer
from omc.alarms import AlarmKey, RuleSet
from omc.alarms.desk import AlarmDesk, AlarmWorld
from omc.alarms.prober import NoProber
from omc.api.access import Doorman
from omc.api.app import api_app
from omc.bus.local import LocalBus
from omc.cli.api_client import ApiClient
from omc.core import garbage
from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory, Node, NodeKind, Site
from omc.core.model import Batch, NodeName, SeriesTable, SiteCode
from omc.core.resources import config_folder
from omc.core.settings import AlarmSettings

RESULTS = Path(__file__).parent / "results"
ONTS, ALARMS, SERIES = 40_000, 100_000, 600_000
_PORTS_OF_A_NODE = 31
_TOKEN = "bench"

#: Metric -> a good value and one that is an alarm; None: there is no rule about it.
_ONT = {
    "pon_ont_rx_power_dbm": (-20.0, -29.0),
    "pon_ont_tx_power_dbm": (2.0, None),
    "pon_ont_bias_current_amperes": (0.01, None),
    "pon_ont_temperature_celsius": (40.0, None),
    "pon_ont_supply_voltage_volts": (3.3, None),
    "pon_ont_distance_metres": (1500.0, None),
}
_PORT = {
    "interface_admin_state": (1.0, None),
    "interface_oper_state": (1.0, 2.0),
    "interface_speed_bits_per_second": (1e9, None),
    "interface_receive_bytes_total": (1e9, None),
    "interface_transmit_bytes_total": (1e9, None),
    "interface_receive_errors_total": (0.0, None),
}


@dataclass(frozen=True)
class Figures:
    """What came out. Times of calls are those that a caller sees."""

    active_alarms: int
    series: int
    rule_pass_s: float
    rule_pass_cpu_s: float
    rule_pass_cpu_us_per_sample: float
    tick_ms: float
    list_ms_median: float
    list_ms_worst: float
    acknowledge_ms_median: float
    acknowledge_ms_worst: float
    find_ms_median: float
    on_disk_after_s: float
    restart_s: float
    rss_mib: float
    load_average: float
    machine: str


class _SkippingClock:
    """The machine's clock, which can be put forward: alarms need not be waited for."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000 + round(self._ahead * 1000)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def skip(self, seconds: float) -> None:
        """Put it forward."""
        self._ahead += seconds


class _Province:
    """Batches of a province, a batch a node, with good values or bad ones.

    Args:
        catalogue: Owns the metrics.
        nodes: How many.
    """

    def __init__(self, catalogue: Catalogue, nodes: int) -> None:
        self._catalogue = catalogue
        self.table = SeriesTable()
        self.good: list[Batch] = []
        self.bad: list[Batch] = []
        self.size = 0
        onts = -(-ONTS // nodes)
        for number in range(nodes):
            good, bad = Batch(f"node {number}", 60.0), Batch(f"node {number}", 60.0)
            place = {"site": f"S{number % 572:03}", "node": f"N{number}"}
            for index in range(_PORTS_OF_A_NODE):
                self._add(good, bad, _PORT, place | {"interface": f"Gi0/0/{index}"})
            for index in range(onts):
                ont = {"pon": f"0/{index // 64}", "ont": str(index)}
                self._add(good, bad, _ONT, place | ont)
            self.good.append(good)
            self.bad.append(bad)

    def _add(
        self,
        good: Batch,
        bad: Batch,
        metrics: dict[str, tuple[float, float | None]],
        labels: dict[str, str],
    ) -> None:
        for name, (well, ill) in metrics.items():
            series = self.table.intern(self._catalogue.metric(name), labels)
            good.add(series, well, 0)
            bad.add(series, well if ill is None else ill, 0)
            self.size += 1


def _stamped(batches: list[Batch], time_ms: int) -> Iterator[Batch]:
    """The same values, measured now."""
    for batch in batches:
        for index in range(len(batch.times)):
            batch.times[index] = time_ms
        yield batch


async def measure(nodes: int, calls: int) -> Figures:
    """Raise, judge, call, restart."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alarm-scale-")))
        catalogue = Catalogue.load(config_folder() / "metrics")
        province = _Province(catalogue, nodes)
        clock = _SkippingClock()
        world = _world(catalogue, nodes, folder)
        desk = AlarmDesk(world, AlarmSettings(), clock, NoProber())
        bus = LocalBus()
        desk.attach(bus, province.table)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = tasks.create_task(desk.run(), name="desk")
        stack.callback(running.cancel)
        server = WebServer(api_app(desk, Doorman((), (), _TOKEN), "bench"), "127.0.0.1", 0)
        await stack.enter_async_context(server)

        await _publish(bus, _stamped(province.bad, clock.time_ms()))
        clock.skip(1200.0)
        began = time.monotonic()
        await _publish(bus, _stamped(province.bad, clock.time_ms()))
        while len(desk.engine.active()) < ALARMS:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
        await desk.store.settled()
        on_disk = time.monotonic() - began

        garbage.settle()  # as the service does after its first round of polls
        wall, cpu = _rule_pass(bus, list(_stamped(province.bad, clock.time_ms())))
        ticked = time.monotonic()
        desk.engine.tick()
        tick = time.monotonic() - ticked
        keys = [alarm.key for alarm in desk.engine.active()[:: ALARMS // calls]]
        client = ApiClient(server.url, _TOKEN, "vi")
        listing = await asyncio.to_thread(_list, client, calls)
        acknowledging = await asyncio.to_thread(_acknowledge, client, keys[:calls])
        finding = await asyncio.to_thread(_find, client, keys[:calls])
        await desk.store.settled()
        began = time.monotonic()
        again = AlarmDesk(world, AlarmSettings(), clock, NoProber())
        restart = time.monotonic() - began
        active = len(again.engine.active())
    return Figures(
        active_alarms=active,
        series=province.size,
        rule_pass_s=round(wall, 3),
        rule_pass_cpu_s=round(cpu, 3),
        rule_pass_cpu_us_per_sample=round(cpu / province.size * 1e6, 3),
        tick_ms=round(tick * 1000, 2),
        list_ms_median=round(statistics.median(listing) * 1000, 1),
        list_ms_worst=round(max(listing) * 1000, 1),
        acknowledge_ms_median=round(statistics.median(acknowledging) * 1000, 1),
        acknowledge_ms_worst=round(max(acknowledging) * 1000, 1),
        find_ms_median=round(statistics.median(finding) * 1000, 1),
        on_disk_after_s=round(on_disk, 1),
        restart_s=round(restart, 2),
        rss_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        load_average=os.getloadavg()[0],
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def _world(catalogue: Catalogue, nodes: int, folder: Path) -> AlarmWorld:
    sites = [Site(SiteCode(f"S{n:03}"), f"Trạm {n}", 21.3, 105.6) for n in range(572)]
    placed = [
        Node(NodeName(f"N{n}"), NodeKind.OLT, site=SiteCode(f"S{n % 572:03}")) for n in range(nodes)
    ]
    return AlarmWorld(
        RuleSet.load([config_folder() / "alarms"], catalogue),
        catalogue,
        Inventory(sites=sites, nodes=placed),
        ZoneInfo("Asia/Ho_Chi_Minh"),
        "vi",
        folder,
    )


async def _publish(bus: LocalBus, batches: Iterator[Batch]) -> None:
    for batch in batches:
        bus.publish(batch)
        await asyncio.sleep(0)


def _rule_pass(bus: LocalBus, batches: list[Batch]) -> tuple[float, float]:
    """Judge a value of every series: seconds, and seconds of CPU."""
    began, cpu = time.monotonic(), time.thread_time()
    for batch in batches:
        bus.publish(batch)
    return time.monotonic() - began, time.thread_time() - cpu


def _list(client: ApiClient, calls: int) -> list[float]:
    return [_timed(lambda: client.get("/alarms", roots_only="true")) for _ in range(calls)]


def _acknowledge(client: ApiClient, keys: list[AlarmKey]) -> list[float]:
    def acknowledge(key: AlarmKey) -> Callable[[], object]:
        return lambda: client.post("/alarms/acknowledge", {"key": key, "text": "đã biết"})

    return [_timed(acknowledge(key)) for key in keys]


def _find(client: ApiClient, keys: list[AlarmKey]) -> list[float]:
    """What a command does with a part of a key."""

    def find(key: AlarmKey) -> Callable[[], object]:
        return lambda: client.get("/alarms", part=key[:-5], cleared="true", limit=11)

    return [_timed(find(key)) for key in keys]


def _timed(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, default=1943)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--output", type=Path, default=RESULTS / "alarm_scale.json")
    wish = parser.parse_args()
    figures = asyncio.run(measure(wish.nodes, wish.calls))
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:32} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
