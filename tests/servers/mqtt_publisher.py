"""A publisher as a process of its own: QoS 1 at a steady rate, through restarts of the broker.

It speaks MQTT 3.1.1 on a bare socket, so that it costs less than what it measures. Every message
is a native one whose only value is its number, from 0 on. Message i is about site `S<i % sites>`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Self

_CONNECT = bytes.fromhex("100c00044d5154540402003c0000")
_PUBACK = 0x40
_WINDOW = 2000
_PATIENCE = 60.0


class Publisher:
    """Starts the process; `wait` says how many messages the broker has acknowledged."""

    def __init__(self, port: int, prefix: str, count: int, rate: int, sites: int = 100) -> None:
        command = [sys.executable, str(Path(__file__)), str(port), prefix]
        command += [str(count), str(rate), str(sites)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)

    async def wait(self) -> int:
        """How many messages were acknowledged, once it has ended."""
        output, _ = await asyncio.to_thread(self._process.communicate, timeout=_PATIENCE)
        assert self._process.returncode == 0
        return int(output)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def _packet(number: int, prefix: str, sites: int) -> bytes:
    """PUBLISH, QoS 1, with the number as packet identifier (MQTT 3.1.1, 3.3)."""
    site = f"S{number % sites}"
    message = {
        "v": 1,
        "site": site,
        "seq": number,
        "ts": time.time_ns() // 1_000_000,
        "m": [{"n": "site_energy_joules_total", "x": number}],
    }
    identifier = (number % 65535 + 1).to_bytes(2, "big")
    topic = _text(f"{prefix}/{site}/meter/telemetry")
    body = topic + identifier + json.dumps(message).encode()
    length = bytearray()
    rest = len(body)
    while rest > 127:
        length.append(rest % 128 | 128)
        rest //= 128
    length.append(rest)
    return b"\x32" + length + body


class _Session:
    """Publishes all messages, and again those that a lost connection left open."""

    def __init__(self, port: int, prefix: str, count: int, rate: int, sites: int) -> None:
        self._port, self._prefix, self._sites = port, prefix, sites
        self._count, self._rate = count, rate
        self._open: deque[int] = deque()
        self._next = 0
        self.acknowledged = 0

    async def run(self) -> None:
        while self.acknowledged < self._count:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            try:
                writer.write(_CONNECT)
                await reader.readexactly(4)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._read(reader))
                    tasks.create_task(self._write(writer))
            except* (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        for number in list(self._open):
            writer.write(_packet(number, self._prefix, self._sites))
        start, first = time.monotonic(), self._next
        while self._next < self._count:
            due = first + (time.monotonic() - start) * self._rate
            while self._next < min(due, self._count) and len(self._open) < _WINDOW:
                self._open.append(self._next)
                writer.write(_packet(self._next, self._prefix, self._sites))
                self._next += 1
            await writer.drain()
            await asyncio.sleep(0.002)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while self.acknowledged < self._count:
            packet = await reader.readexactly(4)
            assert packet[0] == _PUBACK, packet
            identifier = int.from_bytes(packet[2:4], "big")
            number = next(n for n in self._open if n % 65535 + 1 == identifier)
            self._open.remove(number)
            self.acknowledged += 1


def _main() -> None:
    port, prefix, count, rate, sites = sys.argv[1:]
    session = _Session(int(port), prefix, int(count), int(rate), int(sites))
    asyncio.run(session.run())
    print(session.acknowledged)


if __name__ == "__main__":
    _main()
