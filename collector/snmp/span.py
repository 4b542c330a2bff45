"""What one walk reads: a column, any subtree, or columns that stand side by side in a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from collector.profiles.poll_task import Column
from collector.varbind import Varbind


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the MIB.

    Attributes:
        columns: OIDs in order, without leading dot; those of several stand in one table, and
            nothing stands between them.
        subtree: OID of the smallest subtree that holds all of it.
        prefixes: What the OIDs of its rows begin with.
        max_repetitions: Upper limit for GETBULK, or None when the device's own applies.
    """

    columns: tuple[str, ...]
    subtree: str
    prefixes: tuple[str, ...]
    max_repetitions: int | None = None

    @classmethod
    def of(cls, columns: Sequence[str], max_repetitions: int | None = None) -> Span:
        """The span of one column, or of several in order."""
        subtree = columns[0] if len(columns) == 1 else columns[0].rpartition(".")[0]
        return cls(tuple(columns), subtree, tuple(f"{oid}." for oid in columns), max_repetitions)

    @property
    def start(self) -> str:
        """The OID after which it begins."""
        return self.columns[0]

    @property
    def name(self) -> str:
        """For messages, and for what is remembered of it."""
        if len(self.columns) == 1:
            return self.start
        return f"{self.start} to {self.columns[-1].rpartition('.')[2]}"

    def holds(self, oid: str) -> bool:
        """Whether a row belongs to it."""
        return oid.startswith(self.prefixes)

    def is_past(self, oid: str) -> bool:
        """Whether an OID tells that it is over. An agent that repeats our question does not."""
        return not self.holds(oid) and oid != self.start

    def without(self, pages: Iterable[Sequence[Varbind]]) -> list[str]:
        """Its columns that have no row in these pages of it."""
        end = len(self.subtree) + 1
        found = {oid[: oid.find(".", end)] for page in pages for oid, _ in page}
        return [column for column in self.columns if column not in found]

    def single(self, column: str) -> Span:
        """One of its columns."""
        return Span.of([column], self.max_repetitions)


@lru_cache(maxsize=1024)
def spans_of(columns: tuple[Column, ...]) -> tuple[Span, ...]:
    """What to walk so that all columns are read with the fewest requests.

    Columns of an earlier turn come first; within a turn any order will do, and columns that
    follow one another in their table are read as one.
    """
    ordered = sorted((column.turn, _arcs(column.oid), column) for column in columns)
    runs = groupby(enumerate(ordered), lambda item: _run(item[0], *item[1][:2]))
    return tuple(_span([column for _, (_, _, column) in run]) for _, run in runs)


def _run(place: int, turn: int, arcs: tuple[int, ...]) -> tuple[int, tuple[int, ...], int]:
    """Equal for columns of one turn and table whose last arcs follow one another."""
    return (turn, arcs[:-1], arcs[-1] - place)


def _span(columns: Sequence[Column]) -> Span:
    limits = [c.max_repetitions for c in columns if c.max_repetitions is not None]
    return Span.of([column.oid for column in columns], min(limits, default=None))


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))
