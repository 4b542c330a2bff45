"""Samples as InfluxDB line protocol: `metric,label=text,... value=1.5 1767225600000`.

Every metric is a measurement of one field named `value`, always a float: a field keeps its first
type for ever in InfluxDB, so a counter written as an integer today would refuse a float tomorrow,
and float64 holds whole numbers exactly up to 2^53. Times are in milliseconds: write with
`precision=ms`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from omc.core.model import Batch, Series

_SPECIAL = re.compile(r"[\\,= \n\r\t]")
_UNSAFE_BACKSLASH = re.compile(r"\\(?=[\\,= \n\r\t]|\Z)")
_ESCAPES = str.maketrans(
    {",": r"\,", "=": r"\=", " ": r"\ ", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
)


def escape_tag(text: str) -> str:
    r"""A tag value as InfluxDB 1.x, InfluxDB 2.x and VictoriaMetrics all read it.

    Line breaks and tabs become `\n`, `\r`, `\t`, two characters each, as the official clients do.
    A backslash is kept where it stands before an ordinary character. Before white space, a comma,
    an equals sign, another backslash or the end there is no way to write it that these servers
    agree on (InfluxDB refuses it at the end, VictoriaMetrics joins two into one): it becomes `/`.
    """
    if _SPECIAL.search(text) is None:
        return text
    return _UNSAFE_BACKSLASH.sub("/", text).translate(_ESCAPES)


class LineRenderer:
    """Renders batches, and each series' measurement and tags only once.

    Rendered keys are remembered in two generations: when the younger one is full it becomes the
    older one, and what nobody used during a whole generation is forgotten. So memory is bounded
    by two generations of keys (about 200 bytes each), and series that left cost nothing for ever.

    Args:
        generation: Series that one holds; more than that in regular use cost time, not correctness.
    """

    def __init__(self, generation: int = 1_000_000) -> None:
        self._generation = generation
        self._keys: dict[Series, str] = {}
        self._older_keys: dict[Series, str] = {}

    @property
    def remembered(self) -> int:
        """Keys held at this moment."""
        return len(self._keys) + len(self._older_keys)

    def render(self, batches: Sequence[Batch]) -> bytes:
        """All samples, one a line."""
        lines: list[str] = []
        for batch in batches:
            keys = self._keys
            for series, value, time_ms in zip(batch.series, batch.values, batch.times, strict=True):
                try:
                    key = keys[series]
                except KeyError:
                    key = self._key(series)
                    keys = self._keys
                lines.append(f"{key} value={value!r} {time_ms}\n")
        return "".join(lines).encode()

    def forget(self, series: Series) -> None:
        """Drop what is remembered of a series: to be given to `SeriesTable.on_forget`."""
        self._keys.pop(series, None)
        self._older_keys.pop(series, None)

    def _key(self, series: Series) -> str:
        key = self._older_keys.get(series) or line_key(series)
        if len(self._keys) >= self._generation:
            self._older_keys = self._keys
            self._keys = {}
        self._keys[series] = key
        return key


def line_key(series: Series) -> str:
    """Measurement and tags of a series. Tags are sorted by name, which saves InfluxDB the work."""
    tags = "".join(f",{name}={escape_tag(value)}" for name, value in series.labels.items())
    return series.metric.name + tags
