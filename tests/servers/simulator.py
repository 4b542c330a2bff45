"""`omc simulate run` as a subprocess on free ports."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from tests.servers.process import ServerFailed, free_port, frozen

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_TRIES = 3


def free_udp_port() -> int:
    """A UDP port that is free on every address of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
        return port


def omc(*arguments: str) -> list[str]:
    """The command line of an `omc` sub-command in this environment."""
    return [sys.executable, "-m", "omc", *arguments]


class RunningSimulator:
    """A province that lives as long as the `with` block.

    Attributes:
        port: UDP port of its agents.
        control: TCP port of its control endpoint.
        greeting: What it said on standard output until it was ready.
    """

    def __init__(self, *options: str, sites: int = 8, seed: int = 7) -> None:
        self.port = free_udp_port()
        self.control = free_port()
        self.greeting: list[str] = []
        self._options = options
        self._province = ("--sites", str(sites), "--seed", str(seed))
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        for remaining in reversed(range(_TRIES)):
            try:
                self._start()
                break
            except ServerFailed as failed:
                if not remaining or "Address already in use" not in str(failed):
                    raise
                # It opens many ports; somebody else has one of them.
                self.port, self.control = free_udp_port(), free_port()
                self.greeting.clear()
        return self

    def _start(self) -> None:
        self._process = subprocess.Popen(
            omc(
                *("simulate", "run", *self._province, "--port", str(self.port)),
                *("--control", f"127.0.0.1:{self.control}", "--quiet", *self._options),
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self._process.kill()
            self._process.communicate()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> tuple[int, float, str]:
        """Ask it to end: exit code, seconds it took, and its standard error."""
        process, self._process = self._process, None
        if process is None:
            return 0, 0.0, ""
        begin = time.monotonic()
        process.terminate()
        try:
            _, errors = process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
        return process.returncode, time.monotonic() - begin, errors

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing of the province answers while the block runs, as if our uplink were gone."""
        assert self._process is not None
        with frozen(self._process):
            yield

    def tell(self, *arguments: str) -> str:
        """Run a control command against it and return what it printed.

        Raises:
            CalledProcessError: it was refused.
        """
        command = omc("simulate", *arguments, "--control", f"127.0.0.1:{self.control}")
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout.strip()

    def send(self, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """Send raw lines to the control endpoint and read an answer to each."""
        with socket.create_connection(("127.0.0.1", self.control), timeout=5) as connection:
            file = connection.makefile("rwb")
            answers = []
            for line in lines:
                file.write(line + b"\n")
                file.flush()
                answers.append(json.loads(file.readline()))
            return answers

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        too_late = threading.Timer(_START_SECONDS, process.kill)
        too_late.start()
        try:
            for line in process.stdout:
                self.greeting.append(line.strip())
                if line.startswith("ready"):
                    return
        finally:
            too_late.cancel()
        process.kill()
        raise ServerFailed(f"the simulator did not start: {process.communicate()[1]}")
