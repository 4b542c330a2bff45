"""What to ask a device, and when: profiles compiled into poll tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from collector.profile import Profile
from omc.core.catalogue import Catalogue


class PollGroup(StrEnum):
    """How often an object is read, as a multiple of the device's base interval."""

    FAST = "fast"
    NORMAL = "normal"
    SLOW = "slow"


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
    """

    minimum_interval: float
    rows_per_minute: int
    pause_above_cpu: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column to walk.

    Attributes:
        oid: The column's OID, without index and without leading dot.
        max_repetitions: Upper limit for GETBULK, or None when the plan's own applies.
    """

    oid: str
    max_repetitions: int | None = None


@dataclass(frozen=True, slots=True)
class PollTask:
    """What is read in one go.

    Attributes:
        name: Unique within the plan: `fast`, `normal`, `slow`, or `slow/<table>` for a table with
            a sweep budget, which is a task of its own.
        group: How often.
        scalars: Complete OIDs to GET.
        columns: Columns to walk, in this order.
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


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a poller has to know about one kind of device.

    Attributes:
        profile: Name of the profile that leads the plan.
        tasks: What to read; never empty.
        labels_refresh: Seconds after which labels are read anew.
        no_bulk: The agent must not be asked with GETBULK.
        max_repetitions: Upper limit for GETBULK, or None when the poller's own applies.
    """

    profile: str
    tasks: tuple[PollTask, ...]
    labels_refresh: float
    no_bulk: bool
    max_repetitions: int | None


def compile_plan(profiles: Sequence[Profile], catalogue: Catalogue) -> Plan:
    """Turn profiles into a plan; where two give the same series, the earlier profile wins.

    Args:
        profiles: As `ProfileSet.resolve` returns them: the device's own first.
        catalogue: The one the profiles were checked against.
    """
    raise NotImplementedError
