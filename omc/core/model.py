"""What flows through the house: series, batches of samples, and events.

A `Series` is one metric with one set of labels. It is interned: the same metric and labels give
the same object, so that identity is equality and nobody hashes labels twice. A `Batch` is columnar:
three parallel columns (series, values, times) and no object a sample.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import NamedTuple, NewType

from omc.core.catalogue import Metric

NodeName = NewType("NodeName", str)
SiteCode = NewType("SiteCode", str)
AreaCode = NewType("AreaCode", str)
CellName = NewType("CellName", str)

_NEEDS_ESCAPE = re.compile(r'[\\"\n]')
_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}
_ESCAPED = re.compile(r"\\.")
_UNESCAPED = {escaped: character for character, escaped in _ESCAPES.items()}
_LABEL = re.compile(r'([^{,=]+)="((?:[^"\\]|\\.)*)"')


#: Text of a QUALITY_CHANGED event of a series that has values again.
GOOD = "good"


class Quality(StrEnum):
    """Why a reading is no sample. A reading of bad quality has no value, ever."""

    NOT_SUPPORTED = "not_supported"
    NO_LIGHT = "no_light"
    OFFLINE = "offline"
    DISABLED = "disabled"
    INVALID = "invalid"
    OUT_OF_RANGE = "out_of_range"


class Series:
    """One metric with one set of labels. Made by `SeriesTable` only.

    Many exist, so what the series of one row of a device have in common is kept once: the text of
    their labels.

    Attributes:
        metric: The catalogue entry that owns name, unit and kind.
        label_text: `{a="1",b="2"}`, as `label_text` renders it; "" without labels.
        number: Its place in columns that somebody keeps for all series of the table. Numbers are
            small, given in turn, and given again after their series was forgotten.
        owner: What gives it its values now, where a source has several candidates; theirs alone.
    """

    __slots__ = ("label_text", "metric", "number", "owner")

    def __init__(self, metric: Metric, label_text: str, number: int) -> None:
        self.metric = metric
        self.label_text = label_text
        self.number = number
        self.owner: object = None

    @property
    def key(self) -> str:
        """`name{a="1",b="2"}`: the identity, and the prefix of the exposition line."""
        return self.metric.name + self.label_text

    @property
    def labels(self) -> dict[str, str]:
        """The labels as a new dict, names sorted, no value empty."""
        return labels_of(self.label_text)

    def __repr__(self) -> str:
        return f"Series({self.key})"


def label_text(labels: Mapping[str, str]) -> str:
    """Render labels sorted by name, values escaped.

    Empty values are left out: to Prometheus they are the same as a missing label.
    Source: Prometheus text exposition format 0.0.4.
    """
    pairs = [f'{name}="{_escape(value)}"' for name, value in sorted(labels.items()) if value]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def labels_of(text: str) -> dict[str, str]:
    """The labels that `label_text` rendered; equal texts are one object, however many keep them."""
    return {sys.intern(name): sys.intern(_unescape(value)) for name, value in _LABEL.findall(text)}


def series_key(name: str, labels: Mapping[str, str]) -> str:
    """Render the identity of a series."""
    return name + label_text(labels)


def _escape(value: str) -> str:
    if _NEEDS_ESCAPE.search(value) is None:
        return value
    return _NEEDS_ESCAPE.sub(lambda match: _ESCAPES[match[0]], value)


def _unescape(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _UNESCAPED[match[0]], value)


class Latest(NamedTuple):
    """The newest value of a series; `time_ms` is Unix milliseconds, UTC."""

    series: Series
    value: float
    time_ms: int


class SeriesTable:
    """Interns series: one object for one metric and label set in this process."""

    def __init__(self) -> None:
        self._families: dict[str, dict[str, Series]] = {}
        self._numbers = 0
        self._free_numbers: list[int] = []
        self._on_forget: list[Callable[[Series], None]] = []

    def intern(self, metric: Metric, labels: Mapping[str, str]) -> Series:
        """Return the one series of this metric and these labels.

        Label names are not checked here; `Metric.check_labels` does, where rules are compiled.
        """
        return self.intern_text(metric, label_text(labels))

    def intern_text(self, metric: Metric, text: str) -> Series:
        """Return the one series of this metric and labels that `label_text` rendered."""
        family = self._families.get(metric.name)
        if family is None:
            family = self._families[metric.name] = {}
        series = family.get(text)
        if series is None:
            text = sys.intern(text)
            series = family[text] = Series(metric, text, self._new_number())
        return series

    def _new_number(self) -> int:
        if self._free_numbers:
            return self._free_numbers.pop()
        self._numbers += 1
        return self._numbers - 1

    def find(self, metric: Metric, labels: Mapping[str, str]) -> Series | None:
        """The series of this metric and these labels if there is one."""
        return self._families.get(metric.name, {}).get(label_text(labels))

    def forget(self, series: Series) -> None:
        """Drop a series that will not come again (its node left, its port was removed)."""
        family = self._families.get(series.metric.name, {})
        if family.pop(series.label_text, None) is not None:
            for forget in self._on_forget:
                forget(series)
            self._free_numbers.append(series.number)

    def on_forget(self, forget: Callable[[Series], None]) -> None:
        """Tell those who keep something by series when one is dropped.

        Should the same metric and labels come again, they come as another object.
        """
        self._on_forget.append(forget)

    def __len__(self) -> int:
        return sum(map(len, self._families.values()))

    def __iter__(self) -> Iterator[Series]:
        return chain.from_iterable([list(family.values()) for family in self._families.values()])


@dataclass(slots=True)
class Batch:
    """Samples of one source, in columns of equal length.

    Attributes:
        source: Who read them: `snmp:<node>:<group>`, `mqtt:<subscription>`, `self`. Constant
            for the life of the source, so that consumers can keep state by it.
        interval: Seconds until the source is expected to deliver these series again; after
            three of them without a new value a live reader lets the series expire.
        series: One interned series a sample. A series may occur more than once (history).
        values: float64, never NaN: an absent reading is not in the batch.
        times: Unix milliseconds, UTC: when the response that held the value arrived, or the
            time the device gave where the source is trusted to have a clock.
        period: Seconds of the granularity period for performance-management values that are
            sums of a period (3GPP TS 32.401), with `times` at its end; None for plain samples.
        suspect: The source marked the period as incomplete (TS 32.401 suspect flag).
        is_history: The source says that these are of the past: live readers pass them over.
        origins: Where each value came from (the numeric OID, a JSON path), parallel to
            `series`; None unless asked for (`omc poll` asks, the service does not).
    """

    source: str
    interval: float
    series: list[Series] = field(default_factory=list)
    values: array[float] = field(default_factory=lambda: array("d"))
    times: array[int] = field(default_factory=lambda: array("q"))
    period: float | None = None
    suspect: bool = False
    origins: list[str] | None = None
    is_history: bool = False

    def add(self, series: Series, value: float, time_ms: int, origin: str = "") -> None:
        """Append one sample. Hot loops append to the columns themselves."""
        self.series.append(series)
        self.values.append(value)
        self.times.append(time_ms)
        if self.origins is not None:
            self.origins.append(origin)

    def extend(self, series: Sequence[Series], values: list[float], time_ms: int) -> None:
        """Append samples of one time; the caller extends `origins` where there are any."""
        self.series.extend(series)
        self.values.fromlist(values)
        self.times.extend(array("q", [time_ms]) * len(values))

    def __len__(self) -> int:
        return len(self.series)


class EventKind(StrEnum):
    """What an event tells.

    SOURCE_DOWN comes with the first failure of a source, SOURCE_STALE when it has been silent for
    so long that what it said last is the past, SOURCE_UP when it is back.
    """

    QUALITY_CHANGED = "quality_changed"
    SOURCE_UP = "source_up"
    SOURCE_DOWN = "source_down"
    SOURCE_STALE = "source_stale"
    SITE_STATUS = "site_status"
    TRAP = "trap"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is not a number in time.

    Attributes:
        kind: What it tells.
        source: As in `Batch.source`.
        time_ms: Unix milliseconds, UTC, when it was noticed.
        labels: What it is about (site, node, interface ...), sorted by name.
        text: One short machine-readable word or phrase: the new quality, the failure's reason; of a
            trap or fault the alarm that it tells of, or its own name where it has no severity.
        series: The series it is about: the one whose quality changed, all of a stale source.
        severity: Perceived severity that a trap or fault tells, as a word; `cleared` is the end of
            the alarm, "" that it tells none.
    """

    kind: EventKind
    source: str
    time_ms: int
    labels: tuple[tuple[str, str], ...] = ()
    text: str = ""
    series: tuple[Series, ...] = ()
    severity: str = ""


def sorted_labels(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Labels as events carry them."""
    return tuple(sorted(labels.items()))
