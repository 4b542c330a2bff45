"""`omc replay` as a subprocess on free ports."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import ServerFailed
from tests.servers.simulator import omc


@contextmanager
def replayed(*files: Path) -> Iterator[dict[str, int]]:
    """Serve recordings: UDP port by the recording's name."""
    process = subprocess.Popen(
        omc("replay", *map(str, files), "--listen", "127.0.0.1:0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ports: dict[str, int] = {}
    try:
        for line in process.stdout:
            if line.startswith("ready"):
                break
            endpoint, name, *_ = line.split("  ")
            ports[name] = int(endpoint.rpartition(":")[2])
        else:
            raise ServerFailed(f"omc replay did not start: {process.communicate()[1]}")
        yield ports
    finally:
        process.terminate()
        process.communicate()
