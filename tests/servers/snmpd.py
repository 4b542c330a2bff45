"""net-snmp's snmpd, serving SNMPv1, v2c and v3."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence

from tests.servers.process import ServerProcess, find_binary

_SYSTEM = "1.3.6.1.2.1.1"


def free_udp_port() -> int:
    """A UDP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Snmpd(ServerProcess):
    """An agent with community `public` and the users it is given.

    Users, engine id and boots survive `stop` and `start`: a restart raises the boots by one.

    Args:
        users: Lines of snmpd.conf: `createUser ...` and `rouser ...`.
        view: Subtree that `public` may see.
    """

    binary = "snmpd"
    package = "snmpd"

    def __init__(self, users: Sequence[str] = (), view: str = "1.3.6.1") -> None:
        super().__init__()
        self.port = free_udp_port()
        self._users = list(users)
        self._view = view

    def arguments(self) -> list[str]:
        persistent = self.folder / "persistent"
        remembered = persistent / "snmpd.conf"
        lines = [
            f"agentaddress udp:127.0.0.1:{self.port}",
            f"[snmp] persistentDir {persistent}",
            f"view shown included {self._view}",
            "rocommunity public 127.0.0.1 -V shown",
            "sysLocation Vĩnh Yên",
            "sysContact noc@example.net",
            "sysName VPC0001",
        ]
        # After a first start the keys stand in the persistent folder.
        wanted = "rouser" if remembered.exists() else ("createUser", "rouser")
        lines += [line for line in self._users if line.startswith(wanted)]
        path = self.folder / "snmpd.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        read = f"{path},{remembered}" if remembered.exists() else str(path)
        # -C keeps the machine's own configuration out; no MIBs: less noise, sooner ready.
        pid_file = str(self.folder / "snmpd.pid")
        return ["-f", "-Lo", "-C", "-c", read, "-p", pid_file, "-m", ""]

    def is_ready(self) -> bool:
        read = self.run("snmpget", "-v2c", "-cpublic", "-t0.2", "-r0", oids=[_SYSTEM + ".3.0"])
        return read.returncode == 0

    def forget_engine(self) -> None:
        """Make the next start a new engine, as if the device had been replaced."""
        shutil.rmtree(self.folder / "persistent")

    def get(self, oid: str, *options: str) -> str:
        """What net-snmp's own snmpget reads: the value, without its type.

        Raises:
            AssertionError: it cannot read it.
        """
        options = options or ("-v2c", "-cpublic")
        read = self.run("snmpget", *options, "-Oqvn", oids=[oid])
        assert read.returncode == 0, read.stderr
        return read.stdout.strip().strip('"')

    def walk(self, oid: str, *options: str) -> list[str]:
        """What net-snmp's own snmpwalk reads: numeric OIDs without leading dot."""
        options = options or ("-v2c", "-cpublic")
        read = self.run("snmpwalk", *options, "-Onq", oids=[oid])
        found = [line for line in read.stdout.splitlines() if line.startswith(f".{oid}.")]
        return [line.split(" ", 1)[0].lstrip(".") for line in found]

    def run(
        self, command: str, *options: str, oids: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        """One of net-snmp's commands against this agent."""
        return subprocess.run(
            [find_binary(command, "snmp"), *options, f"127.0.0.1:{self.port}", *oids],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self.folder / "persistent-client")},
        )
