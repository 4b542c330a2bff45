"""net-snmp's snmptrap and snmpinform, sending to a port of this machine."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.servers.process import find_binary

#: The engine that sends SNMPv3 traps.
ENGINE = "0x8000000001020304"


class SnmpNotifier:
    """Sends notifications to 127.0.0.1.

    Args:
        port: Where to.
        folder: Where net-snmp keeps its engine boots.
    """

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder

    async def trap(self, *arguments: str, options: tuple[str, ...] = ("-v2c", "-cpublic")) -> None:
        """Send a trap: what follows the address on snmptrap's command line."""
        assert await self._run("snmptrap", options, arguments) == 0

    async def inform(
        self, *arguments: str, options: tuple[str, ...] = ("-v2c", "-cpublic")
    ) -> bool:
        """Send an inform; whether it was acknowledged."""
        return await self._run("snmpinform", (*options, "-t1", "-r1"), arguments) == 0

    async def _run(self, command: str, options: tuple[str, ...], arguments: tuple[str, ...]) -> int:
        process = await asyncio.create_subprocess_exec(
            find_binary(command, "snmp"),
            *options,
            "-m",
            "",
            f"127.0.0.1:{self._port}",
            *arguments,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self._folder / "snmp")},
        )
        return await process.wait()
