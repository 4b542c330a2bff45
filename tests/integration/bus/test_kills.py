"""Killed or ended, a process loses nothing that was settled."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.integration.bus.killing import (
    kill_again_and_again,
    numbers_in,
    publisher,
    settled_by,
)
from tests.servers.victoria_metrics import VictoriaMetrics


async def test_what_was_settled_arrives_once_however_often_the_process_is_killed(
    tmp_path: Path,
) -> None:
    outcome = await kill_again_and_again(tmp_path, kills=3, seed=1)
    assert outcome.settled > 100
    assert outcome.missing == 0
    assert outcome.repeated == 0


async def test_sigterm_delivers_what_is_left(tmp_path: Path) -> None:
    with VictoriaMetrics(("-dedup.minScrapeInterval=1ms",)) as database:
        async with publisher(tmp_path, database.port, 0, 10_000_000) as process:
            settled = await asyncio.wait_for(settled_by(process, lines=50), 60)
            process.terminate()
            settled |= await asyncio.wait_for(settled_by(process), 20)
            assert await process.wait() == 0
        assert settled
        assert settled <= set(numbers_in(database))
