"""Whether cost stays flat from a district to a country: devices up, everything else the same.

    python -m bench.scale [--devices 500 2000 10000] [--seconds 60] [--scrape 30] [--agents IP:PORT]
                          [--collectors 1]

Each fleet is polled by a process of its own (`bench.poll_cost`): agents of 24 interfaces, 432
samples a device, polled every minute, the Prometheus view on and rendered every SCRAPE seconds.
Bytes a series are what the process grew by from its first poll to the end. A country is 36,000
devices: give --agents then, `bench.load_agent` is too slow for so many. The table is written to
bench/results/scale.json. With COLLECTORS the fleet is shared by so many processes, as one would
share a country among collectors: counts, CPU and memory are added up, of lateness and scrapes the
worst is told.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.poll_cost import RESULTS, agents

#: Seconds that the first polls of a thousand devices take: they name every series.
_FIRST_POLLS = 12.0
_INTERVAL = 60.0
_COLUMNS = (
    "devices",
    "series",
    "samples_per_s",
    "cpu_us_per_sample",
    "cpu_share_of_one_core",
    "late",
    "skipped",
    "failed",
    "lateness_p99_s",
    "worst_lateness_s",
    "scrape_s",
    "rss_mib",
    "bytes_per_series",
)

#: Of several collectors the worst is told.
_WORST = ("lateness_p99_s", "worst_lateness_s", "scrape_s")


def measure(
    devices: int, seconds: float, scrape: float, port: int, folder: Path, collectors: int
) -> dict[str, Any]:
    """One fleet, in fresh processes."""
    share = devices // collectors
    outputs = [folder / f"{number}.json" for number in range(collectors)]
    running = []
    for number, output in enumerate(outputs):
        options = {
            "--devices": share,
            "--first": number * share,
            "--interval": _INTERVAL,
            "--warm-up": max(_INTERVAL * 1.25, _INTERVAL + share / 1000 * _FIRST_POLLS),
            "--seconds": seconds,
            "--scrape": scrape,
            "--agents": f"127.0.0.1:{port}",
            "--output": output,
        }
        words = [str(word) for pair in options.items() for word in pair]
        command = [sys.executable, "-m", "bench.poll_cost", *words]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit("a collector failed")
    return together([json.loads(output.read_text(encoding="utf-8")) for output in outputs])


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What several collectors come to."""
    total = {name: sum(part[name] for part in parts) for name in _COLUMNS}
    samples = total["samples_per_s"]
    cost = sum(part["cpu_us_per_sample"] * part["samples_per_s"] for part in parts)
    return {
        **total,
        **{name: max(part[name] for part in parts) for name in _WORST},
        "cpu_us_per_sample": round(cost / max(samples, 1), 3),
        "cpu_share_of_one_core": round(total["cpu_share_of_one_core"], 4),
        "rss_mib": round(total["rss_mib"], 1),
        "bytes_per_series": round(total["bytes_per_series"] / len(parts)),
        "collectors": len(parts),
        "machine": parts[0]["machine"],
    }


def main() -> None:
    """Measure fleet by fleet, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--devices", type=int, nargs="+", default=[500, 2000, 10000])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--scrape", type=float, default=30.0)
    parser.add_argument("--agents", help="127.0.0.1:PORT of agents that run already")
    parser.add_argument("--collectors", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS / "scale.json")
    wish = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with agents(wish.agents) as port, tempfile.TemporaryDirectory(prefix="scale-") as folder:
        for devices in wish.devices:
            sys.stderr.write(f"{devices} devices\n")
            rows.append(
                measure(devices, wish.seconds, wish.scrape, port, Path(folder), wish.collectors)
            )
            wish.output.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for name in _COLUMNS:
        sys.stdout.write(f"{name:22}" + "".join(f"{row[name]:>14}" for row in rows) + "\n")


if __name__ == "__main__":
    main()
