"""What the service keeps of measurement files, and for how long."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from collector.pm.ledger import LEDGER_FILE
from omc.bus.local import LocalBus
from omc.core.clock import SystemClock
from omc.core.model import SeriesTable
from omc.service.installation import load_installation
from omc.service.measurement_files import MeasurementFiles

SETTINGS = """
language: en
inventory: inventory
data: data
pm:
  sources:
    - {name: ems, kind: http, url: "http://127.0.0.1:9/pm/"}
"""


def test_parts_of_transfers_that_nobody_goes_on_with_are_let_go_whatever_the_ledger_says(
    tmp_path: Path,
) -> None:
    (tmp_path / "omc.yaml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "inventory").mkdir()
    spool = tmp_path / "data" / "pm" / "ems"
    spool.mkdir(parents=True)
    old, new = spool / "old", spool / "new"
    for path, days in ((old, 4), (new, 2)):
        path.write_bytes(b"part of a file")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    installation = load_installation(tmp_path / "omc.yaml", {})
    files = MeasurementFiles(installation, SeriesTable(), LocalBus(), SystemClock())
    ledger = tmp_path / "data" / LEDGER_FILE
    ledger.unlink()
    ledger.mkdir()  # SQLite cannot open it: that ends nothing, and keeps nothing else
    asyncio.run(files.forget())
    assert list(spool.iterdir()) == [new]
