"""Work that a Python process of its own does: it gives its memory back, and may be killed."""

from __future__ import annotations

import asyncio
import sys

import structlog

from omc.core.errors import OmcError


class ProcessFailed(OmcError):
    """It has ended without having done its work; the text is the last line that it said."""


def keep_output_for_answers() -> None:
    """In a process whose standard output somebody reads: what is logged goes to standard error."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


async def output_of(module: str, *arguments: str) -> bytes:
    """What a module writes that is run with arguments. Cancelling this kills it.

    Raises:
        OSError: it cannot be started: no memory, no more processes or files.
        ProcessFailed: as said.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal is for the service, which ends it
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ProcessFailed(errors.decode(errors="replace").strip().rpartition("\n")[2])
    return output
