"""How much traffic ports carry, from what their counters said at their last two polls."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from dashboards.console.world import LatestValues
from omc.alarms.causes.ports import Port
from omc.core.model import Latest, labels_of

_RECEIVED = "interface_receive_bytes_total"
_SENT = "interface_transmit_bytes_total"
_SPEED = "interface_speed_bits_per_second"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a port carries, bits a second; None where it is not known (yet).

    Attributes:
        received: From the line.
        sent: To the line.
        speed: What it could carry each way.
    """

    received: float | None
    sent: float | None
    speed: float | None


@dataclass(frozen=True, slots=True)
class _Count:
    """A counter at one moment, and how fast it grew until then."""

    value: float
    time_ms: int
    bits_per_second: float | None


class PortReader:
    """Newest values by the port that they are of.

    Args:
        values: Where they are.
    """

    def __init__(self, values: LatestValues) -> None:
        self._values = values
        # The series of one port share the text of their labels: it is taken apart once.
        self._ports: dict[str, Port] = {}

    def read(self, metric: str) -> Iterator[tuple[Port, Latest]]:
        """All values of a metric that has a label `interface`."""
        for latest in self._values.latest(metric):
            text = latest.series.label_text
            port = self._ports.get(text)
            if port is None:
                labels = labels_of(text)
                port = Port(labels.get("node", ""), labels.get("interface", ""))
                self._ports[text] = port
            yield port, latest


class PortTraffic:
    """Remembers counters from one look to the next.

    Args:
        reader: Reads the newest values.
    """

    def __init__(self, reader: PortReader) -> None:
        self._reader = reader
        self._counts: dict[str, dict[Port, _Count]] = {_RECEIVED: {}, _SENT: {}}

    def look(self, ports: Container[Port]) -> dict[Port, Traffic]:
        """Traffic of these ports between their last two polls; the first look knows none."""
        for metric, before in self._counts.items():
            found = (entry for entry in self._reader.read(metric) if entry[0] in ports)
            self._counts[metric] = {
                port: _grown(before.get(port), latest) for port, latest in found
            }
        speeds = {port: latest.value for port, latest in self._reader.read(_SPEED)}
        received, sent = (self._rates(metric) for metric in (_RECEIVED, _SENT))
        return {
            port: Traffic(received.get(port), sent.get(port), speeds.get(port))
            for port in received.keys() | sent.keys()
        }

    def _rates(self, metric: str) -> dict[Port, float | None]:
        return {port: count.bits_per_second for port, count in self._counts[metric].items()}


def _grown(before: _Count | None, now: Latest) -> _Count:
    if before is None:
        return _Count(now.value, now.time_ms, None)
    if now.time_ms <= before.time_ms:
        return before
    growth = now.value - before.value
    seconds = (now.time_ms - before.time_ms) / 1000
    # A counter that has begun anew tells nothing of the time before.
    return _Count(now.value, now.time_ms, 8 * growth / seconds if growth >= 0 else None)
