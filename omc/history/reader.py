"""The archive as programs read it: values of a metric over time, combined as the catalogue says.

    history = History(folder, catalogue)
    table = history.values("battery_voltage_volts", start, end, step_ms=300_000)

All times are Unix milliseconds, UTC; a range has its start and not its end. Results are Arrow
tables. Everything blocks; from an event loop call it through `asyncio.to_thread`. One `History` may
be used by several threads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from omc.core.catalogue import Catalogue
from omc.core.metric import MetricKind
from omc.history import samples
from omc.history.buckets import BucketSource, Range
from omc.history.database import connect, literal, read_parquet
from omc.history.layout import DAY_MS, day_of
from omc.history.manifest import Manifest
from omc.history.question import Question
from omc.history.selection import Selection, Where

_EVERYTHING: Where = {}
_NO_DICTIONARY = """(SELECT NULL::BIGINT AS series, NULL::BIGINT AS object, NULL::VARCHAR AS metric,
    NULL::VARCHAR AS site, NULL::VARCHAR AS node, NULL::VARCHAR AS cell,
    NULL::VARCHAR AS interface, NULL::MAP(VARCHAR, VARCHAR) AS labels WHERE false)"""


class History:
    """Reads one archive.

    Args:
        folder: The archive's.
        catalogue: Tells how metrics are combined.
        area_of: Site to area, for questions by area.
        memory: Limit of DuckDB's.
        threads: At most.

    Raises:
        NoArchive: nothing has been archived there.
    """

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        area_of: Mapping[str, str] | None = None,
        memory: str = "1GB",
        threads: int = 2,
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._area_of = area_of or {}
        self._manifest = Manifest.existing(folder)
        self._source = BucketSource(self._manifest, catalogue)
        self._connection = connect(folder, memory, threads)

    def close(self) -> None:
        """Let go of the memory of DuckDB, and of what Arrow keeps of tables that are gone."""
        self._connection.close()
        pa.default_memory_pool().release_unused()

    def samples(
        self, metric: str, start_ms: int, end_ms: int, where: Where = _EVERYTHING
    ) -> pa.Table:
        """Raw samples, by series and time: series, site, time, value, period, suspect.

        The range is that of `time`, which for values of a granularity period is the period's end.
        """
        rows = self._samples(metric, start_ms, end_ms, where)
        columns = "series, site, time, value, period, suspect"
        return self._table(f"SELECT {columns} FROM ({rows}) ORDER BY site, series, time")

    def latest(
        self, metric: str, now_ms: int, within_ms: int = DAY_MS, where: Where = _EVERYTHING
    ) -> pa.Table:
        """The last sample of every series that has one in the time before `now_ms`.

        Columns series, site, time, value; sorted by site and series.
        """
        rows = self._samples(metric, now_ms - within_ms, now_ms + 1, where)
        return self._table(f"""
            SELECT series, any_value(site) AS site, max(time) AS time, arg_max(value, time) AS value
            FROM ({rows}) GROUP BY series ORDER BY any_value(site), series""")

    def series(self, metric: str, where: Where = _EVERYTHING) -> pa.Table:
        """Series of a metric, and their labels: series, site, labels."""
        selection = self._select(where)
        return self._table(f"""
            SELECT DISTINCT ON (series) series, site, labels FROM {selection.dictionary}
            WHERE metric = {literal(metric)} AND {selection.condition(metric)}
            ORDER BY site, series""")

    def values(
        self,
        metric: str,
        start_ms: int,
        end_ms: int,
        step_ms: int | None = None,
        by: Sequence[str] = ("series",),
        where: Where = _EVERYTHING,
        *,
        sort: bool = True,
        above: float | None = None,
        largest: int | None = None,
    ) -> pa.Table:
        """A metric over time, read from the coarsest resolution that gives the exact answer.

        Counters give their increase, values of granularity periods their sum, ratios the quotient
        of sums; everything else as `Metric.over_time` and `Metric.aggregation` say. Where nothing
        was told there is no row.

        Args:
            metric: A metric of the catalogue, also a derived one.
            start_ms: Where the first step begins.
            end_ms: Where the last one ends.
            step_ms: Length of a step; None is the whole range.
            by: What values are combined over: all series that agree in these labels, or `area`;
                `()` is everything, `("series",)` combines none (derived metrics need labels).
            where: Labels to narrow it to.
            sort: Sort by `by`, then time. For millions of rows that takes longer than to read them.
            above: Only values larger than that.
            largest: Only so many of what `by` tells apart: those with the largest values, whatever
                their sign.

        Returns:
            Columns of `by`, time (where the step begins) and value.

        Raises:
            KeyError: no such metric.
            ValueError: a derived metric by series, or a label that cannot be one.
        """
        wanted = Range(start_ms, end_ms, step_ms or end_ms - start_ms)
        query = self._ask(wanted, by, where).values(self._catalogue.metric(metric))
        if largest is not None and by:
            query = _with_largest(query, by, largest)
        keys = "".join(f"{name}, " for name in by)
        return self._table(f"""
            SELECT {keys}make_timestamptz(moment) AS time, value FROM ({query})
            {"" if above is None else f"WHERE value > {above!r}"}
            {f"ORDER BY {keys}moment" if sort else ""}""")

    def states(
        self,
        metric: str,
        start_ms: int,
        end_ms: int,
        step_ms: int | None = None,
        by: Sequence[str] = ("series",),
        where: Where = _EVERYTHING,
    ) -> pa.Table:
        """Seconds that a state metric was in each state; time in which it was unknown is in none.

        Arguments as of `values`. Columns of `by`, time, state and seconds.
        """
        entry = self._catalogue.metric(metric)
        if entry.kind is not MetricKind.STATE:
            raise ValueError(f"{metric} is no state")
        wanted = Range(start_ms, end_ms, step_ms or end_ms - start_ms)
        query = self._ask(wanted, by, where).states(entry)
        keys = "".join(f"{name}, " for name in by)
        return self._table(f"""
            SELECT {keys}make_timestamptz(moment) AS time, state, seconds FROM ({query})
            ORDER BY {keys}moment, state""")

    def downtime(
        self,
        metric: str,
        down: Collection[int],
        wanted: tuple[int, int, int],
        by: Sequence[str],
        within: Sequence[str] = (),
        where: Where = _EVERYTHING,
    ) -> pa.Table:
        """The steps in which a state metric was in one of some states at all.

        Args:
            metric: A state metric.
            down: Codes of the states in question.
            wanted: Start, end and step, milliseconds.
            by: Labels that tell objects apart.
            within: Further labels that tell the parts of an object apart: of these the largest
                counts, so that an object was up for as long as any of its parts.
            where: Labels to narrow it to.

        Returns:
            Columns of `by`, moment (where the step begins, milliseconds), down (seconds in one of
            the states) and other (seconds in any other), sorted by `by` and moment.
        """
        question = self._ask(Range(*wanted), (*by, *within), where)
        query = question.downtime(self._catalogue.metric(metric), down, within)
        return self._table(f"SELECT * FROM ({query}) ORDER BY {', '.join(by)}, moment")

    def _ask(self, wanted: Range, by: Sequence[str], where: Where) -> Question:
        return Question(self._source, self._catalogue, self._select(where, by), wanted)

    def _select(self, where: Where, by: Sequence[str] = ()) -> Selection:
        paths = [file.path for file in self._manifest.files(["series"])]
        dictionary = read_parquet(paths, self._folder) if paths else _NO_DICTIONARY
        return Selection(dictionary, where, by, self._area_of)

    def _samples(self, metric: str, start_ms: int, end_ms: int, where: Where) -> str:
        """A query for raw samples."""
        condition = self._select(where).condition(metric)
        files = self._source.raw_files(metric, day_of(start_ms) - 1, day_of(end_ms - 1))
        moments = [f"make_timestamptz({edge * 1000})" for edge in (start_ms, end_ms)]
        inside = f"time >= {moments[0]} AND time < {moments[1]} AND {condition}"
        return samples.sql(files, self._folder, metric, inside)

    def _table(self, query: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'")
            return cursor.sql(query).to_arrow_table()


def _with_largest(query: str, by: Sequence[str], most: int) -> str:
    """Of a query for values, only those of the groups that have the largest."""
    keys = ", ".join(by)
    same = " AND ".join(f"found.{name} IS NOT DISTINCT FROM largest.{name}" for name in by)
    return f"""
        WITH found AS MATERIALIZED ({query}), largest AS (
            SELECT {keys} FROM found GROUP BY {keys}
            ORDER BY max(abs(value)) DESC NULLS LAST, {keys} LIMIT {most})
        SELECT found.* FROM found JOIN largest ON {same}"""
