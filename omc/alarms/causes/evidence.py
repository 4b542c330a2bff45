"""What is known of the network when something is lost, and what a cause would explain of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from omc.core.inventory import SpanName
from omc.core.topology import Place


class Power(StrEnum):
    """What a place last said of its power."""

    UNKNOWN = "unknown"
    MAINS = "mains"
    BATTERY = "battery"
    NEARLY_EMPTY = "nearly_empty"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Observations of one moment.

    Attributes:
        answers: Places where at least one device has answered since the trouble began.
        silent: Places where every device that was asked is silent.
        ports: State of ports at places that answer, by place and span: True is up.
        power: What places last said of their power.
        cut: Spans that are known to be cut already.
        lost: Places that are known to be lost already.
    """

    answers: frozenset[Place] = frozenset()
    silent: frozenset[Place] = frozenset()
    ports: Mapping[tuple[Place, SpanName], bool] = field(default_factory=dict)
    power: Mapping[Place, Power] = field(default_factory=dict)
    cut: frozenset[SpanName] = frozenset()
    lost: frozenset[Place] = frozenset()
