"""A bad day: faults in the network, brokers and the service killed, and everything well at the end.

    python -m bench.soak [--minutes 10] [--sites 100] [--seed 1]

Starts mosquitto, VictoriaMetrics, `omc simulate run` and `omc run`, then does something bad every
15 seconds: cuts spans, fails the mains of communes, silences nodes, lets all mains flap, kills the
broker with -9, kills the service with -9. At the end everything is mended; then every device has to
answer, with no late poll and no dropped sample since the service's last start, and no error logged.
Figures are written to bench/results/soak.json; the exit code is 1 if anything is not well.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import platform
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.province_cost import Page, process, wait_for
from omc.service.demo import CELL_PERIOD, free_port
from omc.simulator.control import send_command
from tests.servers.mosquitto import Mosquitto
from tests.servers.victoria_metrics import VictoriaMetrics

RESULTS = Path(__file__).parent / "results"
INTERVAL = 15.0
PAUSE = 15.0

_SINK = """
influxdb:
  - name: victoria
    version: 2
    url: http://127.0.0.1:{port}
    org: omc
    bucket: omc
    token: env:OMC_SOAK_TOKEN
    flush_interval: 1s
"""


@dataclass(frozen=True)
class Figures:
    """What the day was like, and how it ended."""

    minutes: float
    sites: int
    nodes: int
    faults: dict[str, int]
    service_kills: int
    broker_kills: int
    answering_at_the_end: int
    failing_at_the_end: int
    late_polls: int
    skipped_polls: int
    longest_start_s: float
    samples_written: int
    samples_dropped: int
    samples_rejected_by_the_sink: int
    rss_mib_first: float
    rss_mib_last: float
    errors_logged: int
    machine: str


class Service:
    """`omc run`, which is killed now and then."""

    def __init__(self, settings: Path, log: Path, page: Page) -> None:
        self._settings = settings
        self._log = log
        self._page = page
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0
        self.longest_start = 0.0

    def start(self) -> None:
        """Start it and wait until the page answers."""
        began = time.monotonic()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "omc", "run", "-c", str(self._settings)],
                stdout=output,
                stderr=output,
                env={**os.environ, "OMC_SOAK_TOKEN": "soak"},
            )
        while not self._page.is_healthy():
            if self._process.poll() is not None or time.monotonic() - began > 60:
                raise SystemExit(f"the service did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)
        self.longest_start = max(self.longest_start, time.monotonic() - began)

    def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)


class Day:
    """What goes wrong, by chance but always the same for the same seed."""

    def __init__(self, folder: Path, control: int, seed: int) -> None:
        self._random = random.Random(seed)
        self._control = control
        self._spans = _names(folder / "inventory" / "spans.csv", "name")
        nodes = folder / "inventory" / "nodes.csv"
        self._nodes = [row["name"] for row in _rows(nodes) if row["address"]]
        areas = _rows(folder / "inventory" / "areas.csv")
        self._communes = [row["code"] for row in areas if row["level"] == "commune"]
        self.faults: Counter[str] = Counter()

    def next_kind(self) -> str:
        """What is to happen next."""
        return self._random.choice(
            ["cut", "cut", "mains", "silence", "storm", "heal", "heal", "broker", "service"]
        )

    def inflict(self, kind: str) -> None:
        """One fault of the network."""
        self.faults[kind] += 1
        if kind == "cut":
            self.tell("cut", what=self._random.choice(self._spans))
        elif kind == "silence":
            self.tell("silence", what=self._random.choice(self._nodes))
        elif kind == "mains":
            self.tell("mains", what=self._random.choice(self._communes), seconds=60.0)
        elif kind == "storm":
            self.tell("storm", seconds=20.0)
        else:
            self.tell("heal")

    def tell(self, do: str, **arguments: object) -> None:
        """A command to the simulator."""
        asyncio.run(send_command("127.0.0.1", self._control, do, **arguments))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names(path: Path, column: str) -> list[str]:
    return [row[column] for row in _rows(path)]


def soak(minutes: float, sites: int, seed: int) -> Figures:
    """The whole day."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        broker = stack.enter_context(Mosquitto(["max_queued_messages 100000"]))
        database = stack.enter_context(VictoriaMetrics())
        control, port = free_port(), free_port()
        log = folder / "simulator.log"
        stack.enter_context(
            process(
                *("simulate", "run", "--sites", str(sites), "--inventory", str(folder)),
                *("--port", str(free_port(socket.SOCK_DGRAM)), "--cell-period", CELL_PERIOD),
                *("--mqtt", f"127.0.0.1:{broker.port}", "--control", f"127.0.0.1:{control}"),
                "--quiet",
                log=log,
            )
        )
        wait_for("ready", log, 120)
        settings = _settings(folder, port, database.port)
        page = Page(port)
        service = Service(settings, folder / "omc.log", page)
        stack.callback(service.stop)
        service.start()
        day = Day(folder, control, seed)
        first_rss, broker_kills = _go_wrong(day, service, broker, page, minutes)
        last = _recover(day, page)
        text = (folder / "omc.log").read_text(encoding="utf-8")
        errors = [line for line in text.splitlines() if "[error" in line or "Traceback" in line]
        sys.stderr.write("".join(f"logged: {line}\n" for line in errors[:20]))
    return Figures(
        minutes=minutes,
        sites=sites,
        nodes=round(last["omc_devices"]),
        faults=dict(day.faults),
        service_kills=service.kills,
        broker_kills=broker_kills,
        answering_at_the_end=round(last['omc_devices{state="answering"}']),
        failing_at_the_end=round(last['omc_devices{state="failing"}']),
        late_polls=round(last["omc_polls_late_total"]),
        skipped_polls=round(last["omc_polls_skipped_total"]),
        longest_start_s=round(service.longest_start, 2),
        samples_written=round(last['omc_sink_samples_total{result="written",sink="victoria"}']),
        samples_dropped=round(last['omc_sink_samples_total{result="dropped",sink="victoria"}']),
        samples_rejected_by_the_sink=round(
            last['omc_sink_samples_total{result="rejected",sink="victoria"}']
        ),
        rss_mib_first=round(first_rss, 1),
        rss_mib_last=round(last["process_resident_memory_bytes"] / 2**20, 1),
        errors_logged=len(errors),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def _settings(folder: Path, port: int, database: int) -> Path:
    path = folder / "omc.yaml"
    text = path.read_text(encoding="utf-8").replace("127.0.0.1:9469", f"127.0.0.1:{port}")
    text = text.replace("interval: 60s", f"interval: {INTERVAL:.0f}s\n  timeout: 1s\n  retries: 1")
    path.write_text(text + _SINK.format(port=database), encoding="utf-8")
    return path


def _go_wrong(
    day: Day, service: Service, broker: Mosquitto, page: Page, minutes: float
) -> tuple[float, int]:
    """Something bad every few seconds; returns an early RSS in MiB, and the broker's deaths."""
    first_rss, broker_kills = 0.0, 0
    end = time.monotonic() + minutes * 60
    while (left := end - time.monotonic()) > 0:
        kind = day.next_kind()
        sys.stderr.write(f"{left:.0f} s left: {kind}\n")
        if kind == "broker":
            broker.kill()
            time.sleep(2.0)
            broker.start()
            broker_kills += 1
        elif kind == "service":
            service.kill()
            service.start()
        else:
            day.inflict(kind)
        time.sleep(min(PAUSE, max(0.0, left)))
        rss = page.scrape()["process_resident_memory_bytes"] / 2**20
        first_rss = first_rss or rss
    return first_rss, broker_kills


def _recover(day: Day, page: Page) -> dict[str, float]:
    """Mend everything, and read the page once the longest back-off is surely over."""
    day.tell("heal")
    end = time.monotonic() + 330.0
    while time.monotonic() < end:
        time.sleep(INTERVAL)
        last = page.scrape()
        failing = last['omc_devices{state="failing"}'] + last['omc_devices{state="waiting"}']
        sys.stderr.write(f"recovering: {failing:.0f} devices to go\n")
        if failing == 0:
            break
    return last


def main() -> None:
    """Have the day, print what it was like, and write it down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS / "soak.json")
    wish = parser.parse_args()
    figures = soak(wish.minutes, wish.sites, wish.seed)
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:30} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    bad = (
        figures.failing_at_the_end,
        figures.late_polls,
        figures.samples_dropped,
        figures.samples_rejected_by_the_sink,
        figures.errors_logged,
    )
    sys.exit(1 if any(bad) else 0)


if __name__ == "__main__":
    main()
