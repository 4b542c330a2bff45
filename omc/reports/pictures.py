"""The pictures of a document, each drawn once however many formats show it."""

from __future__ import annotations

from collections.abc import Callable

from omc.reports.document import Chart, Document, Map


class Pictures:
    """Draws charts and maps when they are first asked for.

    Args:
        document: Whose.
        say: Told what is being drawn.
    """

    def __init__(self, document: Document, say: Callable[[str], None] = lambda work: None) -> None:
        self._document = document
        self._say = say
        self._drawn: dict[str, bytes] = {}

    def svg(self, block: Chart | Map) -> bytes:
        """The picture as SVG."""
        if block.name not in self._drawn:
            self._say(f"picture: {block.title}")
            self._drawn[block.name] = self._draw(block)
        return self._drawn[block.name]

    def _draw(self, block: Chart | Map) -> bytes:
        # Matplotlib takes a second to import; a workbook or CSV needs no pictures.
        if isinstance(block, Chart):
            from omc.reports.chart_picture import chart_svg

            return chart_svg(block, self._document)
        from omc.reports.map_picture import map_svg

        return map_svg(block, self._document.language)
