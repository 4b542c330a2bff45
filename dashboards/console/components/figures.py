"""Figures in a row: a number with what it counts, coloured when it is no good."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui


class Figure:
    """One number and its label.

    Args:
        label: What it counts.
    """

    def __init__(self, label: str) -> None:
        with ui.element("div").classes("figure") as self._box:
            ui.label(label).classes("figure-label")
            with ui.element("div").classes("figure-line"):
                self._value = ui.label("–").classes("figure-value")
                self._of = ui.label("").classes("figure-of")
        self._tone = ""

    def show(self, value: str, of: str = "", tone: str = "") -> None:
        """Show a value, what it is a part of, and the severity that colours it ("" for none)."""
        for label, text in ((self._value, value), (self._of, of)):
            if label.text != text:
                label.set_text(text)
        if tone != self._tone:
            self._box.classes(add=tone, remove=self._tone)
            self._tone = tone


def figures(labels: Mapping[str, str], title: str) -> dict[str, Figure]:
    """A row of figures, by the names of their labels; `title` says what they are together."""
    with ui.element("div").classes("figures").props(f'role="group" aria-label="{title}"'):
        return {name: Figure(label) for name, label in labels.items()}
