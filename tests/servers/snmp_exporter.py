"""Prometheus' snmp_exporter, walking the columns it is told to: what benchmarks compare with."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any, ClassVar

import yaml

from tests.servers.process import ServerFailed, ServerProcess, answers, find_binary

_IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"


class SnmpExporter(ServerProcess):
    """Debian's prometheus-snmp-exporter with one module, `interfaces`.

    Args:
        columns: OIDs of interface columns; each row is named by ifName, as its usual module does.
    """

    binary: ClassVar[str] = "prometheus-snmp-exporter"
    package: ClassVar[str] = "prometheus-snmp-exporter"

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self._columns = columns

    def arguments(self) -> list[str]:
        path = self.folder / "snmp.yml"
        path.write_text(yaml.safe_dump({"interfaces": self._module()}), encoding="utf-8")
        return [f"--config.file={path}", f"--web.listen-address={self.address}"]

    def is_ready(self) -> bool:
        return answers(self.port, "/")

    @property
    def pid(self) -> int:
        """Its process.

        Raises:
            ServerFailed: it does not run.
        """
        if self._process is None:
            raise ServerFailed(f"{self.binary} does not run")
        return self._process.pid

    @property
    def version(self) -> str:
        """What it says it is."""
        command = [find_binary(self.binary, self.package), "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        return (said.stdout or said.stderr).partition(" (")[0]

    def _module(self) -> dict[str, Any]:
        up_time = {"name": "sysUpTime", "oid": _SYS_UP_TIME.removesuffix(".0"), "type": "gauge"}
        return {
            "walk": [*self._columns, _IF_NAME],
            "get": [_SYS_UP_TIME],
            "metrics": [{**up_time, "help": "Uptime."}, *map(_metric, self._columns)],
            "version": 2,
            "max_repetitions": 50,
            "auth": {"community": "public"},
        }


def _metric(column: str) -> dict[str, Any]:
    return {
        "name": f"if_{column.replace('.', '_')}",
        "oid": column,
        "type": "counter",
        "help": "One column.",
        "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
        "lookups": [
            {"labels": ["ifIndex"], "labelname": "ifName", "oid": _IF_NAME, "type": "DisplayString"}
        ],
    }
