"""Raw varbinds of one device become samples of catalogue metrics.

The caller (a poller, a test, a replay) drives a `NodeReader` like this:

    while True:
        if reader.needs_labels:                     # at the start, and when rows appeared
            reader.read_labels(varbinds)            # plan.label_scalars, plan.label_columns; pages
            reader.labels_complete()
        for task in plan.tasks that are due:
            batch = Batch(source, interval)
            reader.read(task, varbinds, time_ms, batch)      # a page of a response, many times:
                                                             # reader.scalars(task), .columns(task)
            reader.finish(task, time_ms, batch, complete=True)
            events = reader.take_events()

A sweep may call `read` with several batches one after the other, and `finish` with the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collector.plan import Column, Plan, PollTask
from collector.varbind import Varbind
from omc.core.model import Batch, Event, Quality, SeriesTable


class NodeReader:
    """What one device's varbinds mean, remembered by OID.

    Attributes:
        needs_labels: Labels have to be read before (or as soon as possible after) the next poll.
        rejected: How many readings were no sample, by reason, since the reader was made.
        cpu_ratio: The device's busiest CPU when it was last read, or None: for sweeps that pause.
    """

    def __init__(
        self, plan: Plan, table: SeriesTable, identity: Mapping[str, str], *, source: str
    ) -> None:
        """Make a reader that knows nothing of the device yet.

        Args:
            plan: From `compile_plan`.
            table: The process's interned series.
            identity: Labels of every series of the device: `site` and `node`.
            source: Names the events' source: `snmp:<node>`.
        """
        self.needs_labels = True
        self.rejected: dict[Quality, int] = dict.fromkeys(Quality, 0)
        self.cpu_ratio: float | None = None

    def scalars(self, task: PollTask) -> tuple[str, ...]:
        """OIDs of the task worth asking now: without those the device answered with nothing."""
        raise NotImplementedError

    def columns(self, task: PollTask) -> tuple[Column, ...]:
        """Columns of the task worth walking now: without those that another one supersedes."""
        raise NotImplementedError

    def read_labels(self, varbinds: Iterable[Varbind]) -> None:
        """Take a page of label scalars or columns."""
        raise NotImplementedError

    def labels_complete(self) -> None:
        """All labels were read (or as many as the device gave): name the rows anew."""
        raise NotImplementedError

    def read(self, task: PollTask, varbinds: Iterable[Varbind], time_ms: int, batch: Batch) -> None:
        """Turn a page of varbinds into samples, stamped with the time the page arrived."""
        raise NotImplementedError

    def finish(self, task: PollTask, time_ms: int, batch: Batch, *, complete: bool = True) -> None:
        """End a poll of a task: add info series and forget rows that are gone.

        Args:
            task: The task that was read.
            time_ms: Stamp of the info series.
            batch: Where they go.
            complete: Whether every scalar and column was read to its end; only then can a row be
                missing.
        """
        raise NotImplementedError

    def take_events(self) -> list[Event]:
        """Changes of quality since the last call."""
        raise NotImplementedError

    def close(self) -> None:
        """Forget every series of the device: it left the inventory."""
        raise NotImplementedError
