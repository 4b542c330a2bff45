"""amqtt, the broker of the demo, as a process of its own. It speaks MQTT 3.1.1 only."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from tests.servers.process import ServerProcess

_CONFIGURATION = """\
listeners:
  default:
    type: tcp
    bind: {address}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: {anonymous}
"""


class Amqtt(ServerProcess):
    """A broker that is installed with the project, beside its Python.

    Args:
        anonymous: Let everyone in, and keep nobody's session; else let in who has a user name.
    """

    binary = str(Path(sys.executable).with_name("amqtt"))
    package = "amqtt (pip)"

    def __init__(self, *, anonymous: bool = True) -> None:
        super().__init__()
        self._anonymous = str(anonymous).lower()

    def arguments(self) -> list[str]:
        path = self.folder / "amqtt.yaml"
        path.write_text(
            _CONFIGURATION.format(address=self.address, anonymous=self._anonymous), encoding="utf-8"
        )
        return ["-c", str(path)]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0):
                return True
        except OSError:
            return False
