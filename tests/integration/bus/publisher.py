"""A process that publishes numbered samples over a journal to InfluxDB's protocol, to be killed.

    python -m tests.integration.bus.publisher FOLDER URL FIRST COUNT

Publishes COUNT samples, ten at a time, whose value is their number and whose time is as many
milliseconds after New Year, beginning with FIRST. Writes `FIRST AFTER` on stdout whenever all
numbers from FIRST to before AFTER are settled; then delivers until nothing waits, and ends. On
SIGTERM it stops publishing, drains as the service does, and ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from random import Random

from pydantic import SecretStr

from exporters.delivery import DeliveryPolicy, SinkDelivery, drain
from exporters.influxdb import open_influx
from exporters.line_protocol import LineRenderer
from omc.bus.journal import JournalledBus, JournalPolicy
from omc.core.clock import SystemClock
from omc.core.model import Series, SeriesTable
from omc.core.settings import InfluxV2Settings
from tests.sample_data import make_metric, numbered_batch

TABLE = SeriesTable()
SERIES = TABLE.intern(make_metric("numbers"), {})
POLICY = DeliveryPolicy(max_samples=500, max_wait=0.02, timeout=1.0, first_retry=0.05)


def _series_of(key: str) -> Series | None:
    return TABLE.intern_text(make_metric(key), "")


async def publish(folder: Path, url: str, first: int, count: int) -> None:
    """As the module says."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = SystemClock()
    settings = InfluxV2Settings.model_construct(
        name="v", version="2", url=url, org="o", bucket="b", token=SecretStr("t"), gzip=True
    )
    bus = JournalledBus(JournalPolicy(folder / "journal.sqlite"), clock, _series_of)
    async with bus.running(), open_influx(settings, clock, LineRenderer()) as sink:
        consumer = bus.consumer("influxdb:v", 100_000, any_order=True)
        delivery = SinkDelivery("v", consumer, sink, clock, Random(1), POLICY)
        delivering = asyncio.create_task(delivery.run(), name="sink")
        await bus.settled()
        for number in range(first, first + count, 10):
            if stop.is_set():
                break
            bus.publish(numbered_batch(SERIES, range(number, number + 10)))
            if number % 50 == 0:
                await bus.settled()
                sys.stdout.write(f"{first} {number + 10}\n")
                sys.stdout.flush()
        await bus.settled()
        while consumer.state.waiting and not stop.is_set():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        bus.close()
        await drain([delivering], 5.0)


if __name__ == "__main__":
    asyncio.run(publish(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
