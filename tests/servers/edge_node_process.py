"""The process of `EdgeNode` (edge_node.py): runs where pysparkplug is, and nothing of ours."""

from __future__ import annotations

import itertools
import json
import sys
import time
from typing import Any

import pysparkplug as sparkplug

_REBIRTH = "Node Control/Rebirth"


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def _metrics(rows: list[list[Any]]) -> tuple[Any, ...]:
    now = round(time.time() * 1000)
    return tuple(
        sparkplug.Metric(
            timestamp=now,
            name=name,
            datatype=sparkplug.DataType[datatype],
            value=value,
            is_null=value is None,
        )
        for name, datatype, value in rows
    )


class _Process:
    def __init__(self, port: int, group: str, edge: str) -> None:
        self._port, self._group, self._edge = port, group, edge
        own = _metrics(
            [
                [_REBIRTH, "BOOLEAN", False],
                ["dc_bus_voltage_volts", "FLOAT", 54.16],
                ["battery_current_amperes/string=1", "INT32", -12],
            ]
        )
        self._node = sparkplug.EdgeNode(group, edge, own, cmd_callback=self._commanded)
        self._bd_seq = 0

    def run(self) -> None:
        for line in sys.stdin:
            wish = json.loads(line)
            getattr(self, wish.pop("do"))(**wish)

    def connect(self) -> None:
        self._node.connect("127.0.0.1", port=self._port)
        while not self._node._connected:
            time.sleep(0.01)
        _say("connected")

    def update(self, metrics: list[list[Any]]) -> None:
        self._node.update(_metrics(metrics))

    def add_device(self, device: str, metrics: list[list[Any]]) -> None:
        self._node.register(sparkplug.Device(device, _metrics(metrics)))

    def update_device(self, device: str, metrics: list[list[Any]]) -> None:
        self._node.update_device(device, _metrics(metrics))

    def remove_device(self, device: str) -> None:
        self._node.deregister(device)

    def lose(self) -> None:
        _ = self._node._seq

    def _commanded(self, node: Any, message: Any) -> None:
        if any(one.name == _REBIRTH and one.value is True for one in message.payload.metrics):
            _say("rebirth asked")
            self._be_born_again(node)

    def _be_born_again(self, node: Any) -> None:
        """What the specification asks for: all births anew, in the same session, from seq 0."""
        node._EdgeNode__seq_cycler = itertools.cycle(range(256))
        now = round(time.time() * 1000)
        # pysparkplug prepares the number of its next session as soon as it is connected.
        prepared = node._bd_seq_metric
        session = sparkplug.Metric(
            timestamp=now,
            name=prepared.name,
            datatype=prepared.datatype,
            value=(prepared.value - 1) % 256,
        )
        births = [(None, sparkplug.NBirth, (*node.metrics.values(), session))]
        births += [
            (device.device_id, sparkplug.DBirth, tuple(device.metrics.values()))
            for device in node.devices.values()
        ]
        for device_id, kind, metrics in births:
            name = kind.__name__.upper()
            topic = sparkplug.Topic(
                message_type=sparkplug.MessageType[name],
                group_id=self._group,
                edge_node_id=self._edge,
                device_id=device_id,
            )
            payload = kind(timestamp=now, seq=node._seq, metrics=metrics)
            message = sparkplug.Message(
                topic=topic, payload=payload, qos=sparkplug.QoS.AT_MOST_ONCE, retain=False
            )
            node._client.publish(message, include_dtypes=True)


if __name__ == "__main__":
    _Process(int(sys.argv[1]), sys.argv[2], sys.argv[3]).run()
