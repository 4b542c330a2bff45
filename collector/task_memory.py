"""What a reader remembers of one poll task of one device, and how it notices what is gone."""

from __future__ import annotations

from collections.abc import Iterable

from collector.cells import Cells
from collector.poll_task import PollTask
from collector.reading import Entry
from omc.core.model import Series

#: Polls of a task between two looks at what is missing; a sweep is looked at every time.
AUDIT_EVERY = 4
#: After this time a device is asked again for what it did not have.
EXPLORE_AFTER_MS = 3_600_000


class TaskMemory:
    """Entries of one task by OID.

    Attributes:
        known: What is looked up for every varbind.
        renamed: Series of entries that are to be made anew, by OID.
        infos: Info series.
        infos_stale: They have to be made anew.
        skipped: Columns not worth walking: the device has no row of them, or none that counts.
        absent: Scalars that the device does not have.
        is_named: The rows that were there when labels were read have been met: a row without
            name is a new one.
    """

    __slots__ = (
        "_explored_at",
        "_missing",
        "_polls",
        "_seen",
        "absent",
        "infos",
        "infos_stale",
        "is_named",
        "known",
        "renamed",
        "skipped",
        "task",
    )

    def __init__(self, task: PollTask) -> None:
        self.task = task
        self.known: dict[str, Entry] = {}
        self.renamed: dict[str, tuple[Series, ...]] = {}
        self.infos: dict[Series, None] = {}
        self.infos_stale = True
        self.skipped: set[str] = set()
        self.absent: set[str] = set()
        self.is_named = False
        self._seen: set[str] | None = None
        self._missing: set[str] = set()
        self._polls = 0
        self._explored_at: int | None = None

    @property
    def is_audited(self) -> bool:
        """Whether this poll notes what it sees."""
        return self._seen is not None

    def see(self, oids: Iterable[str]) -> None:
        """Note what came, while audited."""
        if self._seen is not None:
            self._seen.update(oids)

    def begin_labels(self) -> None:
        """Labels are read anew: what was not worth asking may be so now."""
        self.is_named = False
        self._explore()

    def end_poll(self, cells: Cells, time_ms: int, *, complete: bool) -> set[str]:
        """A poll is over; OIDs that two audits in a row have missed."""
        gone: set[str] = set()
        if complete:
            if self._explored_at is None:
                self._explored_at = time_ms
                self.absent.update(oid for oid in self.task.scalars if oid not in self.known)
                self._skip_columns(cells)
            elif time_ms - self._explored_at >= EXPLORE_AFTER_MS:
                self._explore()
            gone = self._audit()
        elif self._seen is not None:
            self._seen = set()
        self.is_named = True
        return gone

    def _explore(self) -> None:
        """Ask for everything at the next poll."""
        self.skipped = set()
        self.absent = set()
        self._explored_at = None

    def _audit(self) -> set[str]:
        gone: set[str] = set()
        if self._seen is not None:
            missing = (self.known.keys() | self.renamed.keys()) - self._seen
            gone = missing & self._missing
            self._missing = missing - gone
        self._polls += 1
        every = 1 if self.task.sweep is not None else AUDIT_EVERY
        self._seen = set() if self._polls % every == 0 else None
        return gone

    def _skip_columns(self, cells: Cells) -> None:
        """Find the columns without rows, or with none that is wanted and not superseded.

        A sweep asks for all of its columns: its rows come and go.
        """
        if self.task.sweep is not None:
            return
        useful: set[str] = set()
        for oid, entry in self.known.items():
            if entry.is_useful:
                useful.add(cells.place(oid).oid)
        self.skipped = {column.oid for column in self.task.columns} - useful
