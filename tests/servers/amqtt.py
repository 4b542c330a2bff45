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
    allow_anonymous: true
"""


class Amqtt(ServerProcess):
    """A broker open to everyone. It is installed with the project, beside its Python."""

    binary = str(Path(sys.executable).with_name("amqtt"))
    package = "amqtt (pip)"

    def arguments(self) -> list[str]:
        path = self.folder / "amqtt.yaml"
        path.write_text(_CONFIGURATION.format(address=self.address), encoding="utf-8")
        return ["-c", str(path)]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0):
                return True
        except OSError:
            return False
