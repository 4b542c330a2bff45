"""A site's gateway as a Sparkplug B edge node (Sparkplug 3.0.0): births, changes, deaths.

The edge node's id is the site's code, and the gateway is its one device. Metrics have the names of
the catalogue with their labels behind: `battery_current_amperes/string=1`. After the births, data
carries aliases only, and only what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import DecodeError

from omc.core.sparkplug import BD_SEQ, NAMESPACE, REBIRTH, SEQUENCE_NUMBERS, DataType, Payload
from omc.simulator.gateway_message import Everything, GatewayMessage
from omc.simulator.reading import Reading

_INT64 = 2**64
#: Group id of all gateways.
GROUP = "demo"


class EdgeNode:
    """One edge node with one device.

    Args:
        edge: Its id.
        device: The id of its device.
    """

    def __init__(self, edge: str, device: str) -> None:
        self._edge = edge
        self._device = device
        self._sequence = 0
        self._session = -1
        self._told: dict[str, float] = {}
        self._aliases: dict[str, int] = {}

    def state(self, time: float, everything: Everything | None) -> list[GatewayMessage]:
        if everything is None:
            return self._death(time)
        self._session = (self._session + 1) % SEQUENCE_NUMBERS
        return self._births(time, everything)

    def answer(
        self, topic: str, payload: bytes, time: float, everything: Callable[[], Everything]
    ) -> list[GatewayMessage]:
        if topic != self._topic("NCMD") or not self._aliases:
            return []
        try:
            metrics = Payload.FromString(payload).metrics
        except DecodeError:
            return []
        if not any(one.name == REBIRTH and one.boolean_value for one in metrics):
            return []
        return self._births(time, everything())

    def report(
        self, device_class: str, time: float, readings: Sequence[Reading], period: float | None
    ) -> list[GatewayMessage]:
        """What is not as it was told last; sums of a period whether they changed or not."""
        payload = Payload(timestamp=_ms(time))
        for reading in readings:
            name = _name_of(reading)
            alias = self._aliases.get(name)
            if alias is None or (period is None and self._told.get(name) == reading.value):
                continue
            _set(payload.metrics.add(alias=alias, timestamp=_ms(time)), reading)
            if period is None:
                self._told[name] = reading.value
        return [self._message("DDATA", payload)] if payload.metrics else []

    def _births(self, time: float, everything: Everything) -> list[GatewayMessage]:
        self._sequence = -1
        self._told, self._aliases = {}, {}
        node = Payload(timestamp=_ms(time))
        node.metrics.add(name=BD_SEQ, datatype=DataType.INT64, long_value=self._session)
        node.metrics.add(name=REBIRTH, datatype=DataType.BOOLEAN, boolean_value=False)
        device = Payload(timestamp=_ms(time))
        for reading in everything.readings:
            _set(self._declare(device, reading, time), reading)
            self._told[_name_of(reading)] = reading.value
        for reading in everything.counters:
            metric = self._declare(device, reading, time)
            metric.is_null = True  # a period is told once, at its end
            metric.properties.keys.append("period")
            metric.properties.values.add(type=DataType.DOUBLE, double_value=everything.period)
        return [self._message("NBIRTH", node), self._message("DBIRTH", device)]

    def _declare(self, payload: Any, reading: Reading, time: float) -> Any:
        name = _name_of(reading)
        alias = self._aliases[name] = len(self._aliases) + 1
        datatype = DataType.INT64 if isinstance(reading.value, int) else DataType.DOUBLE
        return payload.metrics.add(name=name, alias=alias, timestamp=_ms(time), datatype=datatype)

    def _death(self, time: float) -> list[GatewayMessage]:
        """What its will would say: a connection that speaks for many gateways has none for each."""
        if not self._aliases:
            return []
        payload = Payload(timestamp=_ms(time))
        payload.metrics.add(name=BD_SEQ, datatype=DataType.INT64, long_value=self._session)
        self._aliases = {}
        content = bytes(payload.SerializeToString())
        return [GatewayMessage(self._topic("NDEATH"), content, qos=1)]

    def _message(self, kind: str, payload: Any) -> GatewayMessage:
        self._sequence = (self._sequence + 1) % SEQUENCE_NUMBERS
        payload.seq = self._sequence
        return GatewayMessage(
            self._topic(kind), bytes(payload.SerializeToString()), len(payload.metrics), qos=0
        )

    def _topic(self, kind: str) -> str:
        device = f"/{self._device}" if kind.startswith("D") else ""
        return f"{NAMESPACE}/{GROUP}/{kind}/{self._edge}{device}"


def _name_of(reading: Reading) -> str:
    labels = (f"{name}={value}" for name, value in sorted(reading.labels.items()))
    return "/".join([reading.metric, *labels])


def _set(metric: Any, reading: Reading) -> None:
    if isinstance(reading.value, int):
        metric.long_value = reading.value % _INT64  # two's complement
    else:
        metric.double_value = reading.value


def _ms(time: float) -> int:
    return round(time * 1000)
