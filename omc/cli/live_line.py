"""A line in a terminal that is written over again and again."""

from __future__ import annotations

import shutil

_FALLBACK = (80, 24)


def live_line(text: str) -> str:
    """What to write, without a line end, to replace the line before.

    It is cut to the terminal's width: a line that wraps could not be written over.
    """
    return f"\r\x1b[K{text[: shutil.get_terminal_size(_FALLBACK).columns - 1]}"
