"""Picking the words of a document's language where they are written: English, then Vietnamese."""

from __future__ import annotations

from collections.abc import Callable

from omc.reports.document import Language

#: Called with an English and a Vietnamese text, gives one of them.
Said = Callable[[str, str], str]


def speaker(language: Language) -> Said:
    """Picks one of an English and a Vietnamese text."""
    return lambda en, vi: vi if language == "vi" else en
