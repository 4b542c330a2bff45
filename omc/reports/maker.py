"""Making a report in a process of its own: `omc report` at low priority, one at a time.

Neither the work nor the memory of a report burdens collecting, and it may be killed at any moment.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from omc.core.metric import Text
from omc.core.settings.reports import ReportName

#: Stands before what `omc report --progress` is doing, on its standard error.
PROGRESS = "progress: "
#: Stands before why it cannot make the report, on its standard error: `Text` as JSON.
FAULT = "fault: "
#: What is told while another report is being made.
TURN = "turn"
#: Nicer than anything that polls.
_NICENESS = 10
_ERROR = "Error: "
#: What click says of an option: nobody in front of a page has typed one.
_OPTION = re.compile(r"^Invalid value for --?[a-z-]+: ")
_TRACEBACK = "Traceback (most recent call last):"


class ReportFailed(Exception):
    """A report could not be made or sent.

    Attributes:
        said: Why.
    """

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """One report to be made.

    Attributes:
        report: Which.
        first: First local day of its period.
        last: Last day of it.
        formats: Of its files.
        language: `vi` or `en`.
        options: More options of `omc report` without dashes, and their values; one may come again.
    """

    report: ReportName
    first: date
    last: date
    formats: tuple[str, ...]
    language: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def arguments(self) -> list[str]:
        """Of `omc`."""
        return [
            *("report", self.report),
            *("--from", str(self.first), "--to", str(self.last)),
            *("--format", ",".join(self.formats), "--language", self.language),
            *(f"--{option}={value}" for option, value in self.options),
        ]


class ReportMaker:
    """Makes the reports of one installation.

    Args:
        settings: File of the settings.
        folder: Where reports are put.
    """

    def __init__(self, settings: Path, folder: Path) -> None:
        self.folder = folder
        self._settings = settings
        self._turn = asyncio.Lock()

    async def make(
        self, order: ReportOrder, told: Callable[[str], None] = lambda step: None
    ) -> list[Path]:
        """Make one, when those before it are made. Cancelling it ends its process.

        Args:
            order: Which.
            told: Called with what is being done.

        Returns:
            The files.

        Raises:
            ReportFailed: with what the command said.
        """
        where = ["-c", str(self._settings), "-o", str(self.folder), "--progress"]
        if self._turn.locked():
            told(TURN)
        async with self._turn:
            return await _run([*order.arguments, *where], told)


async def _run(arguments: Sequence[str], told: Callable[[str], None]) -> list[Path]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "omc", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal is for the service, which ends it
    )
    assert process.stdout is not None  # noqa: S101 - both are pipes
    assert process.stderr is not None  # noqa: S101
    os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
    try:
        output, errors = await asyncio.gather(process.stdout.read(), _listen(process.stderr, told))
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if status:
        raise ReportFailed(_reason(errors, status))
    return [Path(line.rsplit("  ", 1)[0]) for line in output.decode().splitlines()]


async def _listen(stream: asyncio.StreamReader, told: Callable[[str], None]) -> list[str]:
    """Pass on what is being done; returns all other lines."""
    others = []
    async for line in stream:
        text = line.decode(errors="replace").rstrip()
        if text.startswith(PROGRESS):
            told(text.removeprefix(PROGRESS))
        else:
            others.append(text)
    return others


def _reason(lines: Sequence[str], status: int) -> Text:
    """What went wrong, as the command told it for programs, else as far as it can be seen."""
    if status < 0:
        name = signal.Signals(-status).name
        return Text(
            en=f"it was ended from outside ({name}): is there enough memory?",
            vi=f"tiến trình bị dừng từ bên ngoài ({name}): máy có đủ bộ nhớ không?",
        )
    for line in lines:
        if line.startswith(FAULT):
            with suppress(ValidationError):
                return Text.model_validate_json(line.removeprefix(FAULT))
    if _TRACEBACK in lines:
        last = lines[-1]
        return Text(en=f"a fault of the program: {last}", vi=f"lỗi của chương trình: {last}")
    begins = [number for number, line in enumerate(lines) if line.startswith(_ERROR)]
    text = " ".join(lines[begins[-1] if begins else 0 :]).removeprefix(_ERROR)
    text = _OPTION.sub("", text).strip() or f"exit code {status}"
    return Text(en=text, vi=f"lệnh bị từ chối: {text}")
