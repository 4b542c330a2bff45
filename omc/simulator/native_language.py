"""A site's gateway that publishes JSON in the native format (docs/mqtt.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from omc.simulator.gateway_message import Everything, GatewayMessage
from omc.simulator.network import Node, Site
from omc.simulator.reading import Reading
from omc.simulator.rhythm import utc_text

OPERATOR = "demo"


class NativeLanguage:
    """One gateway.

    Args:
        site: Where it stands.
        node: The gateway.
        region: Of its topics: province and commune.
    """

    def __init__(self, site: Site, node: Node, region: str) -> None:
        self._site = site
        self._node = node
        self._region = region
        self._sequence = 0

    def state(self, time: float, everything: Everything | None) -> list[GatewayMessage]:
        """Retained, as a last will would be."""
        content = {"online": everything is not None, "ts": utc_text(time)}
        topic = self._topic("gateway", "state")
        return [GatewayMessage(topic, json.dumps(content).encode(), retain=True)]

    def report(
        self, device_class: str, time: float, readings: Sequence[Reading], period: float | None
    ) -> list[GatewayMessage]:
        self._sequence += 1
        content: dict[str, object] = {
            "v": 1,
            "site": self._site.code,
            "device": self._node.name,
            "seq": self._sequence,
            "ts": utc_text(time),
        }
        if period is not None:
            content["period"] = period
        content["m"] = [
            {"n": name, "x": value, "l": labels} if labels else {"n": name, "x": value}
            for name, labels, value in readings
        ]
        payload = json.dumps(content, separators=(",", ":")).encode()
        return [GatewayMessage(self._topic(device_class, "telemetry"), payload, len(readings))]

    def answer(
        self, topic: str, payload: bytes, time: float, everything: Callable[[], Everything]
    ) -> list[GatewayMessage]:
        return []

    def _topic(self, device_class: str, leaf: str) -> str:
        """bts/v1/{operator}/{region}/{site}/{device_class}/{device}/{leaf}."""
        place = f"{OPERATOR}/{self._region}/{self._site.code}"
        return f"bts/v1/{place}/{device_class}/{self._node.name}/{leaf}"
