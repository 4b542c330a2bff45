"""The demo: a synthetic province, an MQTT broker, each in a process of its own, and the service.

Nothing has to be installed or configured; everything lives in a temporary folder and on loopback
addresses, and is gone when the demo ends.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from omc.core.clock import Clock
from omc.core.errors import OmcError
from omc.core.inventory import Inventory
from omc.core.quantities import ListenAddress
from omc.service.installation import Installation, load_installation

#: Seconds until the province has to be ready.
_START_SECONDS = 120.0
_STOP_SECONDS = 2.0
_LOOPBACK = "127.0.0.1"

#: Granularity of the cells' counters: 15 minutes in a real network, less for a short look.
CELL_PERIOD = "5m"

#: Share of the gateways that speak Sparkplug B, the others JSON.
SPARKPLUG_SHARE = "0.25"

Say = Callable[[str], None]


class DemoFailed(OmcError):
    """The demo could not be started; the text says why."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of the loopback address that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def demo_broker() -> AsyncIterator[int]:
    """An MQTT broker from the project's own dependencies; yields its port.

    It has a process of its own: in this one its work would make polls late.

    Raises:
        DemoFailed: it did not start.
    """
    port = free_port()
    async with _part("omc.service.demo_broker", str(port)) as process:
        await _until_ready(process, "the MQTT broker", lambda text: None)
        async with _passed_over(process):
            yield port


@asynccontextmanager
async def demo_province(
    folder: Path, sites: int, seed: int, mqtt_port: int, control_port: int, say: Say
) -> AsyncIterator[None]:
    """The province: written into `folder`, answering and publishing until the block ends.

    Raises:
        DemoFailed: it did not start.
    """
    arguments = [
        *("simulate", "run", "--seed", str(seed), "--sites", str(sites)),
        *("--port", str(free_port(socket.SOCK_DGRAM)), "--cell-period", CELL_PERIOD),
        *("--sparkplug", SPARKPLUG_SHARE),
        *("--mqtt", f"{_LOOPBACK}:{mqtt_port}", "--control", f"{_LOOPBACK}:{control_port}"),
        *("--inventory", str(folder), "--quiet"),
    ]
    async with _part("omc", *arguments) as process:
        await _until_ready(process, "the province", say)
        async with _passed_over(process):
            yield


@asynccontextmanager
async def _part(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A part of the demo as a process, ended with the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Ctrl-C in a terminal goes to the whole group; the demo stops its parts itself.
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        await _stop(process)


async def _until_ready(process: asyncio.subprocess.Process, what: str, say: Say) -> None:
    """Pass on what the part says until it says that it is ready."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    said = ""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while line := await process.stdout.readline():
                said = line.decode().strip()
                say(said)
                if said.startswith("ready"):
                    return
    except TimeoutError:
        raise DemoFailed(f"{what} was not ready within {_START_SECONDS:.0f} s") from None
    raise DemoFailed(f"{what} ended while it was starting: {said}")


@asynccontextmanager
async def _passed_over(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Read what a part says, though nobody wants it: it would stand still before a full pipe."""
    assert process.stdout is not None  # noqa: S101 - asked for where it was started
    reading = asyncio.create_task(_read_to_end(process.stdout), name="demo-part")
    try:
        yield
    finally:
        reading.cancel()


async def _read_to_end(stream: asyncio.StreamReader) -> None:
    while await stream.read(65_536):
        pass


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def console_port() -> int:
    """The console's usual port, or another if that is taken."""
    usual = ListenAddress(_LOOPBACK, 9470)
    try:
        check_listening(usual)
    except DemoFailed:
        return free_port()
    return usual.port


def demo_installation(folder: Path, listen: ListenAddress, api_port: int) -> Installation:
    """The province's own settings and inventory, with the pages at other addresses and traps heard.

    Raises:
        ConfigurationError: the simulator wrote something that the service cannot read.
    """
    settings = folder / "omc.yaml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:9469", str(listen))
    text = text.replace("127.0.0.1:9470", f"{_LOOPBACK}:{api_port}")
    traps = ListenAddress(_LOOPBACK, free_port(socket.SOCK_DGRAM))
    heard = f"  traps: {{listen: {traps}, communities: [file:secrets/community]}}\n"
    text = text.replace("snmp:\n", f"snmp:\n{heard}")
    settings.write_text(text, encoding="utf-8")
    return load_installation(settings, os.environ)


@dataclass(frozen=True, slots=True)
class Breakable:
    """What to break first, so that there is something to see.

    Attributes:
        span: A cable that sites hang on by itself: to cut it is to lose them.
        area: Code of the commune with the most sites.
    """

    span: str
    area: str

    @classmethod
    def of(cls, inventory: Inventory) -> Breakable:
        """Examples from the province's inventory."""
        single = [name for name in inventory.spans if name.startswith("SP-")]
        areas = Counter(site.area for site in inventory.sites.values() if site.area is not None)
        return cls(min(single or inventory.spans), areas.most_common(1)[0][0])


def check_listening(address: ListenAddress) -> None:
    """See that a server could listen at an address, at this moment.

    Raises:
        DemoFailed: it could not.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[0][4])
            probe.listen()
    except OSError as error:
        text = f"cannot listen on {address}: {(error.strerror or str(error)).lower()}"
        raise DemoFailed(text) from None


class Rate:
    """How much more a growing number has become in a second, over the last few seconds."""

    def __init__(self, clock: Clock, window: float = 10.0) -> None:
        self._clock = clock
        self._window = window
        self._seen: list[tuple[float, int]] = []

    def of(self, total: int) -> float:
        """Note the number as it is now; returns its growth a second."""
        now = self._clock.monotonic()
        self._seen.append((now, total))
        self._seen = [one for one in self._seen if now - one[0] <= self._window]
        began, before = self._seen[0]
        return (total - before) / (now - began) if now > began else 0.0
