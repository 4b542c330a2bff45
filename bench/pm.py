"""What a period of measurement files costs: parsed, mapped and exported, beside lxml's bare parser.

    python -m bench.pm [--cells 5000] [--counters 300] [--long-mib 500]

One period of CELLS cells with COUNTERS counters each (as many of them as Ericsson's style knows,
the rest unwanted), 50 cells a node, as one file with `r` elements and as one with `measResults`.
Each is taken in as the service does it, from the disk to the rendered page of /metrics, ledger
included. The floor is `lxml.etree.iterparse` over the same file, every element cleared at its end,
nothing made of it. Memory is that of a process of its own that reads a file of LONG-MIB MiB, beside
one that reads a tenth of it. Figures are written to bench/results/pm.json.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from lxml import etree
from prometheus_client import CollectorRegistry

from collector.pm.cell_directory import CellDirectory
from collector.pm.extract import Extractor
from collector.pm.harvest import FileTally, harvest
from collector.pm.intake import Intake, Result
from collector.pm.ledger import Ledger
from collector.pm.measurements import Measurements
from collector.pm.punctuality import Punctuality
from collector.pm.rules import RuleBook
from collector.pm.style import StyleSet
from exporters.exposition import TEXT
from exporters.prometheus import PrometheusView
from omc.bus.local import LocalBus
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.inventory import Cell, Inventory, Site, Technology
from omc.core.model import CellName, SeriesTable, SiteCode
from omc.core.resources import config_folder

RESULTS = Path(__file__).parent / "results"
CATALOGUE = Catalogue.load(config_folder() / "metrics")
STYLES = StyleSet.load([config_folder() / "pm"], CATALOGUE)
VENDOR = "Ericsson AB"
CELLS_OF_A_NODE = 50
#: The inventory of the long file does not grow with it: other nodes report the same cells again.
KNOWN_CELLS = 5000
END = "2026-11-24T07:15:00+07:00"
END_MS = 1_795_479_300_000
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
REPEATS = 3
NO_LIMIT = 1 << 50


def counter_names(counters: int) -> list[str]:
    """The counters of a cell that Ericsson's style knows, and so many others that nobody wants."""
    wanted = RuleBook(STYLES, CATALOGUE).of(Technology.G4, VENDOR).own
    known = [name for name, elements in wanted.items() if name.startswith("pm") and not elements]
    return [*known, *(f"pmOther{number}" for number in range(counters - len(known)))][:counters]


def document(cells: int, names: Sequence[str], *, as_list: bool) -> Iterator[str]:
    """A measCollecFile, piece by piece."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<measCollecFile xmlns='
        '"http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">\n'
        f'<fileHeader fileFormatVersion="32.435 V10.0" vendorName="{VENDOR}"/>\n'
    )
    for first in range(0, cells, CELLS_OF_A_NODE):
        node = f"ENB{first // CELLS_OF_A_NODE}"
        yield f'<measData><managedElement localDn="ManagedElement={node}" userLabel="{node}"/>\n'
        yield f'<measInfo measInfoId="1"><granPeriod duration="PT900S" endTime="{END}"/>\n'
        if as_list:
            yield f"<measTypes>{' '.join(names)}</measTypes>\n"
        else:
            yield from (f'<measType p="{p}">{name}</measType>\n' for p, name in enumerate(names, 1))
        for cell in range(first, min(cells, first + CELLS_OF_A_NODE)):
            values = [(place * 7919 + cell) % 100_000 for place in range(len(names))]
            name = f"C{cell % KNOWN_CELLS}"
            yield f'<measValue measObjLdn="ENBFunction=1,EUtranCellFDD={name}">\n'
            if as_list:
                yield f"<measResults>{' '.join(map(str, values))}</measResults>\n"
            else:
                yield "".join(f'<r p="{p}">{v}</r>\n' for p, v in enumerate(values, 1))
            yield "</measValue>\n"
        yield "</measInfo></measData>\n"
    yield "</measCollecFile>\n"


class Pieces(io.RawIOBase):
    """A document as a file that exists nowhere."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = next(self._pieces, "").encode()
        self.size += len(data)
        return data


def network(cells: int) -> Inventory:
    """So many 4G cells at one site."""
    site = SiteCode("S")
    names = [CellName(f"C{number}") for number in range(cells)]
    return Inventory(
        sites=[Site(site, "S", 21.3, 105.6)],
        cells=[Cell(name, site, Technology.G4, "B3", 1) for name in names],
    )


def floor(path: Path) -> float:
    """CPU seconds of lxml's bare parser."""
    began = time.process_time()
    for _, element in etree.iterparse(str(path)):
        element.clear()
    return time.process_time() - began


