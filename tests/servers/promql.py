"""What servers answer to PromQL over Prometheus' HTTP API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.servers.process import http_request


@dataclass(frozen=True, slots=True)
class Answer:
    """One series of an instant query."""

    labels: dict[str, str]
    value: float


def instant(port: int, expression: str, time_ms: int | None = None) -> list[Answer]:
    """An instant query, now or at a time."""
    result = _query(port, expression, time_ms)
    return [Answer(one["metric"], float(one["value"][1])) for one in result]


def samples(
    port: int, selector: str, time_ms: int, window: str = "1h"
) -> dict[str, list[tuple[int, float]]]:
    """Every sample stored in the window before a time, by the label `n` of its series ("")."""
    result = _query(port, f"{selector}[{window}]", time_ms)
    return {
        one["metric"].get("n", ""): [
            (round(float(at) * 1000), float(value)) for at, value in one["values"]
        ]
        for one in result
    }


def _query(port: int, expression: str, time_ms: int | None) -> list[dict[str, Any]]:
    query = {"query": expression} | ({"time": f"{time_ms / 1000:.3f}"} if time_ms else {})
    status, body = http_request(port, "GET", "/api/v1/query?" + urlencode(query))
    assert status == 200, body
    result: list[dict[str, Any]] = json.loads(body)["data"]["result"]
    return result
