"""Opening the journal whatever state it is in: a damaged file is set aside, what is whole is kept.

The damaged file keeps its content under another name, for people to look at; the three newest such
files are kept. From it every block that can be read and whose checksum fits is copied, with the
series it needs and the consumers that wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from omc.bus.journal.faults import JournalDamaged, sqlite_faults
from omc.bus.journal.file import JournalFile
from omc.bus.journal.salvage import salvage

#: For looking through the file at the start; damage beyond is found when it is met.
_CHECK_SECONDS = 5.0
_KEPT = 3
_BESIDE = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A damaged file, and what was saved of it.

    Attributes:
        reason: What is wrong with it.
        path: Where it is now.
        batches: Batches that go on in the new file.
        samples: Samples of them.
    """

    reason: str
    path: Path
    batches: int
    samples: int


def open_journal(path: Path, now_ms: int) -> tuple[JournalFile, SetAside | None]:
    """Open the journal, or begin a new one where it is damaged; blocks.

    Args:
        path: Where it is; the folder is made when it is missing.
        now_ms: Names the file that is set aside.

    Raises:
        JournalUnavailable: the disk is not willing.
    """
    with sqlite_faults():
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _sound(path), None
    except JournalDamaged as damage:
        return replace_journal(path, str(damage), now_ms)


def replace_journal(path: Path, reason: str, now_ms: int) -> tuple[JournalFile, SetAside]:
    """Set a damaged journal, which nobody has open, aside and begin a new one.

    Raises:
        JournalUnavailable: the disk is not willing.
    """
    with sqlite_faults():
        aside = _move(path, now_ms)
        _forget_older(path)
    journal = JournalFile(path)
    batches, samples = salvage(aside, path)
    if batches:
        # The dictionary has grown behind its back.
        journal.close()
        journal = JournalFile(path)
    return journal, SetAside(reason, aside, batches, samples)


def _sound(path: Path) -> JournalFile:
    journal = JournalFile(path)
    try:
        journal.check(_CHECK_SECONDS)
    except BaseException:
        journal.close()
        raise
    return journal


def _move(path: Path, now_ms: int) -> Path:
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    for suffix in _BESIDE:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _forget_older(path: Path) -> None:
    for old in set_aside_files(path)[:-_KEPT]:
        for suffix in _BESIDE:
            old.with_name(old.name + suffix).unlink(missing_ok=True)


def set_aside_files(path: Path) -> list[Path]:
    """Damaged files beside a journal, oldest first."""
    return sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}"))
