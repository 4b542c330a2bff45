"""Pages as one HTML file that needs nothing else: style and pictures are in it, no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from omc.reports.document import Document
from omc.reports.page import (
    FiguresBlock,
    Page,
    PageBlock,
    PageSection,
    PictureBlock,
    TableBlock,
    page_of,
)
from omc.reports.pictures import Pictures

#: Letters of texts that stay in one line.
_SHORT = 32

_PROLOGUE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_IDENTIFIER = re.compile(r'(\bid="|href="#|url\(#)')


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file."""
    html = "\n".join(_page(page_of(document, pictures)))
    return {f"{document.stem}.html": html.encode()}


def _page(page: Page) -> Iterator[str]:
    style = files("omc.reports").joinpath("report.css").read_text(encoding="utf-8")
    yield f'<!doctype html>\n<html lang="{page.language}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(page.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(page.title)}</h1>\n<dl>"
    for label, text in page.facts:
        yield f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
    yield "</dl>"
    if page.basis:
        yield f"<h3>{escape(page.basis_title)}</h3>"
        yield from _notes(page.basis)
    for section in page.sections:
        yield from _section(section)
    yield "</main>\n</body>\n</html>\n"


def _section(section: PageSection) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(section.title)}</h2>"
    yield from (f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs)
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _block(block: PageBlock) -> Iterator[str]:
    if isinstance(block, FiguresBlock):
        yield from _figures(block)
    elif isinstance(block, TableBlock):
        yield from _table(block)
    else:
        yield from _picture(block)


def _figures(block: FiguresBlock) -> Iterator[str]:
    yield '<table class="figures"><tbody>'
    for row in block.rows:
        title, value, basis = map(escape, (row.title, row.value, row.basis))
        yield f'<tr><th scope="row">{title}</th><td>{value}</td><td>{basis}</td></tr>'
    yield "</tbody></table>"


def _table(block: TableBlock) -> Iterator[str]:
    if block.title:
        yield f"<h3>{escape(block.title)}</h3>"
    if block.rows:
        columns = zip(*block.rows, strict=True)
        sides = [_class(r, texts) for r, texts in zip(block.right, columns, strict=True)]
        yield '<div class="wide"><table><thead><tr>'
        for heading, right in zip(block.headings, block.right, strict=True):
            side = ' class="number"' if right else ""
            yield f'<th scope="col"{side}>{escape(heading)}</th>'
        yield "</tr></thead><tbody>"
        for row in block.rows:
            cells = (f"<td{s}>{escape(text)}</td>" for text, s in zip(row, sides, strict=True))
            yield f"<tr>{''.join(cells)}</tr>"
        yield "</tbody></table></div>"
    yield from _notes(block.notes)


def _class(right: bool, texts: Iterable[str]) -> str:
    """Attribute of a column's cells: numbers stand to the right, short texts are not parted."""
    names = ["number"] * right + ["short"] * (max(map(len, texts)) <= _SHORT)
    return f' class="{" ".join(names)}"' if names else ""


def _picture(block: PictureBlock) -> Iterator[str]:
    # Several pictures in one page: their names of parts must not meet.
    svg = _IDENTIFIER.sub(rf"\g<1>{block.name}-", _PROLOGUE.sub("", block.svg, count=1))
    label = escape(block.description, quote=True)
    yield f"<figure>\n<figcaption>{escape(block.title)}</figcaption>"
    yield svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    yield "</figure>"


def _notes(notes: Iterable[str]) -> Iterator[str]:
    yield from (f'<p class="note">{escape(note)}</p>' for note in notes)
