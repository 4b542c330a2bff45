"""`omc demo` as a process with a browser in front of it: for figures and pictures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from omc.service.demo import free_port
from tests.servers.process import find_binary

_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo.

    Attributes:
        url: Of the console, without a slash at the end.
        entrance: Its address with a token.
        folder: Of settings, inventory and data.
        span: A cable that sites hang on.
        control: `host:port` of the province's control endpoint.
        pid: Of the service.
    """

    url: str
    entrance: str
    folder: Path
    span: str
    control: str
    pid: int

    def tell(self, *arguments: str) -> None:
        """Break or mend something in the province."""
        command = [sys.executable, "-m", "omc", "simulate", *arguments, "--control", self.control]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def cpu_seconds(self) -> float:
        """CPU time of the service so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_demo(sites: int) -> Iterator[Demo]:
    """A demo for the length of the block."""
    with TemporaryDirectory(prefix="omc-looked-at-") as name:
        log = Path(name) / "demo.log"
        listen = f"127.0.0.1:{free_port()}"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "omc", "demo", "--sites", str(sites), "--listen", listen],
                stdout=output,
                stderr=output,
            )
        try:
            yield _greeted(log, process)
        finally:
            process.terminate()
            process.wait(30)


def _greeted(log: Path, process: subprocess.Popen[bytes]) -> Demo:
    """What the demo says when it is ready."""
    end = time.monotonic() + _START_SECONDS
    while "Ctrl-C" not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the demo did not start:\n{said}")
        time.sleep(0.2)

    def found(pattern: str) -> str:
        match = re.search(pattern, said)
        assert match is not None, said
        return match[1]

    entrance = found(r"the console +(\S+)")
    return Demo(
        url=entrance.partition("/enter")[0],
        entrance=entrance,
        folder=Path(found(r"-c (\S+)/omc\.yaml")),
        span=found(r"simulate cut (\S+)"),
        control=found(r"--control (\S+)"),
        pid=process.pid,
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser for the length of the block."""
    with sync_playwright() as playwright:
        path = find_binary("chromium", "chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
