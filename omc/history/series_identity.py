"""Series as the archive writes them: each once, in columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import pyarrow as pa

from omc.core.model import Series
from omc.history.layout import SERIES
from omc.history.series_number import number

#: Series whose labels are taken apart at once.
_SLICE = 10_000


class SeriesRegister(dict[Series, int]):
    """Gives each series that it is asked for a place, and knows what stands there.

    It only grows; its owner replaces it now and then, so that series which are gone leave it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._series = array("q")
        self._metric = _Names()
        self._site = _Names()
        self._new: list[Series] = []

    def __missing__(self, series: Series) -> int:
        place = self[series] = len(self)
        self._series.append(number(series.key))
        self._metric.add(series.metric.name)
        self._site.add(series.labels.get("site"))
        self._new.append(series)
        return place

    def columns(self, places: array[int]) -> list[pa.Array]:
        """Columns metric, site and series of samples whose series have these places."""
        chosen = pa.Array.from_buffers(pa.int32(), len(places), [None, pa.py_buffer(places)])
        series = pa.array(self._series, pa.int64())
        return [self._metric.take(chosen), self._site.take(chosen), series.take(chosen)]

    def new_series(self) -> list[Series]:
        """Series that came since they were last `written`."""
        return list(self._new)

    def written(self, series: list[Series]) -> None:
        """These need not be told again."""
        del self._new[: len(series)]


class _Names:
    """A column of few different texts."""

    def __init__(self) -> None:
        self._number: dict[str | None, int] = {}
        self._numbers = array("i")

    def add(self, name: str | None) -> None:
        self._numbers.append(self._number.setdefault(name, len(self._number)))

    def take(self, places: pa.Array) -> pa.Array:
        numbers = pa.array(self._numbers, pa.int32()).take(places)
        names = pa.array([name or "" for name in self._number], pa.string())
        return pa.DictionaryArray.from_arrays(numbers, names)


def series_tables(series: Sequence[Series]) -> Iterator[pa.Table]:
    """Rows of the dictionary in slices: the labels of a whole network at once take much memory."""
    for start in range(0, len(series), _SLICE):
        yield series_table(series[start : start + _SLICE])


def series_table(series: Sequence[Series]) -> pa.Table:
    """Rows of the dictionary."""
    labels = [one.labels for one in series]
    columns = {
        "series": [number(one.key) for one in series],
        "object": [number(one.label_text) for one in series],
        "metric": [one.metric.name for one in series],
        "site": [one.get("site", "") for one in labels],
        "node": [one.get("node") for one in labels],
        "cell": [one.get("cell") for one in labels],
        "interface": [one.get("interface") for one in labels],
        "labels": [list(one.items()) for one in labels],
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in SERIES], schema=SERIES)
