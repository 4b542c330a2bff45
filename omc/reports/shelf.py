"""The reports that lie in a folder, by an index beside them: `reports.json`.

Whoever makes a report adds it; whoever shows them reads the index and looks into no file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
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
        name: Stem of its files.
        title: In the report's language.
        language: `vi` or `en`.
        period: In words.
        geography: In words.
        made: ISO 8601, with offset.
        files: Names, in the folder.
        scope: What part of the network it is about; "" for all of it.
    """

    name: str
    title: str
    language: str
    period: str
    geography: str
    made: str
    files: tuple[str, ...]
    scope: str = ""


def shelved_reports(folder: Path) -> list[ShelvedReport]:
    """Reports of a folder, the latest first; those whose files are all gone are left out."""
    return [report for report in _read(folder) if any((folder / f).exists() for f in report.files)]


def shelve(document: Document, files: Sequence[Path], folder: Path) -> None:
    """Add a report to the index of its folder; files of one of the same name are replaced.

    Raises:
        OSError: the index cannot be written.
    """
    made = ShelvedReport(
        document.stem,
        document.title,
        document.language,
        period_text(document.period, document.language),
        document.geography,
        document.made.isoformat(timespec="seconds"),
        tuple(file.name for file in files),
        document.scope,
    )
    kept = [_without(report, made) for report in shelved_reports(folder)]
    content = {"reports": [asdict(report) for report in (made, *kept) if report.files]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    replace_file(folder / INDEX, text.encode())


def _without(report: ShelvedReport, newer: ShelvedReport) -> ShelvedReport:
    """What is left of a report: its formats that the newer one of the same name was not made in."""
    if report.name != newer.name:
        return report
    formats = {Path(file).suffix for file in newer.files}
    left = tuple(file for file in report.files if Path(file).suffix not in formats)
    return replace(report, files=left)


def _read(folder: Path) -> list[ShelvedReport]:
    """The index; an absent or damaged one is empty: the files themselves are still there."""
    try:
        entries: list[dict[str, Any]] = json.loads((folder / INDEX).read_bytes())["reports"]
        return [ShelvedReport(**entry | {"files": tuple(entry["files"])}) for entry in entries]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
