"""Planned work as somebody announces it in a form: read, checked, and made a window."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any, Self

from dashboards.console.world import ConsoleWorld
from omc.alarms import MaintenanceWindow
from omc.core.inventory import Inventory

#: Longer work is a slip of the keyboard. Engineering judgement.
_LONGEST = timedelta(days=60)
_HOUR = timedelta(hours=1)
_MOST_PLACES = 200
_LONGEST_REASON = 500


class NotAnnounced(Exception):
    """What was written cannot be announced.

    Attributes:
        key: Of the text that says why: `work.KEY`.
        values: What that text is filled with.
    """

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Announcement:
    """What stands in the form.

    Attributes:
        begins: Local time of the network, ISO 8601 without a zone.
        ends: Likewise; the first moment after the work.
        places: Codes or names of sites, communes, cables and devices.
        reason: In words.
    """

    begins: str
    ends: str
    places: tuple[str, ...]
    reason: str

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """What a browser sent, whatever it is."""
        places = fields.get("places")
        named = places if isinstance(places, list) else []
        return cls(
            str(fields.get("begins", "")),
            str(fields.get("ends", "")),
            tuple(str(place).strip() for place in named[:_MOST_PLACES]),
            str(fields.get("reason", "")).strip()[:_LONGEST_REASON],
        )

    @staticmethod
    def proposed(world: ConsoleWorld) -> tuple[str, str]:
        """Begin and end that the form shows first: two hours from the next full one on."""
        now = datetime.fromtimestamp(world.clock.time_ms() / 1000, world.timezone)
        begins = now.replace(minute=0, second=0, microsecond=0, tzinfo=None) + _HOUR
        ends = begins + 2 * _HOUR
        return begins.isoformat(timespec="minutes"), ends.isoformat(timespec="minutes")

    def window(self, world: ConsoleWorld, who: str) -> MaintenanceWindow:
        """The window that it asks for.

        Raises:
            NotAnnounced: something is wrong with it.
        """
        begins_ms, ends_ms = self._moment(self.begins, world), self._moment(self.ends, world)
        if ends_ms <= begins_ms:
            raise NotAnnounced("ends_first")
        if ends_ms <= world.clock.time_ms():
            raise NotAnnounced("is_over")
        if ends_ms - begins_ms > _LONGEST / timedelta(milliseconds=1):
            raise NotAnnounced("too_long", days=str(_LONGEST.days))
        if not self.places:
            raise NotAnnounced("nowhere")
        sites, nodes, areas, spans = self._sorted_places(world.inventory)
        name = self._free_name({window.name for window in world.desk.maintenance.windows()})
        return MaintenanceWindow(
            name, begins_ms, ends_ms, who, self.reason, sites, nodes, areas, spans
        )

    def _free_name(self, taken: Container[str]) -> str:
        """A window of the same name would be replaced."""
        name = f"{self.places[0]} {self.begins.replace('T', ' ')}"
        numbered = (f"{name} ({number})" for number in count(2))
        return next(free for free in chain([name], numbered) if free not in taken)

    def _moment(self, text: str, world: ConsoleWorld) -> int:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise NotAnnounced("no_time") from None
        return round(moment.replace(tzinfo=world.timezone).timestamp() * 1000)

    def _sorted_places(self, inventory: Inventory) -> Sequence[tuple[str, ...]]:
        """Sites, nodes, areas and spans among the places.

        Raises:
            NotAnnounced: one is none of these.
        """
        kinds = (inventory.sites, inventory.nodes, inventory.areas, inventory.spans)
        known = [{str(name) for name in kind} for kind in kinds]
        for place in self.places:
            if not any(place in names for names in known):
                raise NotAnnounced("unknown_place", place=place)
        return [tuple(place for place in self.places if place in names) for names in known]
