"""What a poller has to ask for in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from collector.profiles.profile import PollGroup

#: Base intervals between two polls of a group.
GROUP_MULTIPLES: Mapping[PollGroup, int] = {
    PollGroup.FAST: 1,
    PollGroup.NORMAL: 5,
    PollGroup.SLOW: 15,
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """How gently a large table has to be read.

    Attributes:
        minimum_interval: Seconds from the start of one sweep to the start of the next.
        rows_per_minute: Rows (all columns of a row count once) to read in a minute at most.
        pause_above_cpu: Do not ask for more while `NodeReader.cpu_ratio` is above this ratio.
        by_rows_of: Column by whose rows the table is read, one after the other; None: all of a
            column, then the next.
    """

    minimum_interval: float
    rows_per_minute: int
    pause_above_cpu: float | None = None
    by_rows_of: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column to walk.

    Attributes:
        oid: The column's OID, without index and without leading dot.
        max_repetitions: Upper limit for GETBULK, or None when the plan's own applies.
        turn: Columns of a smaller turn are read before it: those that decide whether its values
            count, and those whose values count more than its own.
    """

    oid: str
    max_repetitions: int | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True)
class PollTask:
    """What is read in one go.

    Attributes:
        name: Unique within the plan: `fast`, `normal`, `slow`, or `slow/<table>` for a table with
            a sweep budget, which is a task of its own.
        group: How often.
        scalars: Complete OIDs to GET.
        columns: Columns to walk, by their turns.
        label_scalars: OIDs to GET for labels and for what seldom changes.
        label_columns: Columns to walk for the same.
        sweep: The budget to keep to (label columns included); None for tasks that are read as
            fast as possible.
    """

    name: str
    group: PollGroup
    scalars: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    label_scalars: tuple[str, ...] = ()
    label_columns: tuple[Column, ...] = ()
    sweep: Sweep | None = None
