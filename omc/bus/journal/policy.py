"""The bounds of a journal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class JournalPolicy:
    """Where a journal is, and how large and how old it may become.

    Attributes:
        path: The file; its folder is made when it is missing.
        max_bytes: Of the file's content; beyond it the oldest is dropped.
        max_age: Seconds after which what nobody has taken is dropped.
        commit_interval: Seconds between two commits: what a crash may lose.
    """

    path: Path
    max_bytes: int = 4 << 30
    max_age: float = 7 * 86_400.0
    commit_interval: float = 0.1
