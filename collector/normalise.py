"""Raw varbinds of one device become samples of catalogue metrics.

The caller (a poller, a test, a replay) drives a `NodeReader` like this:

    for task in the tasks of the plan that are due:
        batch = Batch(source, interval)
        request = reader.labels_due(task, now_ms)
        if request is not None:              # at the start, when rows appeared, now and then
            reader.read_labels(varbinds)     # of request.scalars and request.columns; pages
            reader.labels_complete(request, now_ms, complete=True)
        reader.read(task, varbinds, time_ms, batch)      # pages of reader.scalars(task) and
                                                         # reader.columns(task)
        reader.finish(task, time_ms, batch, complete=True)
        events = reader.take_events()

A sweep may call `read` with several batches one after the other, and `finish` with the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.plan import Column, Plan, PollTask
from collector.varbind import Varbind
from omc.core.model import Batch, Event, Quality, SeriesTable


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """What has to be read before a task, so that its rows can be named.

    Attributes:
        scalars: OIDs to GET.
        columns: Columns to walk.
    """

    scalars: tuple[str, ...]
    columns: tuple[Column, ...]


class NodeReader:
    """What one device's varbinds mean, remembered by OID.

    Attributes:
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
        self.rejected: dict[Quality, int] = dict.fromkeys(Quality, 0)
        self.cpu_ratio: float | None = None

    def scalars(self, task: PollTask) -> tuple[str, ...]:
        """OIDs of the task worth asking now: without those the device answered with nothing."""
        raise NotImplementedError

    def columns(self, task: PollTask) -> tuple[Column, ...]:
        """Columns of the task worth walking now: without those that another one supersedes."""
        raise NotImplementedError

    def labels_due(self, task: PollTask, time_ms: int) -> LabelRequest | None:
        """What to read before the task's next poll: at the start, when the refresh interval is
        over, when rows appeared or the device restarted; None when all is known.
        """
        raise NotImplementedError

    def read_labels(self, varbinds: Iterable[Varbind]) -> None:
        """Take a page of label scalars or columns."""
        raise NotImplementedError

    def labels_complete(
        self, request: LabelRequest, time_ms: int, *, complete: bool = True
    ) -> None:
        """The request was read, or (not complete) as much of it as the device gave."""
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
