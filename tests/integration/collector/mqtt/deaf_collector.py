"""A collector whose bus never has anything safe, to be killed: `deaf_collector.py PORT PREFIX`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Never

sys.path.insert(0, str(Path(__file__).parents[4]))

from omc.bus.local import LocalBus
from tests.integration.collector.mqtt.collecting import Collecting, broker, until


class DeafBus(LocalBus):
    """Takes batches and never says that they are safe."""

    async def settled(self) -> Never:
        await asyncio.Event().wait()
        raise AssertionError


async def main(port: int, prefix: str) -> None:
    one = Collecting(broker(port, prefix), DeafBus())
    async with one.running():
        print("connected", flush=True)
        await until(lambda: one.heard.samples > 0)
        print("took some", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    # structlog prints to stdout, where the test listens.
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
