"""A server as a subprocess: started on a free port, waited for, stopped by its own handle."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

_START_SECONDS = 20.0
_STOP_SECONDS = 10.0
_TRIES = 3


class ServerFailed(Exception):
    """A server that a test needs is not installed or does not start. Tests fail; none skips."""


def find_binary(name: str, package: str) -> str:
    """Path of an installed command.

    Raises:
        ServerFailed: it is missing; names the Debian package that has it.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise ServerFailed(f"{name} is not installed: apt-get install {package} (or make servers)")
    return found


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def frozen(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> Iterator[None]:
    """A process does nothing within the block, and goes on behind it."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


class ServerProcess:
    """One server with a folder and a port of its own, both kept over a restart.

    Use it as a context manager, or call `start` and `stop`. Everything here blocks: from async
    tests call it through `asyncio.to_thread` where the loop has to go on.
    """

    binary: ClassVar[str]
    package: ClassVar[str]

    def __init__(self) -> None:
        self.port = free_port()
        self._temporary = tempfile.TemporaryDirectory(prefix=f"{self.binary}-")
        self.folder = Path(self._temporary.name)
        self._process: subprocess.Popen[bytes] | None = None

    def arguments(self) -> list[str]:
        """The command line without the binary; may write files into `folder`."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it serves already; must not raise while it does not."""
        raise NotImplementedError

    @property
    def address(self) -> str:
        """`host:port` it listens on."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://{self.address}"

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has said on stdout and stderr."""
        path = self.folder / "output.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start it and wait until it serves; on a port clash the first start takes another port.

        Raises:
            ServerFailed: with what it said.
        """
        may_move = not (self.folder / "output.log").exists()
        for remaining in reversed(range(_TRIES)):
            self._spawn()
            if self._wait_until_ready():
                return
            self.kill()
            if not (may_move and remaining and "address already in use" in self.output.lower()):
                break
            self.port = free_port()
        raise ServerFailed(f"{self.binary} did not start:\n{self.output[-4000:]}")

    def stop(self) -> None:
        """Ask it to end and wait; kill it when it does not."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._temporary.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._temporary.cleanup()

    def _spawn(self) -> None:
        command = [find_binary(self.binary, self.package), *self.arguments()]
        with (self.folder / "output.log").open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )

    def _wait_until_ready(self) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.is_ready():
                return True
            time.sleep(0.02)
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def http_request(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    timeout: float = 10.0,
    content_type: str = "application/x-www-form-urlencoded",
) -> tuple[int, bytes]:
    """One HTTP request to 127.0.0.1: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"Content-Type": content_type} if body else {}
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def answers(port: int, path: str) -> bool:
    """Whether an HTTP GET answers with a status below 400."""
    try:
        return http_request(port, "GET", path, timeout=2.0)[0] < 400
    except (OSError, http.client.HTTPException):
        return False
