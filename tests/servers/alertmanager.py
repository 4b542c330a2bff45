"""Prometheus Alertmanager."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.servers.process import ServerProcess, answers, http_request


class Alertmanager(ServerProcess):
    """A server whose API tests read.

    Args:
        config: Its configuration; without one it groups nothing and tells nobody.
    """

    binary = "prometheus-alertmanager"
    package = "prometheus-alertmanager"

    def __init__(self, config: Path | None = None) -> None:
        super().__init__()
        self._config = config

    def arguments(self) -> list[str]:
        return [
            f"--config.file={self._config or self._quiet_config()}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
        ]

    def _quiet_config(self) -> Path:
        config = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
        path = self.folder / "alertmanager.yml"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        return path

    def is_ready(self) -> bool:
        return answers(self.port, "/-/ready")

    def post(self, *alerts: dict[str, Any]) -> None:
        """Send alerts as a program would."""
        body, kind = json.dumps(alerts).encode(), "application/json"
        answer = http_request(self.port, "POST", "/api/v2/alerts", body, content_type=kind)
        assert answer[0] == 200, answer

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
