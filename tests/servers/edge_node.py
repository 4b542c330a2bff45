"""An edge node by pysparkplug, which knows nothing of us: a process with libraries of its own.

It is told what to do by a line of JSON each, and says in the same way what it was asked for:

    {"do": "connect"}   {"do": "update", "metrics": [["name", "DOUBLE", 54.1]]}
    {"do": "update_device", "device": "rectifier-1", "metrics": [...]}
    {"do": "add_device", ...}   {"do": "remove_device", ...}   {"do": "lose"}

It says `connected` and `rebirth asked`. `lose` counts a message that never comes: a gap. What
pysparkplug does not do by itself is to answer a request for its births; here that is done with its
own messages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

from tests.servers.process import ServerFailed

#: Made by `make test` (Makefile), from tests/pysparkplug.lock.
LIBRARIES = Path(sys.prefix) / "pysparkplug"
_TARGET = ".venv/pysparkplug"
_PATIENCE = 10.0

Metric = tuple[str, str, Any]


class EdgeNode:
    """Starts the process; `kill` ends it without a goodbye, so that the broker tells its death."""

    def __init__(self, port: int, group: str, edge: str) -> None:
        if not LIBRARIES.is_dir():
            raise ServerFailed(f"pysparkplug is not in {LIBRARIES}: make {_TARGET}")
        script = Path(__file__).with_name("edge_node_process.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(port), group, edge],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(LIBRARIES)},
            text=True,
        )
        self._said: Queue[str] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, do: str, **what: Any) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()

    def expect(self, word: str) -> None:
        """Wait until it has said this.

        Raises:
            AssertionError: it does not.
        """
        try:
            while self._said.get(timeout=_PATIENCE) != word:
                pass
        except Empty:
            raise AssertionError(f"the edge node did not say {word!r}") from None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())
