"""The reports that lie in a folder, by an index beside them: `reports.json`.

Whoever makes a report adds it; whoever shows them reads the index and looks into no file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from omc.core.atomic_file import replace_file
from omc.reports.document import Document
from omc.reports.facts import period_text

INDEX = "reports.json"


@dataclass(frozen=True, slots=True)
class ShelvedReport:
    """One report that was made.

    Attributes:
        name: Unique in the folder: stem of its files.
        title: In the report's language.
        language: `vi` or `en`.
        period: In words.
        geography: In words.
        made: ISO 8601, with offset.
        files: Names, in the folder.
    """

    name: str
    title: str
    language: str
    period: str
    geography: str
    made: str
    files: tuple[str, ...]


def shelved_reports(folder: Path) -> list[ShelvedReport]:
    """Reports of a folder, the latest first; those whose files are all gone are left out."""
    return [report for report in _read(folder) if any((folder / f).exists() for f in report.files)]


def shelve(document: Document, files: Sequence[Path], folder: Path) -> None:
    """Add a report to the index of its folder; one of the same name is replaced.

    Raises:
        OSError: the index cannot be written.
    """
    made = ShelvedReport(
        document.name,
        document.title,
        document.language,
        period_text(document.period, document.language),
        document.geography,
        document.made.isoformat(timespec="seconds"),
        tuple(file.name for file in files),
    )
    kept = [report for report in shelved_reports(folder) if report.name != made.name]
    content = {"reports": [asdict(report) for report in (made, *kept)]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    replace_file(folder / INDEX, text.encode())


def _read(folder: Path) -> list[ShelvedReport]:
    """The index; an absent or damaged one is empty: the files themselves are still there."""
    try:
        entries: list[dict[str, Any]] = json.loads((folder / INDEX).read_bytes())["reports"]
        return [ShelvedReport(**entry | {"files": tuple(entry["files"])}) for entry in entries]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
