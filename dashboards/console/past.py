"""The past of metrics, for charts: asked of a process that lives while people look at charts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

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
        largest: Only so many lines, those with the largest values; None for all.
    """

    metric: str
    start_ms: int
    end_ms: int
    step_ms: int
    by: tuple[str, ...] = ()
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    largest: int | None = None


#: One line of a chart: values of the labels that it is told apart by, and its points.
Lines = dict[tuple[str, ...], list[tuple[int, float]]]


class Past:
    """Asks the archive.

    Args:
        folder: The archive's; None if nothing is archived.
        area_of: Site to area.
        patience: Seconds that a question may take, with its wait for those before it.
    """

    def __init__(
        self,
        folder: Path | None,
        area_of: Mapping[SiteCode, AreaCode],
        patience: float = _PATIENCE,
    ) -> None:
        self._folder = folder
        self._patience = patience
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
            "largest": question.largest,
        }
        try:
            async with asyncio.timeout(self._patience), self._turn:
                said = await self._exchange(json.dumps(request))
        except (TimeoutError, OSError, ValueError) as error:
            raise PastUnknown(str(error) or "no answer in time") from error
        return await asyncio.to_thread(_lines, said)

    async def _exchange(self, line: str) -> bytes:
        self._asked += 1
        is_answered = False
        try:
            process = self._process
            if process is None or process.returncode is not None:
                process = self._process = await self._start()
            assert process.stdin is not None  # noqa: S101 - asked for
            assert process.stdout is not None  # noqa: S101 - asked for
            with suppress(ConnectionError):  # it has ended: what it does not say tells so
                process.stdin.write(line.encode() + b"\n")
                await process.stdin.drain()
            said = await process.stdout.readline()
            if not said.endswith(b"\n"):
                await _tell_end(process)
                raise OSError("the process that answers has ended")
            is_answered = True
        finally:
            if not is_answered:
                await self.close()  # an answer under way would be taken for the next one's
        return said

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "omc.history.answering", str(self._folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
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


def _lines(said: bytes) -> Lines:
    """What an answer says. Takes long for a long one.

    Raises:
        PastUnknown: it says that there is no answer.
    """
    answer = json.loads(said)
    if "error" in answer:
        raise PastUnknown(answer["error"])
    lines: Lines = {}
    for *names, time_ms, value in answer["rows"]:
        if value is not None:
            lines.setdefault(tuple(map(str, names)), []).append((time_ms, value))
    return lines


async def _tell_end(process: asyncio.subprocess.Process) -> None:
    """Log how a process ended that nobody has ended."""
    assert process.stderr is not None  # noqa: S101 - asked for
    said = (await process.stderr.read()).decode(errors="replace").strip()
    code = await process.wait()
    log.warning("past_process_ended", code=code, said=said.rpartition("\n")[2])
