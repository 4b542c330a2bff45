"""Measurement files of the province's base stations: one a site and granularity period.

Every site is of one vendor, whose names and form its files have. A site that is dark or cut off
when a period ends writes no file for it.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

from omc.core.atomic_file import replace_file
from omc.core.clock import Clock
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.network import Site, Technology
from omc.simulator.pm_document import Document, Group
from omc.simulator.pm_styles import VENDORS, Style, load_style
from omc.simulator.seeds import unit
from omc.simulator.world import Moment, World

#: Vendors whose files give values the position of their counter; the others write lists.
_POSITIONED = ("ericsson", "nokia")
#: Seconds after the end of a period at which its files are there.
_WRITTEN_AFTER = 20.0


class PmFiles:
    """Writes the files of all base stations.

    Args:
        world: What is true.
        folder: Where they are written to; made when it is missing.
        period: Granularity period, seconds.

    Attributes:
        written: Files written so far.
    """

    def __init__(self, world: World, folder: Path, period: float) -> None:
        self.written = 0
        self._world = world
        self._folder = folder
        self._period = period
        self._cells = cell_activities(world)
        self._styles = {
            (vendor, technology): load_style(vendor, technology)
            for vendor in VENDORS
            for technology in Technology
        }
        folder.mkdir(parents=True, exist_ok=True)

    async def run(self, clock: Clock) -> None:
        """Write the files of every period soon after its end, until cancelled."""
        while True:
            now = clock.time_ms() / 1000
            end = (now - _WRITTEN_AFTER) // self._period * self._period + self._period
            await asyncio.sleep(max(end + _WRITTEN_AFTER - now, 0.0))
            for _ in self.write(end, lambda site: not self._world.is_cut_off(site)):
                await asyncio.sleep(0)

    def write(
        self, end: float, is_heard: Callable[[int], bool] = lambda site: True
    ) -> Iterator[Path]:
        """Write the files of the period that ends then, one by one.

        Args:
            end: Unix seconds, a multiple of the period.
            is_heard: Whether a site can send its file.
        """
        moment = Moment(self._world, end)
        for site in self._world.province.sites:
            has_cells = bool(self._cells[site.index])
            if has_cells and is_heard(site.index) and not moment.power(site.index).dark:
                yield self._write_site(site, moment)
            moment.forget(site.index)

    def _write_site(self, site: Site, moment: Moment) -> Path:
        document = self.document(site, moment)
        text = "\n".join(document.lines()) + "\n"
        path = self._folder / document.file_name
        replace_file(path, gzip.compress(text.encode(), mtime=round(moment.time)))
        self.written += 1
        return path

    def document(self, site: Site, moment: Moment) -> Document:
        """What the base station of a site says of the period that ends at a moment."""
        end, begin = moment.time, moment.time - self._period
        story = self._world.power_story(site.index, moment.day)
        period = Period(begin, end, story.dark_seconds(begin, end))
        vendor = VENDORS[int(unit(site.index, 91) * len(VENDORS))]
        groups = []
        for technology in Technology:
            cells = [a for a in self._cells[site.index] if a.cell.technology is technology]
            if cells:
                style = self._styles[vendor, technology]
                groups.append(_group(style, cells, moment, period, f"{site.code}-ENB1"))
        return Document(
            vendor.capitalize(),
            f"{site.code}-ENB1",
            begin,
            end,
            groups,
            positioned=vendor in _POSITIONED,
        )


def _group(
    style: Style, cells: list[CellActivity], moment: Moment, period: Period, element: str
) -> Group:
    """The counters of cells of one generation; all have the same ones."""
    names: dict[str, None] = {}
    objects = {}
    for activity in cells:
        values = {}
        for metric, labels, value in cell_readings(moment, activity, period):
            meaning = (metric, frozenset((k, v) for k, v in labels.items() if k != "cell"))
            counter = style.counters.get(meaning) or style.counters.get((metric, frozenset()))
            if counter is not None:
                values[counter.name] = counter.value(value, period.seconds)
        names |= dict.fromkeys(values)
        objects[f"ManagedElement={element},{style.cell_class}={activity.cell.name}"] = values
    counters = list(names)
    rows = {name: [values.get(c, 0) for c in counters] for name, values in objects.items()}
    return Group(style.cell_class, counters, rows)
