"""What the availability report is of: every object with its place, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from omc.core.inventory import SpanName, Technology
from omc.core.model import CellName, NodeName
from omc.reports.availability_report.tables import Group, Thing
from omc.reports.geography import place_name
from omc.reports.sources import Sources
from omc.reports.speaker import Said
from omc.reports.uptime import Uptime, UptimeReader


class Groups:
    """Puts objects together.

    Args:
        sources: Inventory and targets.
        reader: Of the period.
        day: Names of areas are those of it.
        said: Words in the document's language.
        say: Told what is being read.
    """

    def __init__(
        self,
        sources: Sources,
        reader: UptimeReader,
        day: date,
        said: Said,
        say: Callable[[str], None],
    ) -> None:
        self._inventory = sources.inventory
        self._targets = sources.settings.reports.targets
        self._reader = reader
        self._day = day
        self._said = said
        self._say = say

    def found(self, cells: Mapping[Technology, Mapping[str, Uptime]]) -> Iterator[Group]:
        """All groups; of technologies without cells there is none."""
        targets, said = self._targets, self._said
        sites = self._reader.sites()
        yield Group("sites", said("Sites", "Trạm"), targets.sites, self._at_sites(sites, str))
        for technology, found in cells.items():
            if found:
                title = said(f"{technology} cells", f"Cell {technology}")
                name = f"cells_{technology.lower()}"
                yield Group(name, title, targets.cells, self._at_sites(found, self._site_of_cell))
        self._say("nodes")
        nodes = self._reader.nodes()
        title = said("Devices", "Thiết bị")
        yield Group("nodes", title, targets.nodes, self._at_sites(nodes, self._site_of_node))
        spans = self._reader.spans()
        title = said("Fibre spans", "Tuyến cáp quang")
        things = tuple(Thing(n, self._end(n), self._route(n), up) for n, up in spans.items())
        yield Group("spans", title, targets.spans, things)
        self._say("PONs")
        pons = self._reader.pons()
        pon_things = tuple(
            Thing(f"{olt} {port}", (site := self._site_of_node(olt)), self._place(site), up)
            for (olt, port), up in pons.items()
        )
        yield Group("pons", "PON", targets.pons, pon_things)

    def _at_sites(
        self, found: Mapping[str, Uptime], site_of: Callable[[str], str]
    ) -> tuple[Thing, ...]:
        return tuple(
            Thing(name, (site := site_of(name)), self._place(site), uptime)
            for name, uptime in found.items()
        )

    def _site_of_cell(self, name: str) -> str:
        return self._inventory.cells[CellName(name)].site

    def _site_of_node(self, name: str) -> str:
        return self._inventory.nodes[NodeName(name)].site or ""

    def _place(self, code: str) -> str:
        return place_name(self._inventory, code, self._day)

    def _end(self, span: str) -> str:
        site = self._inventory.site_of_end(self._inventory.spans[SpanName(span)].start)
        return "" if site is None else site.code

    def _route(self, span: str) -> str:
        found = self._inventory.spans[SpanName(span)]
        return f"{found.start} – {found.end}"
