"""What watching a province costs: CPU, memory and lateness of `omc run`, everything else apart.

    python -m bench.province_cost [--sites 572] [--warm-up 150] [--seconds 180] [--without-archive]

Starts mosquitto and `omc simulate run` (a process each), then `omc run` on the province's
own settings, scrapes /metrics every 15 seconds as Prometheus would, and reads the service's own
process metrics. Figures are written to bench/results/province_cost.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from omc.service.demo import CELL_PERIOD, free_port
from tests.servers.mosquitto import Mosquitto

RESULTS = Path(__file__).parent / "results"
SCRAPE_SECONDS = 15.0


@dataclass(frozen=True)
class Figures:
    """What came out."""

    sites: int
    nodes: int
    series: int
    warm_up_s: float
    measured_s: float
    samples_per_s: float
    mqtt_messages_per_s: float
    polls: int
    late_polls: int
    skipped_polls: int
    late_polls_while_warming_up: int
    failing_nodes: int
    cpu_share_of_one_core: float
    cpu_us_per_sample: float
    simulator_cpu_share_of_one_core: float
    rss_mib: float
    scrape_s: float
    machine: str


@contextmanager
def process(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A part of the installation, stopped at the end by its own handle."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "omc", *arguments], stdout=output, stderr=output
        )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(timeout=20)


class Page:
    """The service's own page."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self.longest = 0.0

    def is_ready(self) -> bool:
        """Whether the first round of polls is over."""
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def is_healthy(self) -> bool:
        """Whether it answers at all."""
        try:
            with urllib.request.urlopen(f"{self._url}/-/healthy", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def text(self) -> str:
        """All of /metrics."""
        began = time.monotonic()
        request = urllib.request.Request(
            f"{self._url}/metrics", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = gzip.decompress(answer.read()).decode()
        self.longest = max(self.longest, time.monotonic() - began)
        return text

    def scrape(self) -> dict[str, float]:
        """The service's own metrics, summed over their labels."""
        text = self.text()
        sums: dict[str, float] = {}
        for line in text[text.index("# HELP omc_series ") :].splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                family = name.partition("{")[0]
                sums[family] = sums.get(family, 0.0) + float(value)
                sums[name] = float(value)
        return sums


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_for(what: str, log: Path, seconds: float) -> None:
    """Until a process has logged a text."""
    end = time.monotonic() + seconds
    while what not in log.read_text(encoding="utf-8"):
        if time.monotonic() > end:
            raise SystemExit(f"no {what!r} within {seconds:.0f} s:\n{log.read_text()}")
        time.sleep(0.2)


def measure(sites: int, warm_up: float, seconds: float, *, archive: bool) -> Figures:
    """Start everything, let it settle, and read what it costs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="province-")))
        broker = stack.enter_context(Mosquitto())
        simulator_log = folder / "simulator.log"
        simulator = stack.enter_context(
            process(
                *("simulate", "run", "--sites", str(sites), "--inventory", str(folder)),
                *("--port", str(free_port(socket.SOCK_DGRAM))),
                *("--mqtt", f"127.0.0.1:{broker.port}", "--control", f"127.0.0.1:{free_port()}"),
                *("--cell-period", CELL_PERIOD, "--quiet"),
                log=simulator_log,
            )
        )
        wait_for("ready", simulator_log, 120)
        port = free_port()
        settings = folder / "omc.yaml"
        text = settings.read_text(encoding="utf-8").replace("127.0.0.1:9469", f"127.0.0.1:{port}")
        text = text.replace("127.0.0.1:9470", f"127.0.0.1:{free_port()}")
        if not archive:
            text += "archive: {enabled: false}\n"
        settings.write_text(text, encoding="utf-8")
        stack.enter_context(process("run", "-c", str(settings), log=folder / "omc.log"))
        page = Page(port)
        scrape_for(page, warm_up, "warming up")
        if not page.is_ready():
            raise SystemExit("not ready after the warm-up: use a longer one")
        page.longest = 0.0
        before, simulated = page.scrape(), cpu_seconds(simulator.pid)
        began = time.monotonic()
        scrape_for(page, seconds, "measuring")
        after = page.scrape()
        took = time.monotonic() - began
        simulated = cpu_seconds(simulator.pid) - simulated
    return figures_of(sites, warm_up, took, before, after, simulated, page.longest)


def scrape_for(page: Page, seconds: float, what: str) -> None:
    """Scrape at the usual rate, and say how it goes."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        sys.stderr.write(f"{what}: {left:.0f} s left\n")
        time.sleep(min(SCRAPE_SECONDS, left))
        page.scrape()


def figures_of(
    sites: int,
    warm_up: float,
    took: float,
    before: dict[str, float],
    after: dict[str, float],
    simulated: float,
    longest: float,
) -> Figures:
    """Differences between two scrapes."""

    def grew(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    samples = max(1.0, grew("omc_samples_total"))
    cpu = grew("process_cpu_seconds_total")
    return Figures(
        sites=sites,
        nodes=round(after["omc_devices"]),
        series=round(after["omc_series"]),
        warm_up_s=warm_up,
        measured_s=round(took, 1),
        samples_per_s=round(samples / took),
        mqtt_messages_per_s=round(grew("omc_mqtt_messages_total") / took, 1),
        polls=round(grew("omc_polls_total")),
        late_polls=round(grew("omc_polls_late_total")),
        skipped_polls=round(grew("omc_polls_skipped_total")),
        late_polls_while_warming_up=round(before["omc_polls_late_total"]),
        failing_nodes=round(after['omc_devices{state="failing"}']),
        cpu_share_of_one_core=round(cpu / took, 4),
        cpu_us_per_sample=round(cpu / samples * 1e6, 2),
        simulator_cpu_share_of_one_core=round(simulated / took, 4),
        rss_mib=round(after["process_resident_memory_bytes"] / 2**20, 1),
        scrape_s=round(longest, 3),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--warm-up", type=float, default=150.0)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument(
        "--without-archive", action="store_true", help="only collect, judge and export"
    )
    parser.add_argument("--output", type=Path, default=RESULTS / "province_cost.json")
    wish = parser.parse_args()
    archive = not wish.without_archive
    figures = measure(wish.sites, wish.warm_up, wish.seconds, archive=archive)
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:34} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
