"""MQTT under load: messages a second through a real broker into /metrics, and how soon they show.

    python -m bench.mqtt_flow [--rate 2000] [--seconds 45]

Starts mosquitto (with a queue longer than its default, which drops QoS 1 beyond 1,000 messages), a
publisher in a process of its own, and `omc run`. Under that load single messages with a known value
are published and looked for on /metrics. Lost is what the broker acknowledged to the publisher and
the service did not take. Figures are written to bench/results/mqtt_flow.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import aiomqtt

from bench.province_cost import Page, process
from omc.service.demo import free_port
from tests.servers.mosquitto import Mosquitto
from tests.servers.mqtt_publisher import Publisher

RESULTS = Path(__file__).parent / "results"
SITES = 100

_SETTINGS = """\
inventory: inventory
data: data
prometheus: {{listen: 127.0.0.1:{port}}}
mqtt:
  - name: load
    host: 127.0.0.1
    port: {broker}
    subscriptions:
      - {{topic: "load/{{site}}/{{device}}/telemetry", mapping: native}}
"""


@dataclass(frozen=True)
class Figures:
    """What came out; delays from publishing to the page, in seconds."""

    rate_wanted: int
    messages_acknowledged_to_publisher: int
    messages_taken: int
    lost: int
    messages_per_s: float
    cpu_share_of_one_core: float
    cpu_us_per_message: float
    delay_median_s: float
    delay_longest_s: float
    delays_measured: int
    machine: str


async def measure(rate: int, seconds: int) -> Figures:
    """Publish, look, count."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mqtt-flow-")))
        broker = stack.enter_context(Mosquitto(["max_queued_messages 100000"]))
        port = free_port()
        _write_installation(folder, port, broker.port)
        stack.enter_context(process("run", "-c", str(folder / "omc.yaml"), log=folder / "omc.log"))
        page = Page(port)
        await _until_connected(page)
        before = page.scrape()
        began = time.monotonic()
        publisher = stack.enter_context(Publisher(broker.port, "load", rate * seconds, rate, SITES))
        ended = asyncio.create_task(publisher.wait())
        delays = await _delays(broker.port, page, ended)
        acknowledged = await ended
        took = time.monotonic() - began
        await asyncio.sleep(2.0)
        after = page.scrape()
    taken = round(after["omc_mqtt_messages_total"] - before.get("omc_mqtt_messages_total", 0.0))
    cpu = after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    ordered = sorted(delays)
    return Figures(
        rate_wanted=rate,
        messages_acknowledged_to_publisher=acknowledged,
        messages_taken=taken - len(delays),
        lost=acknowledged - (taken - len(delays)),
        messages_per_s=round(taken / took),
        cpu_share_of_one_core=round(cpu / took, 3),
        cpu_us_per_message=round(cpu / taken * 1e6, 1),
        delay_median_s=round(ordered[len(ordered) // 2], 3),
        delay_longest_s=round(ordered[-1], 3),
        delays_measured=len(ordered),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def _write_installation(folder: Path, port: int, broker: int) -> None:
    inventory = folder / "inventory"
    inventory.mkdir()
    rows = "".join(f"S{n},Site {n},21.3,105.6\n" for n in range(SITES))
    header = "code,name,latitude,longitude\n"
    (inventory / "sites.csv").write_text(header + rows, encoding="utf-8")
    settings = _SETTINGS.format(port=port, broker=broker)
    (folder / "omc.yaml").write_text(settings, encoding="utf-8")


async def _until_connected(page: Page) -> None:
    for _ in range(200):
        if page.is_ready() and page.scrape().get("omc_mqtt_connected", 0.0) == 1.0:
            return
        await asyncio.sleep(0.1)
    raise SystemExit("the service did not connect to the broker")


async def _delays(port: int, page: Page, ended: asyncio.Task[int]) -> list[float]:
    """Publish a value nobody else has, and look for it, until the load is over."""
    delays: list[float] = []
    async with aiomqtt.Client("127.0.0.1", port) as client:
        while not ended.done():
            await asyncio.sleep(1.0)
            value = round(20 + len(delays) / 100, 2)
            reading = {"n": "env_temperature_celsius", "x": value, "l": {"zone": "marker"}}
            message = {"v": 1, "site": "S0", "seq": len(delays), "m": [reading]}
            began = time.monotonic()
            await client.publish("load/S0/marker/telemetry", json.dumps(message), qos=1)
            await _until_shown(page, value)
            delays.append(time.monotonic() - began)
            sys.stderr.write(f"shown after {delays[-1] * 1000:.0f} ms\n")
    return delays


async def _until_shown(page: Page, value: float) -> None:
    wanted = f"}} {int(value) if value == int(value) else value}\n"
    for _ in range(1000):
        text = await asyncio.to_thread(page.text)
        if any(
            line.startswith("env_temperature_celsius{") and f"{line}\n".endswith(wanted)
            for line in text.splitlines()
        ):
            return
        await asyncio.sleep(0.01)
    raise SystemExit("a published value did not show on /metrics")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=45)
    parser.add_argument("--output", type=Path, default=RESULTS / "mqtt_flow.json")
    wish = parser.parse_args()
    figures = asyncio.run(measure(wish.rate, wish.seconds))
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:36} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
