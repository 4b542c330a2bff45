"""Whether cost stays flat from a district to a country: devices up, everything else the same.

    python -m bench.scale [--devices 500 2000 10000] [--seconds 60] [--scrape 30] [--agents IP:PORT]

Each fleet is polled by a process of its own (`bench.poll_cost`): agents of 24 interfaces, 432
samples a device, polled every minute, the Prometheus view on and rendered every SCRAPE seconds.
Bytes a series are what the process grew by from its first poll to the end. A country is 36,000
devices: give --agents then, `bench.load_agent` is too slow for so many. The table is written to
bench/results/scale.json.
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


def measure(devices: int, seconds: float, scrape: float, port: int, output: Path) -> dict[str, Any]:
    """One fleet in a fresh process."""
    options = {
        "--devices": devices,
        "--interval": _INTERVAL,
        "--warm-up": max(_INTERVAL * 1.25, _INTERVAL + devices / 1000 * _FIRST_POLLS),
        "--seconds": seconds,
        "--scrape": scrape,
        "--agents": f"127.0.0.1:{port}",
        "--output": output,
    }
    words = [str(word) for pair in options.items() for word in pair]
    subprocess.run(
        [sys.executable, "-m", "bench.poll_cost", *words], check=True, stdout=subprocess.DEVNULL
    )
    found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return {name: found[name] for name in (*_COLUMNS, "machine")}


def main() -> None:
    """Measure fleet by fleet, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--devices", type=int, nargs="+", default=[500, 2000, 10000])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--scrape", type=float, default=30.0)
    parser.add_argument("--agents", help="127.0.0.1:PORT of agents that run already")
    parser.add_argument("--output", type=Path, default=RESULTS / "scale.json")
    wish = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with agents(wish.agents) as port, tempfile.TemporaryDirectory(prefix="scale-") as folder:
        for devices in wish.devices:
            sys.stderr.write(f"{devices} devices\n")
            one = Path(folder) / "one.json"
            rows.append(measure(devices, wish.seconds, wish.scrape, port, one))
            wish.output.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for name in _COLUMNS:
        sys.stdout.write(f"{name:22}" + "".join(f"{row[name]:>14}" for row in rows) + "\n")


if __name__ == "__main__":
    main()
