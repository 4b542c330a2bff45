"""How much disk an archive will take once it is as old as what it keeps, judged by its last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from omc.history.layout import Resolution
from omc.history.manifest import Manifest


@dataclass(frozen=True, slots=True)
class DiskNeed:
    """Bytes of an archive.

    Attributes:
        now: What it takes.
        full_grown: What it will take with as many series as on its last day, by resolution.
    """

    now: int
    full_grown: Mapping[Resolution, int]

    @property
    def more(self) -> int:
        """Bytes that are still to come."""
        return max(0, sum(self.full_grown.values()) - self.now)


def disk_need(manifest: Manifest, raw_days: int, roll_up_days: int) -> DiskNeed | None:
    """What an archive will need; None before its first day is closed.

    Args:
        manifest: Of the archive.
        raw_days: Days that samples are kept.
        roll_up_days: Days that roll-ups are kept.
    """
    closed = manifest.files(["day"])
    if not closed:
        return None
    last = max(entry.last_day for entry in closed)
    a_day: Counter[Resolution] = Counter()
    for entry in closed:
        if entry.last_day == last:
            a_day[entry.resolution] += entry.written.bytes
    full_grown = {
        one: size * (raw_days if one is Resolution.RAW else roll_up_days)
        for one, size in a_day.items()
    }
    return DiskNeed(sum(manifest.sizes().values()), full_grown)
