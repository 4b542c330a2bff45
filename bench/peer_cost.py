"""What a sample costs here and with snmp_exporter: the same agents, in turns, one run.

    python -m bench.peer_cost [--devices 200] [--interval 10] [--seconds 40] [--rounds 3]
                              [--agents IP:PORT]

Both read the fourteen interface columns of every agent every INTERVAL seconds and expose what they
read as Prometheus text once an interval: ours in `bench.poll_cost`, Debian's snmp_exporter through
its own /snmp page, walking just these columns with as many rows in a request. CPU is that of the
process that polls; agents, and who asks snmp_exporter for its page, do not count.

What is paid once is left out on both sides: three intervals are thrown away before each measuring,
because here the first poll of a device names its series, and the second learns how its pages look
once what another column says better is left out. Ours is a new process in every round, so that it
pays for that every time. Each of the two is measured in every round, and the medians are told with
what each round came to: other work on the machine makes a sample dearer, by far more than half at
times. Figures are written to bench/results/peer_cost.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.poll_cost import RESULTS, address_of, agents
from bench.province_cost import cpu_seconds
from tests.servers.snmp_exporter import SnmpExporter

_IF, _IF_X = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_COLUMNS = [f"{_IF}.{n}" for n in (7, 8, 13, 14, 19, 20)] + [f"{_IF_X}.{n}" for n in range(6, 14)]
_SCRAPERS = 4
#: Intervals before each measuring.
_WARM_UP = 3


@dataclass(frozen=True)
class Cost:
    """What one of the two came to."""

    samples: int
    seconds: float
    cpu_seconds: float

    @property
    def microseconds(self) -> float:
        """CPU a sample."""
        return self.cpu_seconds / max(1, self.samples) * 1e6


@dataclass(frozen=True)
class Figures:
    """Both, side by side; costs are medians of the rounds."""

    devices: int
    interval_s: float
    our_samples: int
    our_cpu_us_per_sample: float
    our_cpu_us_of_rounds: list[float]
    peer_samples: int
    peer_cpu_us_per_sample: float
    peer_cpu_us_of_rounds: list[float]
    ratio: float
    ratio_of_rounds: list[float]
    peer: str
    load_average: float
    machine: str


def ours(devices: int, interval: float, seconds: float, port: int, folder: Path) -> Cost:
    """Poll, normalise and expose with what is here."""
    output = folder / "ours.json"
    options = {
        "--devices": devices,
        "--interval": interval,
        "--scrape": interval,
        "--seconds": seconds,
        "--warm-up": _WARM_UP * interval,
        "--agents": f"127.0.0.1:{port}",
        "--output": output,
    }
    words = [str(word) for pair in options.items() for word in pair]
    subprocess.run(
        [sys.executable, "-m", "bench.poll_cost", *words], check=True, stdout=subprocess.DEVNULL
    )
    found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    cpu = found["cpu_us_per_sample"] * found["samples"] / 1e6
    return Cost(found["samples"], found["measured_s"], cpu)


def peers(exporter: SnmpExporter, devices: int, interval: float, seconds: float, port: int) -> Cost:
    """The same through snmp_exporter."""
    sys.stderr.write(f"snmp_exporter, warming up: {_WARM_UP * interval:.0f} s\n")
    scrape_all(exporter.port, devices, interval, _WARM_UP * interval, port)
    sys.stderr.write(f"snmp_exporter, measuring: {seconds:.0f} s\n")
    began, cpu = time.monotonic(), cpu_seconds(exporter.pid)
    samples = scrape_all(exporter.port, devices, interval, seconds, port)
    return Cost(samples, time.monotonic() - began, cpu_seconds(exporter.pid) - cpu)


def scrape_all(exporter: int, devices: int, interval: float, seconds: float, port: int) -> int:
    """Scrape every agent once an interval, evenly spread; returns the samples that came."""
    counts = [0] * _SCRAPERS

    def scrape(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", exporter, timeout=30)
        for at, target in targets(devices, interval, seconds, number):
            time.sleep(max(0.0, began + at - time.monotonic()))
            connection.request("GET", f"/snmp?module=interfaces&target={target}:{port}")
            counts[number] += samples_in(connection.getresponse().read())
        connection.close()

    began = time.monotonic()
    threads = [threading.Thread(target=scrape, args=(number,)) for number in range(_SCRAPERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def targets(
    devices: int, interval: float, seconds: float, number: int
) -> Iterator[tuple[float, str]]:
    """When each scraper asks for whom."""
    for turn in range(round(devices * seconds / interval)):
        if turn % _SCRAPERS == number:
            yield turn * interval / devices, address_of(turn % devices)


def samples_in(page: bytes) -> int:
    """Samples of the agent on a page, without those of the scrape itself.

    Raises:
        SystemExit: the agent was not read.
    """
    lines = [line for line in page.splitlines() if line.startswith((b"if", b"sysUpTime"))]
    if not lines:
        raise SystemExit(f"snmp_exporter could not read an agent:\n{page.decode()[:400]}")
    return len(lines)


def measure(
    devices: int, interval: float, seconds: float, rounds: int, given: str | None
) -> Figures:
    """In turns on the same agents."""
    us: list[Cost] = []
    them: list[Cost] = []
    with agents(given) as port, SnmpExporter(_COLUMNS) as exporter:
        for number in range(rounds):
            sys.stderr.write(f"round {number + 1} of {rounds}\n")
            us.append(ours(devices, interval, seconds, port, exporter.folder))
            them.append(peers(exporter, devices, interval, seconds, port))
        version = exporter.version
    our_cost, peer_cost = _median(us), _median(them)
    return Figures(
        devices=devices,
        interval_s=interval,
        our_samples=sum(cost.samples for cost in us),
        our_cpu_us_per_sample=round(our_cost, 3),
        our_cpu_us_of_rounds=[round(cost.microseconds, 3) for cost in us],
        peer_samples=sum(cost.samples for cost in them),
        peer_cpu_us_per_sample=round(peer_cost, 3),
        peer_cpu_us_of_rounds=[round(cost.microseconds, 3) for cost in them],
        ratio=round(peer_cost / our_cost, 2),
        ratio_of_rounds=[
            round(b.microseconds / a.microseconds, 2) for a, b in zip(us, them, strict=True)
        ],
        peer=version,
        load_average=round(os.getloadavg()[0], 2),
        machine=f"{platform.machine()}, Python {platform.python_version()}",
    )


def _median(costs: list[Cost]) -> float:
    return statistics.median(cost.microseconds for cost in costs)


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--interval", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--agents", help="127.0.0.1:PORT of agents that run already")
    parser.add_argument("--output", type=Path, default=RESULTS / "peer_cost.json")
    wish = parser.parse_args()
    figures = measure(wish.devices, wish.interval, wish.seconds, wish.rounds, wish.agents)
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:24} {value}\n")
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
