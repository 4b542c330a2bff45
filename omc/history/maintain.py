"""One run of maintenance as a process of its own, at low priority.

`python -m omc.history.maintain FOLDER` prints what it did and how large the archive is, as one line
of JSON. The service starts it, so that neither its work nor its memory burdens collecting; it may
be killed at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path

import duckdb

from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.python_process import keep_output_for_answers
from omc.core.resources import config_folder
from omc.history.maintenance import Maintenance, Retention
from omc.history.manifest import Manifest

#: Nicer than anything that polls.
_NICENESS = 10


def main() -> None:
    """Read arguments, do one run, and say how it went: exit code 1 with a reason if it failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--raw-days", type=int, default=Retention.raw_days)
    parser.add_argument("--roll-up-days", type=int, default=Retention.roll_up_days)
    parser.add_argument("--memory", default="512MB")
    wish = parser.parse_args()
    keep_output_for_answers()
    os.nice(_NICENESS)
    maintenance = Maintenance(
        wish.folder,
        Catalogue.load(config_folder() / "metrics"),
        SystemClock(),
        Retention(wish.raw_days, wish.roll_up_days),
        wish.memory,
        say=lambda work: print(work, file=sys.stderr, flush=True),
    )
    try:
        report = maintenance.run()
    except (OSError, sqlite3.Error, duckdb.Error) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    done = asdict(report) if report else {}
    sizes = Manifest(wish.folder).sizes()
    sys.stdout.write(json.dumps({**done, "bytes": sizes}) + "\n")


if __name__ == "__main__":
    main()
