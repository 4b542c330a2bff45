"""Samples as InfluxDB line protocol: `metric,label=text,... value=1.5 1767225600000`.

Every metric is a measurement of one field named `value`, always a float: a field keeps its first
type for ever in InfluxDB, so a counter written as an integer today would refuse a float tomorrow,
and float64 holds whole numbers exactly up to 2^53. Times are in milliseconds: write with
`precision=ms`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from exporters.rendered_labels import RenderedLabels
from omc.core.model import Batch

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
    """Renders batches, and each set of labels only once.

    Args:
        generation: See `RenderedLabels`; an entry takes about 250 bytes.
    """

    def __init__(self, generation: int = 200_000) -> None:
        self._tags = RenderedLabels(_tags, generation)

    @property
    def remembered(self) -> int:
        """Sets of labels whose tags are held at this moment."""
        return self._tags.remembered

    def render(self, batches: Sequence[Batch]) -> bytes:
        """All samples, one a line."""
        series = list(chain.from_iterable(batch.series for batch in batches))
        values = chain.from_iterable(batch.values for batch in batches)
        times = list(chain.from_iterable(batch.times for batch in batches))
        ends = {time_ms: f" {time_ms}\n" for time_ms in set(times)}
        parts = [""] * (4 * len(series))
        parts[0::4] = [one.metric.name for one in series]
        parts[1::4] = map(self._tags.__getitem__, [one.label_text for one in series])
        parts[2::4] = map(repr, values)
        parts[3::4] = map(ends.__getitem__, times)
        return "".join(parts).encode()


def _tags(labels: Mapping[str, str]) -> str:
    """A line from its measurement to its value. InfluxDB likes tags sorted by name."""
    return "".join(f",{name}={escape_tag(value)}" for name, value in labels.items()) + " value="
