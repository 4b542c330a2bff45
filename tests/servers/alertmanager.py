"""Prometheus Alertmanager."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.process import ServerProcess, answers, http_request


class Alertmanager(ServerProcess):
    """A server that groups nothing and tells nobody: tests read its API."""

    binary = "prometheus-alertmanager"
    package = "prometheus-alertmanager"

    def arguments(self) -> list[str]:
        config = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
        path = self.folder / "alertmanager.yml"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        return [
            f"--config.file={path}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
        ]

    def is_ready(self) -> bool:
        return answers(self.port, "/-/ready")

    def alerts(self) -> dict[str, dict[str, Any]]:
        """What is firing, by the name of the alert; the watchdog is left out."""
        body = http_request(self.port, "GET", "/api/v2/alerts?active=true")[1]
        found: list[dict[str, Any]] = json.loads(body)
        named = {alert["labels"]["alertname"]: alert for alert in found}
        named.pop("Watchdog", None)
        return named

    def watchdog_is_there(self) -> bool:
        """Whether the dead man's switch is being held."""
        body = http_request(self.port, "GET", "/api/v2/alerts?active=true")[1]
        return any(alert["labels"]["alertname"] == "Watchdog" for alert in json.loads(body))