def taken_in(path: Path, cells: int) -> dict[str, Any]:
    """CPU seconds from the file to the rendered page, and what came of it."""
    inventory, rules, table = network(cells), RuleBook(STYLES, CATALOGUE), SeriesTable()
    clock, bus = ManualClock(time_ms=END_MS + 300_000), LocalBus()
    view = PrometheusView(clock, CollectorRegistry())
    bus.listen(view.observe)
    with tempfile.TemporaryDirectory() as folder:
        intake = Intake(
            Extractor(CellDirectory(inventory, STYLES), rules),
            Measurements(inventory.cells, rules, CATALOGUE, table),
            Punctuality(CATALOGUE, table, 900.0, clock.time_ms()),
            Ledger(Path(folder) / "pm.db"),
            bus,
            clock,
            zone=ZONE,
            largest=NO_LIMIT,
        )
        began, began_wall = time.process_time(), time.perf_counter()
        result = asyncio.run(intake.take(path, path.name, "bench"))
        page = sum(len(part) for part in view.slices(TEXT))
        took, waited = time.process_time() - began, time.perf_counter() - began_wall
    if result is not Result.READ:
        raise SystemExit(f"{path}: {result}")
    return {"cpu_seconds": took, "seconds": waited, "series": len(view), "page_bytes": page}


def best(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The run that was disturbed least."""
    return min(runs, key=lambda run: float(run["cpu_seconds"]))


def measured(folder: Path, cells: int, names: Sequence[str], *, as_list: bool) -> dict[str, Any]:
    """One form of a file."""
    path = folder / ("list.xml" if as_list else "elements.xml")
    with path.open("w", encoding="utf-8") as file:
        file.writelines(document(cells, names, as_list=as_list))
    run = best([taken_in(path, cells) for _ in range(REPEATS)])
    figures = {
        "file_mib": round(path.stat().st_size / 2**20, 1),
        "cpu_seconds": round(run["cpu_seconds"], 2),
        "seconds": round(run["seconds"], 2),
        "series": run["series"],
        "page_bytes": run["page_bytes"],
    }
    if not as_list:  # of a list lxml takes no notice: one text, whatever is in it
        bare = min(floor(path) for _ in range(REPEATS))
        figures["lxml_iterparse_cpu_seconds"] = round(bare, 2)
        figures["times_lxml_iterparse"] = round(run["cpu_seconds"] / bare, 2)
    return figures


def read_long(mib: int, counters: int) -> None:
    """Read a file of so many MiB and print its size and the most memory that it took."""
    names = counter_names(counters)
    a_node = sum(map(len, document(CELLS_OF_A_NODE, names, as_list=False)))
    cells = (mib << 20) * CELLS_OF_A_NODE // a_node
    inventory, rules = network(KNOWN_CELLS), RuleBook(STYLES, CATALOGUE)
    extractor, tally = Extractor(CellDirectory(inventory, STYLES), rules), FileTally()
    file = Pieces(document(cells, names, as_list=False))
    began = time.process_time()
    for _ in harvest(cast("BinaryIO", file), "long.xml", extractor, ZONE, NO_LIMIT, tally):
        pass  # what it yields is let go, as the intake does once it is published
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    took = round(time.process_time() - began, 2)
    print(json.dumps({"mib": file.size >> 20, "peak_mib": peak, "cpu_seconds": took}))


def memory(mib: int, counters: int) -> dict[str, Any]:
    """What `read_long` prints in a process of its own."""
    command = [sys.executable, "-m", "bench.pm", "--read-long", str(mib)]
    done = subprocess.run(
        [*command, "--counters", str(counters)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--counters", type=int, default=300)
    parser.add_argument("--long-mib", type=int, default=500)
    parser.add_argument("--read-long", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read_long:
        read_long(options.read_long, options.counters)
        return
    names = counter_names(options.counters)
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, Any] = {
            "cells": options.cells,
            "counters_a_cell": options.counters,
            "r_elements": measured(Path(folder), options.cells, names, as_list=False),
            "measResults": measured(Path(folder), options.cells, names, as_list=True),
        }
    figures["memory"] = {
        "short": memory(options.long_mib // 10, options.counters),
        "long": memory(options.long_mib, options.counters),
    }
    figures["load_average"] = [round(load, 1) for load in os.getloadavg()]
    figures["python"] = platform.python_version()
    figures["processor"] = platform.processor() or platform.machine()
    print(json.dumps(figures, indent=2))
    (RESULTS / "pm.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
