"""The simulator's control endpoint: one JSON object a line, over TCP on a loopback address.

A request is `{"do": "cut", "what": "RG-VYE001-VYE014"}`; the answer `{"ok": true, "text": ...}` or
`{"ok": false, "text": what is wrong}`. Nothing but loopback may be listened on: whoever reaches the
endpoint rules the simulator.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from omc.core.errors import OmcError
from omc.core.quantities import ListenAddress
from omc.simulator.commands import Commander, CommandRefused

_LONGEST_LINE = 4096
_ANSWER_TIMEOUT = 5.0


class ControlFailed(OmcError):
    """The simulator did not do what it was told, or did not answer; the text says why."""


@asynccontextmanager
async def control_server(commander: Commander, host: str, port: int) -> AsyncIterator[int]:
    """Listen for commands; yields the port.

    Raises:
        ControlFailed: not a loopback address.
        OSError: the port is taken.
    """
    if not ListenAddress(host, port).is_loopback:
        raise ControlFailed(f"the control endpoint stays on loopback, not on {host}")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _serve(commander, reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, limit=_LONGEST_LINE)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _serve(
    commander: Commander, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while True:
        try:
            line = await reader.readline()
        except (ValueError, ConnectionError):
            return
        if not line:
            return
        writer.write(json.dumps(_answer(commander, line), ensure_ascii=False).encode() + b"\n")
        await writer.drain()


def _answer(commander: Commander, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        return {"ok": False, "text": "expected one JSON object a line"}
    if not isinstance(request, dict) or not isinstance(request.get("do"), str):
        return {"ok": False, "text": 'expected {"do": command, ...}'}
    arguments = {str(key): value for key, value in request.items() if key != "do"}
    try:
        return {"ok": True, **commander.run(request["do"], arguments)}
    except CommandRefused as refusal:
        return {"ok": False, "text": str(refusal)}


async def send_command(host: str, port: int, do: str, **arguments: object) -> dict[str, Any]:
    """Tell a running simulator something and return its answer.

    Raises:
        ControlFailed: nobody answers, or the command was refused.
    """
    request = {"do": do, **{key: value for key, value in arguments.items() if value is not None}}
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(json.dumps(request).encode() + b"\n")
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError) as error:
        raise ControlFailed(
            f"no simulator answers at {host}:{port}; is `omc simulate run` running with this "
            "--control address?"
        ) from error
    if not answer.get("ok"):
        raise ControlFailed(str(answer.get("text", "refused")))
    return dict(answer)
