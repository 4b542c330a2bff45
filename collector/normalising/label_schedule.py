"""When the labels of a device's rows are read, and what of them is kept."""

from __future__ import annotations

from dataclasses import dataclass

from collector.normalising.cells import Cells, Place
from collector.profiles.poll_task import Column, PollTask

#: After this time labels that could not be read completely are asked for again.
RETRY_MS = 300_000


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """What has to be read before a task, so that its rows can be named.

    Attributes:
        task: Name of the task.
        scalars: OIDs to GET.
        columns: Columns to walk.
        begun_ms: When it was asked for.
    """

    task: str
    scalars: tuple[str, ...]
    columns: tuple[Column, ...]
    begun_ms: int


class LabelSchedule:
    """Knows how old every label column is.

    Args:
        cells: Where labels are kept.
        refresh: Seconds after which they are read anew.
    """

    def __init__(self, cells: Cells, refresh: float) -> None:
        self._cells = cells
        self._refresh_ms = round(refresh * 1000)
        self._read_at: dict[str, int] = {}

    def due(self, task: PollTask, time_ms: int) -> LabelRequest | None:
        """Labels of the task that are missing or too old, or None."""
        scalars = tuple(oid for oid in task.label_scalars if not self._is_fresh(oid, time_ms))
        columns = tuple(c for c in task.label_columns if not self._is_fresh(c.oid, time_ms))
        return LabelRequest(task.name, scalars, columns, time_ms) if scalars or columns else None

    def complete(self, request: LabelRequest, time_ms: int, *, complete: bool) -> list[Place]:
        """Take over what was read for a request; the places whose value changed."""
        stamp = time_ms if complete else time_ms - self._refresh_ms + RETRY_MS
        changed: list[Place] = []
        for oid in (*request.scalars, *(column.oid for column in request.columns)):
            # Another task may have read the column meanwhile and taken our rows with it.
            alone = self._read_at.get(oid, -1) < request.begun_ms
            changed.extend(self._cells.commit(oid, replace=complete and alone))
            self._read_at[oid] = stamp
        return changed

    def expire(self, task: PollTask) -> None:
        """The task's rows are not what they were: read their labels before its next poll."""
        for column in task.label_columns:
            self._read_at.pop(column.oid, None)

    def forget(self) -> None:
        """The device restarted: rows may have other names now, so none is known."""
        for oid in self._read_at:
            self._cells.forget(oid)
        self._read_at.clear()

    def _is_fresh(self, oid: str, time_ms: int) -> bool:
        """Read within the refresh interval; a time to come tells of a clock that was set back."""
        read_at = self._read_at.get(oid)
        return read_at is not None and time_ms - self._refresh_ms < read_at <= time_ms
