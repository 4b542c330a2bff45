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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.normalising.cells import Cells, Place
from collector.normalising.label_schedule import LabelRequest, LabelSchedule
from collector.normalising.ownership import Ownership
from collector.normalising.reading import Crossing, Entry, Reading
from collector.normalising.refusal import Cause, Refusal
from collector.normalising.rows import Rows
from collector.normalising.series_naming import SeriesNaming
from collector.normalising.task_memory import TaskMemory
from collector.profiles.plan import Column, Plan, PollTask
from collector.profiles.rules import CompiledRule
from collector.varbind import Value, Varbind
from omc.core.model import Batch, Event, Quality, Series, SeriesTable

__all__ = ["LabelRequest", "NodeReader", "Tally"]

_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_CPU_METRIC = "cpu_utilisation_ratio"


@dataclass(slots=True)
class Tally:
    """Varbinds that gave no sample and are not bad either, since the reader was made.

    Attributes:
        superseded: Another object or row gives the same series.
        ignored: The row is not selected, or no case fits, or only other readings need the value.
        deferred: The row is new and has to be named first.
        absent: The device does not have the scalar.
        unmatched: No rule knows the OID, or the row's index does not fit its table.
    """

    superseded: int = 0
    ignored: int = 0
    deferred: int = 0
    absent: int = 0
    unmatched: int = 0


