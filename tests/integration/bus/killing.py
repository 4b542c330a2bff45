"""Killing a publisher again and again while its sink comes and goes, and counting what arrived."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.sample_data import NEW_YEAR_MS
from tests.servers.relay import Relay, relay
from tests.servers.victoria_metrics import VictoriaMetrics

_GAP = 1_000_000
#: What a publisher says is settled: the first number, and the one behind the last.
_RANGE = re.compile(rb"\d+ \d+\n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        kills: With signal 9.
        settled: Samples whose publishing had been settled.
        missing: Of these, not in the database.
        repeated: Times that stand there more than once.
    """

    kills: int
    settled: int
    missing: int
    repeated: int


async def kill_again_and_again(folder: Path, kills: int, seed: int) -> Outcome:
    """Run it all, on a database of its own."""
    randomness = Random(seed)
    with VictoriaMetrics(("-dedup.minScrapeInterval=1ms",)) as database:
        settled: set[int] = set()
        async with relay(database.port) as front:
            flapping = asyncio.create_task(_flap(front, randomness), name="flap")
            for run in range(kills):
                async with publisher(folder, front.port, run * _GAP, _GAP) as process:
                    killer = asyncio.create_task(_kill(process, randomness.uniform(0.8, 2.5)))
                    settled |= await settled_by(process)
                    await killer
            flapping.cancel()
            front.open()
            async with publisher(folder, front.port, kills * _GAP, 100) as process:
                settled |= await settled_by(process)
                assert await asyncio.wait_for(process.wait(), 60) == 0
        stored = numbers_in(database)
    return Outcome(
        kills, len(settled), len(settled.difference(stored)), len(stored) - len(set(stored))
    )


def numbers_in(database: VictoriaMetrics) -> list[int]:
    """The number of every sample that is stored, by its time."""
    found = database.samples("numbers_value")
    return [time_ms - NEW_YEAR_MS for series in found for time_ms in series["timestamps"]]


@asynccontextmanager
async def publisher(
    folder: Path, port: int, first: int, count: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`publisher.py` as a process; killed at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.bus.publisher", str(folder)),
        *(f"http://127.0.0.1:{port}", str(first), str(count)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def settled_by(process: asyncio.subprocess.Process, lines: int = sys.maxsize) -> set[int]:
    """The numbers that a publisher says are settled, until it ends or has written so many lines."""
    assert process.stdout is not None
    last = b""
    for _ in range(lines):
        if not (line := await process.stdout.readline()):
            break
        if _RANGE.fullmatch(line):  # it may log as well, and be killed in the middle of a line
            last = line
    return set(range(*map(int, last.split()))) if last else set()


async def _kill(process: asyncio.subprocess.Process, seconds: float) -> None:
    await asyncio.sleep(seconds)
    process.kill()


async def _flap(front: Relay, randomness: Random) -> None:
    while True:
        await asyncio.sleep(randomness.uniform(0.05, 0.4))
        front.close()
        await asyncio.sleep(randomness.uniform(0.05, 0.4))
        front.open()
