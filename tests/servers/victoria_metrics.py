"""VictoriaMetrics, which speaks InfluxDB's write API and Prometheus' query API."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.servers.process import ServerProcess, answers, http_request


class VictoriaMetrics(ServerProcess):
    """A single-node server.

    Args:
        options: More flags (`-influxSkipSingleField`).
    """

    binary = "victoria-metrics"
    package = "victoria-metrics"

    def __init__(self, options: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._options = options

    def arguments(self) -> list[str]:
        return [
            "-retentionPeriod=100y",
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr={self.address}",
            *self._options,
        ]

    def is_ready(self) -> bool:
        return answers(self.port, "/health")

    def samples(self, selector: str) -> list[dict[str, Any]]:
        """Everything stored of the matching series: `metric`, `values`, `timestamps` (ms)."""
        http_request(self.port, "GET", "/internal/force_flush")
        path = "/api/v1/export?" + urlencode({"match[]": selector})
        status, body = http_request(self.port, "GET", path)
        assert status == 200, body
        return [json.loads(line) for line in body.splitlines()]