class NodeReader:
    """What one device's varbinds mean, remembered by OID.

    Attributes:
        rejected: How many readings were no sample, by reason, since the reader was made.
        tally: How many varbinds gave no sample for other reasons.
        cpu_ratio: The device's busiest CPU when it was last read, or None: for sweeps that pause.
        refusals: Every varbind without a sample, if somebody wants to know (`omc profile test`,
            the service does not); None: they are only counted.
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
        self.tally = Tally()
        self.cpu_ratio: float | None = None
        self.refusals: list[Refusal] | None = None
        self._plan = plan
        self._cells = Cells(plan.columns)
        self._rows = Rows(plan, self._cells)
        self._naming = SeriesNaming(plan, self._rows, table, identity)
        self._ownership = Ownership(table, source, self._lose)
        self._labels = LabelSchedule(self._cells, plan.labels_refresh)
        self._memory = {task.name: TaskMemory(task) for task in plan.tasks}
        self._up_time = 0.0
        self._watches_cpu = any(t.sweep and t.sweep.pause_above_cpu for t in plan.tasks)

    # -- what to ask -------------------------------------------------------------------------------

    def scalars(self, task: PollTask) -> tuple[str, ...]:
        """OIDs of the task worth asking now: without those the device answered with nothing."""
        absent = self._memory[task.name].absent
        return tuple(oid for oid in task.scalars if oid not in absent)

    def columns(self, task: PollTask) -> tuple[Column, ...]:
        """Columns of the task worth walking now: without those that another one supersedes."""
        return self._memory[task.name].columns

    def labels_due(self, task: PollTask, time_ms: int) -> LabelRequest | None:
        """What to read before the task's next poll; None when all is known.

        Labels are read at the start, when the refresh interval is over, when rows appeared, and
        when the device restarted.
        """
        request = self._labels.due(task, time_ms)
        if request is not None:
            self._memory[task.name].begin_labels()
        return request

    # -- what was answered -------------------------------------------------------------------------

    def read_labels(self, varbinds: Iterable[Varbind]) -> None:
        """Take a page of label scalars or columns."""
        self._cells.collect(varbinds)

    def labels_complete(
        self, request: LabelRequest, time_ms: int, *, complete: bool = True
    ) -> None:
        """The request was read, or (not complete) as much of it as the device gave."""
        changed = self._labels.complete(request, time_ms, complete=complete)
        self._memory[request.task].end_labels(complete=complete)
        if changed:
            shared = [Place(table, "") for table in self._rows.find_shared()]
            self._rename([*changed, *shared])
            for memory in self._memory.values():
                memory.infos_stale = True

    def read(
        self,
        task: PollTask,
        varbinds: Sequence[Varbind],
        time_ms: int,
        batch: Batch,
        page: int | None = None,
    ) -> None:
        """Turn a page of varbinds into samples, stamped with the time the page arrived.

        Args:
            task: What is being read.
            varbinds: In the agent's order.
            time_ms: Unix milliseconds.
            batch: Where the samples go.
            page: A hash of the varbinds' OIDs: what came before costs far less then.
        """
        memory = self._memory[task.name]
        memory.see(varbinds)
        known = None if page is None else memory.pages.get(page)
        numbers = None if known is None else known.numbers(varbinds)
        if known is not None and numbers is not None:
            batch.extend(known.series, numbers, time_ms)
            if batch.origins is not None:
                batch.origins.extend([oid for oid, _ in varbinds])
            return
        good = self._read_each(memory, varbinds, time_ms, batch)
        if page is not None and len(good) == len(varbinds):
            memory.remember_page(page, good)

    def _read_each(
        self, memory: TaskMemory, varbinds: Sequence[Varbind], time_ms: int, batch: Batch
    ) -> list[Entry]:
        """Read varbinds one by one; the entries of those that were samples at first sight."""
        good: list[Entry] = []
        for oid, value in varbinds:
            entry = memory.known.find(self._cells.place(oid))
            if entry is None:
                self._meet(memory, oid, value, time_ms, batch)
                continue
            number = entry.number(value)
            if number is None:
                self._look(memory, entry, oid, value, time_ms, batch)
                continue
            batch.add(entry.series, number, time_ms, oid)
            good.append(entry)
        return good

    def finish(self, task: PollTask, time_ms: int, batch: Batch, *, complete: bool = True) -> None:
        """End a poll of a task: add info series and forget rows that are gone.

        Args:
            task: The task that was read.
            time_ms: Stamp of the info series.
            batch: Where they go.
            complete: Whether every scalar and column was read to its end; only then can a row be
                missing.
        """
        memory = self._memory[task.name]
        if memory.infos_stale:
            self._make_infos(memory)
        batch.extend(list(memory.infos), [1.0] * len(memory.infos), time_ms)
        if batch.origins is not None:
            batch.origins.extend([""] * len(memory.infos))
        for place in memory.end_poll(self._cells, time_ms, complete=complete):
            self._forget(memory, place)
        self._naming.forget_texts()
        if self._watches_cpu:
            self._note_cpu(batch)

    def take_events(self) -> list[Event]:
        """Changes of quality since the last call."""
        events = self._ownership.events
        self._ownership.events = []
        return events

    def series(self) -> list[Series]:
        """Every series of the device that has had a name so far."""
        found: dict[Series, None] = {}
        for memory in self._memory.values():
            for entry in memory.known.entries():
                found.update((reading.series, None) for reading in entry.all_readings)
            found.update(memory.infos)
        return list(found)

    def close(self) -> None:
        """Forget every series of the device: it left the inventory."""
        for memory in self._memory.values():
            for place in {*memory.known, *memory.renamed}:
                self._forget(memory, place)
            for series in memory.infos:
                self._ownership.forget(series)
            memory.infos = {}

    # -- varbinds that need a closer look ----------------------------------------------------------

    def _meet(self, memory: TaskMemory, oid: str, value: Value, time_ms: int, batch: Batch) -> None:
        """An OID for the first time, or for the first time since its row was renamed."""
        place = self._cells.place(oid)
        rules = self._plan.rules[memory.task.name].get(place.oid, ())
        is_watched = place.oid in self._plan.dependents or oid == _SYS_UP_TIME
        if not rules and not is_watched:
            self.tally.unmatched += 1
            self._refuse(oid, value, Cause.UNMATCHED)
        elif value is None and not place.suffix:
            self.tally.absent += 1
        elif memory.is_named and not all(self._naming.is_named(rule, place) for rule in rules):
            self.tally.deferred += 1
            self._refuse(oid, value, Cause.DEFERRED)
            self._labels.expire(memory.task)
        else:
            readings = [self._naming.reading(rule, place) for rule in rules]
            if readings and all(reading is Quality.INVALID for reading in readings):
                self.tally.unmatched += 1
                self._refuse(oid, value, Cause.UNMATCHED)
                return
            entry = _entry(readings, is_watched=is_watched)
            memory.known.put(place, entry)
            previous = memory.renamed.pop(place, ())
            self._look(memory, entry, oid, value, time_ms, batch)
            for series in previous:
                self._ownership.forget(series)

    def _look(
        self,
        memory: TaskMemory,
        entry: Entry,
        oid: str,
        value: Value,
        time_ms: int,
        batch: Batch,
    ) -> None:
        if isinstance(entry, Crossing) and entry.is_watched:
            self._watch(oid, value)
            if memory.known.find(self._cells.place(oid)) is not entry:  # it depends on itself
                self._meet(memory, oid, value, time_ms, batch)
                return
        readings = entry.all_readings
        if not readings:
            self.tally.ignored += 1
            self._refuse(oid, value, Cause.IGNORED)
        for reading in readings:
            self._settle(reading, oid, value, time_ms, batch)

    def _settle(self, reading: Reading, oid: str, value: Value, time_ms: int, batch: Batch) -> None:
        if reading.is_superseded:
            self.tally.superseded += 1
            self._refuse(oid, value, Cause.SUPERSEDED, reading.series)
            return
        number = reading.use.decode(value)
        if isinstance(number, Quality):
            self.rejected[number] += 1
            self._refuse(oid, value, number, reading.series)
            self._ownership.reject(reading, number, time_ms)
        elif self._ownership.accept(reading, reading.use.fast_decode(value), time_ms):
            batch.add(reading.series, number, time_ms, oid)
        else:
            self.tally.superseded += 1
            self._refuse(oid, value, Cause.SUPERSEDED, reading.series)

    def _refuse(
        self, oid: str, value: Value, cause: Quality | Cause, series: Series | None = None
    ) -> None:
        if self.refusals is not None:
            self.refusals.append(Refusal(oid, value, cause, series))

    def _watch(self, oid: str, value: Value) -> None:
        """A value that others depend on: does it change what they mean?"""
        if oid == _SYS_UP_TIME and isinstance(value, int):
            if value < self._up_time:
                self._restart()
            self._up_time = value
        place = self._cells.place(oid)
        if place.oid in self._plan.dependents and self._cells.set(place, value):
            self._rename([place])

    def _restart(self) -> None:
        """The device restarted: an index may mean another port now, so every row waits."""
        self._labels.forget()
        self._naming.forget_texts()
        for memory in self._memory.values():
            if memory.task.label_columns:
                memory.is_named = True
                for place in list(memory.known):
                    self._put_aside(memory, place)

    # -- names that change, rows that go -----------------------------------------------------------

    def _rename(self, changed: Iterable[Place]) -> None:
        """Have everything that depends on these places named anew when it comes next."""
        self._naming.forget_texts()
        everywhere: set[CompiledRule] = set()
        for place in changed:
            for dependent in self._plan.dependents.get(place.oid, ()):
                if not dependent.same_row:
                    everywhere.add(dependent.rule)
                elif dependent.rule.oid:
                    memory = self._memory[dependent.rule.task]
                    self._put_aside(memory, Place(dependent.rule.oid, place.suffix))
        for rule in everywhere:
            memory = self._memory[rule.task]
            for known in memory.known.column(rule.oid):
                self._put_aside(memory, known)

    def _put_aside(self, memory: TaskMemory, place: Place) -> None:
        entry = memory.known.pop(place)
        if entry is not None:
            for reading in entry.all_readings:
                self._ownership.drop(reading)
            memory.renamed[place] = tuple(reading.series for reading in entry.all_readings)

    def _forget(self, memory: TaskMemory, place: Place) -> None:
        self._put_aside(memory, place)
        for series in memory.renamed.pop(place, ()):
            self._ownership.forget(series)

    def _lose(self, reading: Reading) -> None:
        """A reading gives its series no more: others may, whose columns were not worth walking."""
        self._memory[reading.use.rule.task].pages.clear()
        if not reading.is_superseded:
            for rival in self._plan.rivals.get(reading.use.rule.priority, ()):
                self._memory[rival.task].try_again(rival.oid)

    def _make_infos(self, memory: TaskMemory) -> None:
        before = memory.infos
        memory.infos = self._naming.infos(memory.task.name)
        memory.infos_stale = False
        for series in before.keys() - memory.infos.keys():
            self._ownership.forget(series)

    def _note_cpu(self, batch: Batch) -> None:
        busy = [
            value
            for series, value in zip(batch.series, batch.values, strict=True)
            if series.metric.name == _CPU_METRIC
        ]
        if busy:
            self.cpu_ratio = max(busy)


def _entry(readings: Sequence[Reading | Quality | None], *, is_watched: bool) -> Entry:
    """How the readings of one OID are remembered."""
    wanted = tuple([reading for reading in readings if isinstance(reading, Reading)])
    if len(wanted) == 1 and not is_watched:
        return wanted[0]
    return Crossing(wanted, is_watched=is_watched)
