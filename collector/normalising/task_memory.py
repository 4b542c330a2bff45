"""What a reader remembers of one poll task of one device, and how it notices what is gone."""

from __future__ import annotations

from collections.abc import Sequence

from collector.normalising.cells import Cells, Place
from collector.normalising.entries import Entries
from collector.normalising.pages import Page
from collector.normalising.reading import Entry
from collector.profiles.poll_task import PollTask
from collector.varbind import Varbind
from omc.core.model import Series

#: Complete polls in a row that an OID has to miss before it is forgotten: longer than live readers
#: keep its series, so that a row that comes back never stands beside its own past.
FORGET_AFTER = 5
#: After this time a device is asked again for what it did not have.
EXPLORE_AFTER_MS = 3_600_000
#: Pages that are remembered of one task.
MOST_PAGES = 4096
#: Attempts to read the labels of a task before its rows go by their index.
LABEL_ATTEMPTS = 3


class TaskMemory:
    """Entries of one task.

    Attributes:
        known: What is known of every OID.
        pages: What is known of whole responses, by a hash of their OIDs.
        renamed: Series of entries that are to be made anew, by place.
        infos: Info series.
        infos_stale: They have to be made anew.
        absent: Scalars that the device does not have.
        columns: Columns worth walking.
        is_named: A row without name has to wait for it: it is new, or labels could not be read.
    """

    __slots__ = (
        "_count",
        "_explored_at",
        "_missing",
        "_next_trial",
        "_on_trial",
        "_seen",
        "_skipped",
        "_vain_labels",
        "absent",
        "columns",
        "infos",
        "infos_stale",
        "is_named",
        "known",
        "pages",
        "renamed",
        "task",
    )

    def __init__(self, task: PollTask) -> None:
        self.task = task
        self.known = Entries()
        self.pages: dict[int, Page] = {}
        self.renamed: dict[Place, tuple[Series, ...]] = {}
        self.infos: dict[Series, None] = {}
        self.infos_stale = True
        self.absent: set[str] = set()
        self.columns = task.columns
        self.is_named = False
        self._count = 0
        self._seen: set[str] | None = None
        self._missing: dict[Place, int] = {}
        self._skipped: set[str] = set()
        self._on_trial: set[str] = set()  # columns that are walked to see what they are worth
        self._next_trial: set[str] = set()  # the same in the poll after this one
        self._explored_at: int | None = None
        self._vain_labels = 0

    def see(self, varbinds: Sequence[Varbind]) -> None:
        """Note what came: how many, and in the poll after one with another number, which."""
        self._count += len(varbinds)
        if self._seen is not None:
            self._seen.update([oid for oid, _ in varbinds])

    def remember_page(self, page: int, entries: Sequence[Entry]) -> None:
        """All values of a page were samples, of these entries."""
        if len(self.pages) >= MOST_PAGES:
            self.pages.clear()
        self.pages[page] = Page(entries)

    def begin_labels(self) -> None:
        """Labels are read anew: what was not worth asking may be so now."""
        self._explore()

    def try_again(self, column: str) -> None:
        """Walk a column once more: it may be worth it now."""
        if column in self._skipped:
            self._next_trial.add(column)
            self._skip(self._skipped - {column})

    def end_labels(self, *, complete: bool) -> None:
        """Labels were read; after several vain attempts rows go without."""
        self._vain_labels = 0 if complete else self._vain_labels + 1
        self.is_named = 0 < self._vain_labels < LABEL_ATTEMPTS

    def end_poll(self, cells: Cells, time_ms: int, *, complete: bool) -> list[Place]:
        """A poll is over; the places to be forgotten."""
        gone: list[Place] = []
        if complete:
            if self._explored_at is None:
                self._explored_at = time_ms
                scalars = self.task.scalars
                self.absent.update(oid for oid in scalars if not self.known.column(oid))
                self._on_trial = {column.oid for column in self.task.columns}
            elif not 0 <= time_ms - self._explored_at < EXPLORE_AFTER_MS:
                self._explore()
            self._judge()
            gone = self._audit(cells)
        elif self._seen is not None:
            self._seen = set()
        self._count = 0
        self.is_named = True
        return gone

    def _explore(self) -> None:
        """Ask for everything at the next poll."""
        self._skip(set())
        self._on_trial, self._next_trial = set(), set()
        self.absent = set()
        self._explored_at = None

    def _skip(self, columns: set[str]) -> None:
        """Columns not worth walking: the device has no row of them, or none that counts."""
        self._skipped = columns
        self.columns = tuple(c for c in self.task.columns if c.oid not in columns)

    def _judge(self) -> None:
        """Skip the columns without rows, or with none that is wanted and not superseded.

        A sweep asks for all of its columns: its rows come and go.
        """
        if self._on_trial and self.task.sweep is None:
            useless = {oid for oid in self._on_trial if not self.known.has_useful(oid)}
            self._skip(self._skipped | useless)
        self._on_trial, self._next_trial = self._next_trial, set()

    def _audit(self, cells: Cells) -> list[Place]:
        """Places to be forgotten: gone for long, or of columns that are not walked any more."""
        useless = [place for oid in self._skipped for place in self.known.column(oid)]
        expected: set[Place] = set()
        if self._seen is not None:
            expected = {*self.known, *self.renamed}.difference(useless)
        seen = {cells.place(oid) for oid in self._seen or ()}
        self._missing = {place: self._missing.get(place, 0) + 1 for place in expected - seen}
        gone = [place for place, polls in self._missing.items() if polls >= FORGET_AFTER]
        count = len(self.known) - len(useless)
        is_quiet = not self._missing and not self.renamed and self._count == count
        self._seen = None if is_quiet else set()
        return gone + useless
