"""Whoever polls, as seen by those who want to know something now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Prober(Protocol):
    """Whoever polls."""

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        """Ask these devices now instead of at their turn; those that are unknown are ignored.

        Args:
            nodes: Their names.
            tables: Read the states in their large tables too, ahead of the tables' own interval.
        """
        ...


class NoProber:
    """Where nobody polls: verdicts wait for what comes by itself."""

    def hasten(self, nodes: Iterable[str], *, tables: bool = False) -> None:
        """Nothing to be done."""
