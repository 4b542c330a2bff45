"""The past of metrics, for charts: asked of a process that lives while people look at charts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from omc.core.model import AreaCode, SiteCode

log = structlog.get_logger(__name__)

#: Seconds without a question after which the process ends.
_IDLE = 300.0
_PATIENCE = 30.0
#: An answer is one line, which may be long.
_LONGEST_LINE = 64 * 1024 * 1024


class PastUnknown(Exception):
    """A question that cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """Values of a metric over time.

    Attributes:
        metric: Its name.
        start_ms: Unix milliseconds, UTC.
        end_ms: The first moment after the last step.
        step_ms: Length of a step.
        by: Labels that values are told apart by.
        where: Labels to narrow it to.
    """

    metric: str
    start_ms: int
    end_ms: int
    step_ms: int
    by: tuple[str, ...] = ()
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


#: One line of a chart: values of the labels that it is told apart by, and its points.
Lines = dict[tuple[str, ...], list[tuple[int, float]]]


class Past:
    """Asks the archive.

    Args:
        folder: The archive's; None if nothing is archived.
        area_of: Site to area.
    """

    def __init__(self, folder: Path | None, area_of: Mapping[SiteCode, AreaCode]) -> None:
        self._folder = folder
        self._area_of = area_of
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._asked = 0

    @property
    def is_kept(self) -> bool:
        """Whether there is an archive at all."""
        return self._folder is not None

    async def ask(self, question: Question) -> Lines:
        """The lines of a chart, points in the order of time.

        Raises:
            PastUnknown: there is no answer.
        """
        request = {
            "metric": question.metric,
            "start": question.start_ms,
            "end": question.end_ms,
            "step": question.step_ms,
            "by": question.by,
            "where": question.where,
        }
        lines: Lines = {}
        for *names, time_ms, value in await self._rows(request):
            if value is not None:
                lines.setdefault(tuple(map(str, names)), []).append((time_ms, value))
        return lines

    async def _rows(self, request: Mapping[str, Any]) -> list[list[Any]]:
        async with self._turn:
            self._asked += 1
            try:
                async with asyncio.timeout(_PATIENCE):
                    said = await self._exchange(json.dumps(request))
            except (TimeoutError, OSError, ValueError) as error:
                await self.close()
                raise PastUnknown(str(error) or "no answer in time") from error
            except asyncio.CancelledError:
                await self.close()  # an answer under way would be taken for the next one's
                raise
        if "error" in said:
            raise PastUnknown(said["error"])
        rows: list[list[Any]] = said["rows"]
        return rows

    async def _exchange(self, line: str) -> dict[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        assert process.stdin is not None  # noqa: S101 - asked for
        assert process.stdout is not None  # noqa: S101 - asked for
        process.stdin.write(line.encode() + b"\n")
        await process.stdin.drain()
        said: dict[str, Any] = json.loads(await process.stdout.readline())
        return said

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "omc.history.answering", str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which ends it
        )
        assert process.stdin is not None  # noqa: S101 - asked for
        process.stdin.write(json.dumps(self._area_of).encode() + b"\n")
        return process

    async def run(self) -> None:
        """End the process when nobody has asked for a while, and when cancelled."""
        try:
            while True:
                before = self._asked
                await asyncio.sleep(_IDLE)
                if self._asked == before and not self._turn.locked():
                    await self.close()
        finally:
            await self.close()

    async def close(self) -> None:
        """End the process that answers; the next question starts another."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
