"""The Prometheus server and its promtool."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any
from urllib.parse import urlencode

from tests.servers.process import ServerProcess, answers, find_binary, http_request
from tests.servers.promql import Answer, instant


class Prometheus(ServerProcess):
    """A server that scrapes one target. It looks at it for the first time after 5 seconds.

    Args:
        target_port: Port of 127.0.0.1 whose `/metrics` is scraped, up or not; None for none.
        interval: Seconds between scrapes.
        options: More command line flags (`--web.enable-remote-write-receiver`).
        out_of_order_window: How far back samples are taken in any order; "" for not at all.
    """

    binary = "prometheus"
    package = "prometheus"

    def __init__(
        self,
        target_port: int | None = None,
        interval: float = 0.2,
        options: tuple[str, ...] = (),
        out_of_order_window: str = "",
    ) -> None:
        super().__init__()
        self._target_port = target_port
        self._interval_ms = round(interval * 1000)
        self._options = options
        self._window = out_of_order_window

    def arguments(self) -> list[str]:
        scrapes = []
        if self._target_port is not None:
            targets = [f"127.0.0.1:{self._target_port}"]
            scrapes.append({"job_name": "omc", "static_configs": [{"targets": targets}]})
        config: dict[str, Any] = {
            "global": {
                "scrape_interval": f"{self._interval_ms}ms",
                "scrape_timeout": f"{self._interval_ms}ms",
            },
            "scrape_configs": scrapes,
        }
        if self._window:
            config["storage"] = {"tsdb": {"out_of_order_time_window": self._window}}
        path = self.folder / "prometheus.yml"
        path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        return [
            f"--config.file={path}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address={self.address}",
            *self._options,
        ]

    @property
    def target_port(self) -> int:
        """The port that is scraped."""
        assert self._target_port is not None
        return self._target_port

    def is_ready(self) -> bool:
        return answers(self.port, "/-/ready")

    def query(self, expression: str) -> list[Answer]:
        """An instant query now."""
        return instant(self.port, expression)

    def wait_for(self, expression: str, seconds: float = 10.0) -> list[Answer]:
        """The first answer to a query that is not empty.

        Raises:
            AssertionError: none within `seconds`; says what the targets report.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.query(expression)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no answer to {expression}: {self.targets()}")

    def targets(self) -> list[dict[str, Any]]:
        """The active targets, with health and last error."""
        _, body = http_request(self.port, "GET", "/api/v1/targets?state=active")
        targets: list[dict[str, Any]] = json.loads(body)["data"]["activeTargets"]
        return targets

    def metadata(self, metric: str) -> dict[str, str]:
        """Type, help and unit of a family as the last scrape told them; empty if unknown."""
        _, body = http_request(
            self.port, "GET", "/api/v1/metadata?" + urlencode({"metric": metric})
        )
        found: list[dict[str, str]] = json.loads(body)["data"].get(metric, [])
        return found[0] if found else {}


def promtool_check_metrics(exposition: bytes) -> str:
    """What `promtool check metrics` complains about; empty when it is content."""
    command = [find_binary("promtool", "prometheus"), "check", "metrics"]
    done = subprocess.run(command, input=exposition, capture_output=True, timeout=60, check=False)
    complaints = (done.stdout + done.stderr).decode()
    return complaints or ("" if done.returncode == 0 else f"exit code {done.returncode}")


def complaints_besides_bits(exposition: bytes) -> list[str]:
    """The same, without what is said of bits a second: the catalogue's one exception."""
    lines = promtool_check_metrics(exposition).splitlines()
    return [line for line in lines if not line.endswith('use base unit "bytes" instead of "bits"')]
