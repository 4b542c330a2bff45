"""Which metric of the catalogue an object probably is: by unit, and by the words of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.drafting.mib import MibObject
from collector.drafting.units import Unit, unit_of
from omc.core.catalogue import Catalogue, Metric, MetricKind

_COUNTERS = ("Counter", "Counter32", "Counter64")
#: What has no better name, by unit: these metrics name the sensor in a label.
GENERIC: Mapping[str, str] = {
    "V": "sensor_voltage_volts",
    "A": "sensor_current_amperes",
    "W": "sensor_power_watts",
    "Hz": "sensor_frequency_hertz",
    "Cel": "board_temperature_celsius",
    "{rev}/min": "fan_speed_rpm",
}
#: Abbreviations of vendors (lower case) -> words of the catalogue.
_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "batt": ("battery",),
    "bat": ("battery",),
    "rect": ("rectifier",),
    "volt": ("voltage",),
    "cur": ("current",),
    "curr": ("current",),
    "temp": ("temperature",),
    "pwr": ("power",),
    "receive": ("rx", "receive"),
    "received": ("rx", "receive"),
    "rx": ("rx", "receive"),
    "in": ("receive", "input"),
    "transmit": ("tx", "transmit"),
    "transmitted": ("tx", "transmit"),
    "tx": ("tx", "transmit"),
    "out": ("transmit", "output"),
    "octets": ("bytes",),
    "opt": ("optical",),
    "onu": ("ont",),
    "mem": ("memory",),
    "freq": ("frequency",),
    "usage": ("utilisation",),
    "load": ("utilisation", "load"),
    "capacity": ("charge", "capacity"),
    "system": ("dc",),
    "bus": ("bus",),
}
#: Words that say no more than the unit does.
_UNIT_WORDS = frozenset(
    {"volts", "amperes", "watts", "celsius", "dbm", "ratio", "seconds", "total", "hertz", "bytes"}
)
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STATE_WORDS: Mapping[str, frozenset[str]] = {
    word: frozenset(words)
    for words in (
        ("normal", "ok", "good", "up", "working", "active", "on", "present", "online", "running"),
        ("down", "off", "inactive", "absent", "offline", "stopped"),
        ("failed", "fail", "failure", "fault", "faulty", "alarm", "abnormal", "error"),
        ("disabled", "disable"),
        ("unknown", "undefined", "other"),
    )
    for word in words
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A metric, and how values become it.

    Attributes:
        metric: Of the catalogue.
        unit: What the MIB says, for gauges and counters; None for states.
        states: Code to state for state metrics.
        generic: The metric says no more than the unit.
    """

    metric: Metric
    unit: Unit | None = None
    states: Mapping[int, str] | None = None
    generic: bool = False


def guess(object_: MibObject, catalogue: Catalogue) -> Guess | None:
    """The most likely metric; None where nothing fits."""
    words = _words_of(object_)
    if object_.type.codes:
        return _state(object_, words, catalogue)
    if object_.type.base == "OBJECT IDENTIFIER":
        return None
    unit = unit_of(object_.units, object_.description)
    kind = MetricKind.COUNTER if object_.type.base in _COUNTERS else MetricKind.GAUGE
    if unit is None and kind is MetricKind.GAUGE:
        return None
    code = unit.ucum if unit is not None else "1"
    best = _best(words, (m for m in catalogue if m.kind is kind and m.unit == code))
    if best is not None:
        return Guess(best, unit)
    if kind is MetricKind.GAUGE and code in GENERIC:
        return Guess(catalogue.metric(GENERIC[code]), unit, generic=True)
    return None


def _words_of(object_: MibObject) -> frozenset[str]:
    """Words of the object's and its table's names, in the catalogue's language."""
    found: set[str] = set()
    for name in (object_.name, object_.table):
        for word in (part.lower() for part in _CAMEL.findall(name)):
            found.update(_MEANINGS.get(word, (word, word.removesuffix("s"))))
    return frozenset(found)


def _best(words: frozenset[str], metrics: Iterable[Metric]) -> Metric | None:
    """The metric that shares most words: two at least, and most of its own."""
    ranked = []
    for metric in metrics:
        own = {word for word in metric.name.split("_") if word not in _UNIT_WORDS}
        shared = len(own & words)
        if shared >= min(2, len(own)) and shared * 2 > len(own):
            ranked.append((-shared, len(own) - shared, metric.name, metric))
    return min(ranked)[-1] if ranked else None


def _state(object_: MibObject, words: frozenset[str], catalogue: Catalogue) -> Guess | None:
    """A state metric whose name fits and that has states for most codes."""
    fitting = []
    for metric in catalogue:
        if metric.kind is MetricKind.STATE:
            names = [state.name for state in metric.states.values()]
            states = {
                code: state
                for code, text in object_.type.codes.items()
                if (state := _same_state(text, names)) is not None
            }
            own = set(metric.name.split("_")) - {"state", "status"}
            shared = len(own & words)
            if shared and len(states) * 2 > len(object_.type.codes) and len(states) > 1:
                fitting.append((-shared, len(own) - shared, metric.name, metric, states))
    if not fitting:
        return None
    *_, metric, states = min(fitting, key=lambda fit: fit[:3])
    return Guess(metric, states=states)


def _same_state(text: str, names: Iterable[str]) -> str | None:
    wanted = re.sub(r"[^a-z]", "", text.lower())
    kin = _STATE_WORDS.get(wanted, frozenset({wanted}))
    plain = {name.replace("_", ""): name for name in names}
    return plain.get(wanted) or next((plain[word] for word in sorted(kin) if word in plain), None)
