"""OpenSSH's server, for SFTP with keys."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
from pathlib import Path

from tests.servers.process import ServerProcess, find_binary


class Sshd(ServerProcess):
    """Lets the user of the tests in with one key.

    Attributes:
        key: Private key of who may come in.
        known_hosts: File with the server's own key.
        user: Who may come in.
    """

    binary = "sshd"
    package = "openssh-server"

    def __init__(self) -> None:
        super().__init__()
        self.user = getpass.getuser()
        self.key = self._new_key("client")
        self._host_key = self._new_key("host").with_suffix(".pub").read_text(encoding="ascii")
        self.known_hosts = self.folder / "known_hosts"
        self.known_hosts.write_text(self.known_hosts_for(self.port), encoding="ascii")
        (self.folder / "authorized").write_bytes(self.key.with_suffix(".pub").read_bytes())

    def known_hosts_for(self, port: int) -> str:
        """What a `known_hosts` file says of the server behind a port of 127.0.0.1."""
        return f"[127.0.0.1]:{port} {self._host_key}"

    def _new_key(self, name: str) -> Path:
        path = self.folder / name
        command = [find_binary("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", ""]
        subprocess.run([*command, "-f", str(path)], check=True)
        return path

    def arguments(self) -> list[str]:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where OpenSSH separates its privileges
        lines = [
            "ListenAddress 127.0.0.1",
            f"Port {self.port}",
            f"HostKey {self.folder / 'host'}",
            f"AuthorizedKeysFile {self.folder / 'authorized'}",
            f"PidFile {self.folder / 'pid'}",
            "Subsystem sftp internal-sftp",
            "StrictModes no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "UsePAM no",
        ]
        config = self.folder / "sshd_config"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # It runs itself again for every connection, and wants its whole path for that.
        return ["-D", "-e", "-f", str(config)]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False
