"""The archive in the service: what the machine does not let it do ends nothing."""

from __future__ import annotations

import math
from pathlib import Path

from omc.core.clock import ManualClock
from omc.core.settings import Settings, load_settings
from omc.service.archive import Archive, ArchiveMetrics
from tests.shortage import nothing_more_to_open


def settings_of(folder: Path, archive: str) -> Settings:
    (folder / "inventory").mkdir()
    path = folder / "omc.yaml"
    text = f"inventory: inventory\ndata: data\narchive: {{folder: {archive}}}\n"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {})


async def test_a_run_that_cannot_be_started_has_failed_and_the_next_may_not(tmp_path: Path) -> None:
    archive = Archive(settings_of(tmp_path, "archive"), ManualClock(0))
    with nothing_more_to_open():
        await archive.maintain()
    assert archive.runs == {"failed": 1}
    await archive.maintain()
    assert archive.runs == {"failed": 1, "done": 1}


def test_a_disk_that_does_not_answer_has_no_known_room(tmp_path: Path) -> None:
    # A name that no file system takes is asked for in vain, as a disk that is broken is.
    archive = Archive(settings_of(tmp_path, "x" * 300), ManualClock(0))
    found = {family.name: family for family in ArchiveMetrics(archive, ManualClock(0)).collect()}
    (sample,) = found["omc_archive_free_bytes"].samples
    assert math.isnan(sample.value)
