"""What one consumer has not acknowledged: some in memory, some on disk, some in its readers' hands.

Samples that were published a moment ago are kept in memory, so that in normal times nothing is
ever read back from the disk. When they become too many, those that are on the disk are let go from
memory; only what could not be written (a full disk) is lost then, the oldest first, and counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from omc.bus.base import ConsumerState
from omc.core.model import Batch

#: Samples held in memory beyond which those that are safe on disk are let go.
_LIVE_SAMPLES = 200_000


@dataclass(slots=True, eq=False)
class Entry:
    """What was published in one commit interval, or a part of it.

    Attributes:
        seq: Place in the order of publishing.
        batches: The samples.
        samples: How many.
        owners: Consumers that have not acknowledged it.
        saved: It stands in the journal.
    """

    seq: int
    batches: Sequence[Batch]
    samples: int
    owners: set[str] = field(default_factory=set)
    saved: bool = False


class Stock:
    """What one consumer has to deliver; `published == acknowledged + dropped + waiting`.

    Args:
        name: The consumer's.
        capacity: Samples held in memory at most.

    Attributes:
        capacity: As given.
        memory: Entries in memory that no reader has taken, oldest first.
        memory_samples: Samples of them.
        in_hands: Entries that readers have taken and not acknowledged, by seq.
        disk_samples: Samples that are on disk only.
        version: Changes whenever what is on disk only changes without a reader taking it.
        away: Entries whose row on disk is not to be read: they are in memory, in a reader's
            hands, or acknowledged and the row not yet deleted.
        changed: Set whenever there may be more to read.
        closed: No more will come.
    """

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self.memory: deque[Entry] = deque()
        self.memory_samples = 0
        self.in_hands: dict[int, Entry] = {}
        self.disk_samples = 0
        self.version = 0
        self.away: set[int] = set()
        self.changed = asyncio.Event()
        self.closed = False
        self.capacity = capacity
        self._live = min(capacity, _LIVE_SAMPLES)
        self._published = 0
        self._acknowledged = 0
        self._dropped = 0

    @property
    def state(self) -> ConsumerState:
        """The accounts, in samples since the consumer was opened."""
        waiting = self._published - self._acknowledged - self._dropped
        return ConsumerState(self._published, self._acknowledged, self._dropped, waiting)

    def found_on_disk(self, samples: int) -> None:
        """So many samples are there from before."""
        self._published += samples
        self.disk_samples += samples
        self.changed.set()

    def published(self, samples: int) -> None:
        """So many are on their way."""
        self._published += samples

    def offer(self, entry: Entry) -> None:
        """What was published, as an entry; it stays in memory as long as there is room."""
        self.away.add(entry.seq)
        self.memory.append(entry)
        self.memory_samples += entry.samples
        self.changed.set()

    def lost(self, samples: int) -> None:
        """Published samples that never became an entry."""
        self._dropped += samples

    def expect(self, max_samples: int) -> None:
        """So many are read at once: memory has room for two such deliveries."""
        self._live = min(self.capacity, max(_LIVE_SAMPLES, 2 * max_samples))

    @property
    def is_overfull(self) -> bool:
        """Whether memory holds more than it should of what is safe on disk."""
        return self.memory_samples > self._live

    def let_go(self, entry: Entry) -> None:
        """An entry that is saved, and that nobody holds any more: the disk has it."""
        self.version += 1
        self.away.discard(entry.seq)
        self.disk_samples += entry.samples

    def keep_newest(self, samples: int) -> None:
        """Let go from memory what is saved, but for the newest entries of so many samples."""
        kept: deque[Entry] = deque()
        total = 0
        for entry in reversed(self.memory):
            if entry.saved and total + entry.samples > samples and kept:
                self.memory_samples -= entry.samples
                self.let_go(entry)
            else:
                kept.appendleft(entry)
            total += entry.samples
        self.memory = kept

    def let_newest_go(self) -> None:
        """Let go from memory what came last and is saved, until there is room again."""
        while self.is_overfull and len(self.memory) > 1 and self.memory[-1].saved:
            entry = self.memory.pop()
            self.memory_samples -= entry.samples
            self.let_go(entry)

    def bound(self) -> None:
        """Keep memory within its capacity: what only memory has is lost, the oldest first."""
        while self.memory_samples > self.capacity and len(self.memory) > 1:
            entry = self.memory.popleft()
            self.memory_samples -= entry.samples
            if entry.saved:
                self.let_go(entry)
            else:
                self.away.discard(entry.seq)
                entry.owners.discard(self.name)
                self._dropped += entry.samples

    def take(self, max_samples: int) -> list[Entry]:
        """The oldest in memory: consecutive entries, one at least if there is any."""
        taken: list[Entry] = []
        total = 0
        while self.memory:
            entry = self.memory[0]
            if taken and total + entry.samples > max_samples:
                break
            if taken and self.disk_samples and entry.seq != taken[-1].seq + 1:
                break
            taken.append(self.memory.popleft())
            total += entry.samples
        self.memory_samples -= total
        self.in_hands.update((entry.seq, entry) for entry in taken)
        return taken

    def took_from_disk(self, entries: Iterable[Entry]) -> None:
        """A reader holds these now."""
        for entry in entries:
            self.disk_samples -= entry.samples
            self.away.add(entry.seq)
            self.in_hands[entry.seq] = entry

    def leave(self, entries: Iterable[Entry]) -> None:
        """A reader does not go on with these, which are saved: the disk has them."""
        for entry in entries:
            del self.in_hands[entry.seq]
            self.let_go(entry)
        self.changed.set()

    def acknowledged(self, entries: Iterable[Entry]) -> None:
        """A reader has delivered these; their rows are still to be deleted."""
        for entry in entries:
            self._acknowledged += entry.samples
            del self.in_hands[entry.seq]
            entry.owners.discard(self.name)

    def unreadable(self, samples: int) -> None:
        """Samples on disk that turned out to be damaged or unknown."""
        self.disk_samples -= samples
        self._dropped += samples

    def held(self) -> Iterator[Entry]:
        """Everything that is not on disk only."""
        yield from self.memory
        yield from self.in_hands.values()

    def renumbered(self) -> None:
        """Entries have other numbers now."""
        self.in_hands = {entry.seq: entry for entry in self.in_hands.values()}
        self.away = {entry.seq for entry in self.held()}

    def made_room(self, seq: int, samples: int) -> None:
        """The journal has dropped its oldest: a loss only if the entry was nowhere else."""
        if seq not in self.away:
            self.version += 1
            self.disk_samples -= samples
            self._dropped += samples
            return
        for entry in self.held():
            if entry.seq == seq:
                entry.saved = False

    def recounted(self, disk_samples: int) -> None:
        """After the file was damaged, so many samples are on disk; the others are lost."""
        self._dropped += max(0, self.disk_samples - disk_samples)
        self._published += max(0, disk_samples - self.disk_samples)
        self.disk_samples = disk_samples
        self.changed.set()

    def close(self) -> None:
        """No more will come."""
        self.closed = True
        self.changed.set()
