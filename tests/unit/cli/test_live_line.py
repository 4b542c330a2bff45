"""A line that is written over again and again must never wrap."""

from __future__ import annotations

import pytest

from omc.cli.live_line import live_line


@pytest.mark.parametrize(("columns", "shown"), [("20", 19), ("80", 79), ("400", 150)])
def test_a_line_is_cut_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: str, shown: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert live_line("x" * 150) == "\r\x1b[K" + "x" * shown
