"""Which alarms somebody wants to see: kept in the address of the page, to be sent on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from dashboards.console.network_state import site_of
from dashboards.console.search import folded
from omc.alarms import Alarm, Severity
from omc.core.inventory import Inventory
from omc.core.model import SiteCode


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """What is let through.

    Attributes:
        severities: Only these; all if empty.
        area: Only sites of the area of that code; "" for all.
        text: Words that have to be in what is said of the alarm.
        open_only: Only what nobody has acknowledged.
        planned: Also what falls into planned work.
        cleared: Also what was over a while ago.
        key: The alarm that is shown in full; "" for none.
    """

    severities: frozenset[Severity] = field(default_factory=frozenset)
    area: str = ""
    text: str = ""
    open_only: bool = False
    planned: bool = False
    cleared: bool = False
    key: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> AlarmFilter:
        """What the query of an address says; what cannot be understood is left out."""
        known = {severity.word: severity for severity in Severity}
        words = query.get("severity", "").split(",")
        return cls(
            frozenset(known[word] for word in words if word in known),
            query.get("area", ""),
            query.get("q", ""),
            query.get("open") == "1",
            query.get("planned") == "1",
            query.get("cleared") == "1",
            query.get("key", ""),
        )

    @property
    def address(self) -> str:
        """The address of the page with this filter."""
        query = {
            "severity": ",".join(s.word for s in sorted(self.severities, reverse=True)),
            "area": self.area,
            "q": self.text,
            **{
                name: "1" if chosen else ""
                for name, chosen in (
                    ("open", self.open_only),
                    ("planned", self.planned),
                    ("cleared", self.cleared),
                )
            },
            "key": self.key,
        }
        chosen = {name: value for name, value in query.items() if value}
        return "/alarms" + (f"?{urlencode(chosen)}" if chosen else "")

    def toggled(self, severity: Severity) -> AlarmFilter:
        """With that severity let through if it was not, and the other way round."""
        return replace(self, severities=self.severities ^ {severity})

    def lets_through(self, alarm: Alarm, inventory: Inventory) -> bool:
        """Whether an alarm passes, whatever its words; what a root explains never does."""
        if alarm.root is not None:
            return False
        if not alarm.is_active and not self.cleared:
            return False
        if alarm.suppressed is not None and not self.planned:
            return False
        if self.open_only and alarm.acknowledged is not None:
            return False
        if self.severities and alarm.severity not in self.severities:
            return False
        return not self.area or self._is_in_area(alarm, inventory)

    def _is_in_area(self, alarm: Alarm, inventory: Inventory) -> bool:
        places = {site_of(inventory, alarm)}
        if alarm.finding is not None:
            places.update(alarm.finding.places)
        sites = (inventory.sites.get(SiteCode(place)) for place in places)
        return alarm.label("area") == self.area or any(
            site is not None and site.area == self.area for site in sites
        )

    def says(self, *words: str) -> bool:
        """Whether the text that is looked for is in these words, diacritics or not."""
        wanted = folded(self.text).split()
        said = folded(" ".join(words)) if wanted else ""
        return all(word in said for word in wanted)
