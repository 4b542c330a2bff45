"""What a reader remembers of one poll task of one device, and how it notices what is gone."""

from __future__ import annotations

from collections.abc import Sequence

from collector.cells import Cells
from collector.poll_task import PollTask
from collector.reading import Entry
from collector.varbind import Varbind
from omc.core.model import Series

#: Complete polls in a row that an OID has to miss before it is forgotten: longer than live readers
#: keep its series, so that a row that comes back never stands beside its own past.
FORGET_AFTER = 5
#: After this time a device is asked again for what it did not have.
EXPLORE_AFTER_MS = 3_600_000
#: Attempts to read the labels of a task before its rows go by their index.
LABEL_ATTEMPTS = 3


class TaskMemory:
    """Entries of one task by OID.

    Attributes:
        known: What is looked up for every varbind.
        renamed: Series of entries that are to be made anew, by OID.
        infos: Info series.
        infos_stale: They have to be made anew.
        skipped: Columns not worth walking: the device has no row of them, or none that counts.
        absent: Scalars that the device does not have.
        is_named: A row without name has to wait for it: it is new, or labels could not be read.
    """

    __slots__ = (
        "_count",
        "_explored_at",
        "_missing",
        "_seen",
        "_vain_labels",
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
        self._count = 0
        self._seen: set[str] | None = None
        self._missing: dict[str, int] = {}
        self._explored_at: int | None = None
        self._vain_labels = 0

    def see(self, varbinds: Sequence[Varbind]) -> None:
        """Note what came: how many, and in the poll after one with another number, which."""
        self._count += len(varbinds)
        if self._seen is not None:
            self._seen.update([oid for oid, _ in varbinds])

    def begin_labels(self) -> None:
        """Labels are read anew: what was not worth asking may be so now."""
        self._explore()

    def end_labels(self, *, complete: bool) -> None:
        """Labels were read; after several vain attempts rows go without."""
        self._vain_labels = 0 if complete else self._vain_labels + 1
        self.is_named = 0 < self._vain_labels < LABEL_ATTEMPTS

    def end_poll(self, cells: Cells, time_ms: int, *, complete: bool) -> list[str]:
        """A poll is over; the OIDs to be forgotten."""
        gone: list[str] = []
        if complete:
            if self._explored_at is None:
                self._explored_at = time_ms
                self.absent.update(oid for oid in self.task.scalars if oid not in self.known)
                self._skip_columns(cells)
            elif not 0 <= time_ms - self._explored_at < EXPLORE_AFTER_MS:
                self._explore()
            gone = self._audit()
        elif self._seen is not None:
            self._seen = set()
        self._count = 0
        self.is_named = True
        return gone

    def _explore(self) -> None:
        """Ask for everything at the next poll."""
        self.skipped = set()
        self.absent = set()
        self._explored_at = None

    def _audit(self) -> list[str]:
        expected = self.known.keys() | self.renamed.keys() if self._seen is not None else set()
        missing = expected - (self._seen or set())
        self._missing = {oid: self._missing.get(oid, 0) + 1 for oid in missing}
        gone = [oid for oid, polls in self._missing.items() if polls >= FORGET_AFTER]
        is_quiet = not missing and not self.renamed and self._count == len(self.known)
        self._seen = None if is_quiet else set()
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
