"""The mosquitto MQTT broker."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

from tests.servers.process import ServerProcess

_CONNECT = bytes.fromhex("100c00044d5154540402000a0000")
_CONNACK_ACCEPTED = bytes.fromhex("20020000")
_CONNACK_LENGTH = 4


class Mosquitto(ServerProcess):
    """A broker that keeps nothing on disk.

    Args:
        options: Lines of mosquitto.conf besides listener and log (`mosquitto.conf(5)`); they
            may name files of `files`, which are written into the broker's folder first.
        files: File name -> content (password file, ACL file, certificates).
        anonymous: Whether clients without a user name are let in.
    """

    binary = "mosquitto"
    package = "mosquitto"

    def __init__(
        self,
        options: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
        *,
        anonymous: bool = True,
    ) -> None:
        super().__init__()
        self._options = list(options)
        self._anonymous = anonymous
        for name, content in (files or {}).items():
            (self.folder / name).write_text(content, encoding="utf-8")

    def arguments(self) -> list[str]:
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {'true' if self._anonymous else 'false'}",
            "persistence false",
            "log_dest stderr",
            # Started by root it would otherwise become a user that cannot read its own folder.
            "user root",
            *self._options,
        ]
        path = self.folder / "mosquitto.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ["-c", str(path)]

    def is_ready(self) -> bool:
        """It answers a CONNECT: accepts it, or refuses it for want of a password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
                connection.sendall(_CONNECT)
                answer = connection.recv(_CONNACK_LENGTH)
        except OSError:
            return False
        return answer == _CONNACK_ACCEPTED if self._anonymous else len(answer) == _CONNACK_LENGTH
