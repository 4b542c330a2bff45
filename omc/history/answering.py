"""Answers questions about the archive in a process of its own, one JSON object a line.

`python -m omc.history.answering FOLDER` reads from standard input which area each site is in, then
questions, and writes an answer to each, in their order. DuckDB's memory so burdens the service only
while somebody looks at charts.

    {"VYE001": "08716", ...}                   the first line; sites of a country are no argument
    {"metric": "dc_bus_voltage_volts", "start": 0, "end": 3600000, "step": 60000,
     "by": ["site"], "where": {"site": "VYE001"}, "largest": 6}      null: all that there are
    {"rows": [["VYE001", 0, 53.4], ...]}       values of `by`, Unix milliseconds, value
    {"error": "..."}                           it cannot be answered
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from omc.core.catalogue import Catalogue
from omc.core.python_process import keep_output_for_answers
from omc.core.resources import config_folder
from omc.history.manifest import NoArchive
from omc.history.reader import History

_NICENESS = 5
_MEMORY = "512MB"
#: Values in one answer: more make a line that nobody reads, and take long to write and to read.
_MOST_VALUES = 500_000


def answer(
    history: History, question: Mapping[str, Any], most_values: int = _MOST_VALUES
) -> dict[str, Any]:
    """The answer to one question."""
    by = tuple(question["by"])
    try:
        table = history.values(
            question["metric"],
            int(question["start"]),
            int(question["end"]),
            int(question["step"]),
            by=by,
            where=question["where"],
            largest=question["largest"],
        )
    except (KeyError, ValueError, duckdb.Error) as error:
        return {"error": str(error)}
    if table.num_rows > most_values:
        return {"error": f"{table.num_rows} values are too many to tell: ask for fewer series"}
    return {"rows": _rows(table, by)}


def _rows(table: pa.Table, by: tuple[str, ...]) -> list[list[Any]]:
    moments = table["time"].cast(pa.timestamp("ms", "UTC")).cast(pa.int64())
    columns = [table[name].to_pylist() for name in by]
    columns += [moments.to_pylist(), table["value"].to_pylist()]
    return [list(row) for row in zip(*columns, strict=True)]


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    wish = parser.parse_args()
    keep_output_for_answers()
    os.nice(_NICENESS)
    catalogue = Catalogue.load(config_folder() / "metrics")
    area_of: dict[str, str] = json.loads(sys.stdin.readline())
    history: History | None = None
    for line in sys.stdin:
        try:
            history = history or History(wish.folder, catalogue, area_of, _MEMORY, threads=1)
        except NoArchive:
            said: dict[str, Any] = {"rows": []}
        except duckdb.Error as error:
            said = {"error": str(error)}
        else:
            said = answer(history, json.loads(line))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
