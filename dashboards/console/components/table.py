"""Tables that are drawn anew when something in them is different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from dashboards.console.templates import render


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table.

    Attributes:
        text: What stands in it.
        tone: Severity that colours it; "" for none.
        href: Where it leads; "" for nowhere.
        share: 0..1 drawn as a bar behind the text; None for no bar.
        shape: Severity whose symbol stands in front; "" for none.
        line: Values over time drawn in place of the text, which says what they are; () for none.
    """

    text: str
    tone: str = ""
    href: str = ""
    share: float | None = None
    shape: str = ""
    line: tuple[float, ...] = ()

    @property
    def polyline(self) -> str:
        """The line in a box of 100 by 20: `x,y x,y ...`."""
        low, high = min(self.line), max(self.line)
        last, height = max(len(self.line) - 1, 1), (high - low) or 1.0
        return " ".join(
            f"{100 * place / last:.1f},{19 - 18 * (value - low) / height:.1f}"
            for place, value in enumerate(self.line)
        )


#: A field that is only a text may be given as one.
Field = Cell | str


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: Its heading.
        is_number: Numbers stand on the right, one below the other.
    """

    title: str
    is_number: bool = False


class Table:
    """A table in the place where it is made.

    Args:
        columns: Its columns; without any titles there is no heading.
        caption: What it is a table of, for those who do not see it.
        empty: What is said instead of no rows.
    """

    def __init__(self, columns: Sequence[Column], caption: str, empty: str) -> None:
        self._columns = columns
        self._caption = caption
        self._empty = empty
        self._html = ui.html("", sanitize=False).classes("table-box")
        # It scrolls, so the keyboard has to get there.
        for name, value in (("tabindex", "0"), ("role", "region"), ("aria-label", caption)):
            self._html.props[name] = value

    def show(self, rows: Sequence[Sequence[Field]], empty: str | None = None) -> None:
        """Show these rows; without any say `empty`, or what the table was made with."""
        content = render(
            "table.html",
            columns=self._columns,
            caption=self._caption,
            empty=self._empty if empty is None else empty,
            rows=[[f if isinstance(f, Cell) else Cell(f) for f in row] for row in rows],
        )
        if content != self._html.content:
            self._html.set_content(content)
