"""A document as pages show it: every value already a text, for PDF and HTML alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Literal

from omc.core.metric import Text
from omc.reports.document import (
    Chart,
    Column,
    Document,
    Figures,
    Language,
    Map,
    Section,
    Table,
)
from omc.reports.facts import facts
from omc.reports.pictures import Pictures
from omc.reports.value_text import figure_text, heading_text, number_text, value_text

_NOTHING = Text(en="Nothing to list.", vi="Không có dòng nào.")
_MORE = Text(
    en="{shown} of {all} rows; the workbook and CSV have all.",
    vi="{shown} trong {all} dòng; bảng tính và CSV có đầy đủ.",
)
_BASIS = Text(en="Basis", vi="Căn cứ")
_SOURCE = Text(en="Source", vi="Nguồn")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A headline value with its unit, and what it stands on."""

    title: str
    value: str
    basis: str


@dataclass(frozen=True, slots=True)
class FiguresBlock:
    """Headline values."""

    rows: tuple[FigureRow, ...]
    kind: Literal["figures"] = "figures"


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table as shown.

    Attributes:
        title: Above it; "" where the heading of the section says the same.
        headings: With units.
        right: Which columns stand to the right: numbers.
        rows: Texts.
        notes: Below it, of the table and of its columns; what a table above in the section said
            already is left out.
    """

    title: str
    headings: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """A chart or map.

    Attributes:
        title: Below it.
        name: Of its file.
        description: For those who cannot see it.
        svg: The picture.
    """

    title: str
    name: str
    description: str
    svg: str
    kind: Literal["picture"] = "picture"


PageBlock = FiguresBlock | TableBlock | PictureBlock


@dataclass(frozen=True, slots=True)
class PageSection:
    """One topic."""

    title: str
    paragraphs: tuple[str, ...]
    blocks: tuple[PageBlock, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole document.

    Attributes:
        title: For people.
        language: Code of the language.
        facts: Label and text of the head.
        basis_title: Heading of `basis`.
        basis: What all figures stand on.
        sections: In order.
    """

    title: str
    language: Language
    facts: tuple[tuple[str, str], ...]
    basis_title: str
    basis: tuple[str, ...]
    sections: tuple[PageSection, ...]


def page_of(document: Document, pictures: Pictures) -> Page:
    """Write out every value, and draw every picture."""
    return Page(
        document.title,
        document.language,
        tuple(facts(document)),
        _BASIS.of(document.language),
        document.basis,
        tuple(_section(section, document, pictures) for section in document.sections),
    )


def _section(section: Section, document: Document, pictures: Pictures) -> PageSection:
    blocks = [
        _block(block, document, pictures)
        for block in section.blocks
        if _has_content(block, document)
    ]
    blocks = _without_repetitions(blocks)
    first = blocks[0] if blocks else None
    if isinstance(first, TableBlock) and first.title == section.title:
        blocks[0] = replace(first, title="")
    return PageSection(section.title, section.paragraphs, tuple(blocks))


def _without_repetitions(blocks: list[PageBlock]) -> list[PageBlock]:
    """Blocks of a section, each note below the first table that it belongs to alone."""
    told: set[str] = set()
    found: list[PageBlock] = []
    for block in blocks:
        if isinstance(block, TableBlock):
            notes = tuple(note for note in block.notes if note not in told)
            told.update(notes)
            found.append(replace(block, notes=notes))
        else:
            found.append(block)
    return found


def _has_content(block: Figures | Table | Chart | Map, document: Document) -> bool:
    """Whether there is anything to draw; a table without rows says so itself."""
    if isinstance(block, Chart):
        return bool(document.table(block.table).rows)
    return not isinstance(block, Map) or not block.is_empty


def _block(
    block: Figures | Table | Chart | Map, document: Document, pictures: Pictures
) -> PageBlock:
    zone = document.period.start.tzinfo
    if isinstance(block, Figures):
        return _figures(block, document.language, zone)
    if isinstance(block, Table):
        return _table(block, document.language, zone)
    svg = pictures.svg(block).decode()
    source = f"{_SOURCE.of(document.language)}: {block.source}" if isinstance(block, Map) else ""
    return PictureBlock(block.title, block.name, f"{block.title}. {source}".strip(), svg)


def _figures(block: Figures, language: Language, zone: tzinfo | None) -> FiguresBlock:
    return FiguresBlock(
        tuple(
            FigureRow(
                figure.column.title,
                figure_text(figure.column, figure.value, language, zone),
                figure.basis,
            )
            for figure in block.figures
        )
    )


def _table(table: Table, language: Language, zone: tzinfo | None) -> TableBlock:
    rows = tuple(
        tuple(
            value_text(column, value, language, zone)
            for column, value in zip(table.columns, row, strict=True)
        )
        for row in table.rows[: table.shown]
    )
    return TableBlock(
        table.title,
        tuple(map(heading_text, table.columns)),
        tuple(column.is_right for column in table.columns),
        rows,
        tuple(_notes(table, language)),
    )


def _notes(table: Table, language: Language) -> list[str]:
    """What stands below a table: how many rows there are, then what they stand on."""
    total = len(table.rows)
    notes = []
    if not total:
        notes.append(_NOTHING.of(language))
    elif total > table.shown:
        counts = {"shown": table.shown, "all": number_text(total, 0, language)}
        notes.append(_MORE.of(language).format(**counts))
    return [*notes, *table.notes, *map(_column_note, filter(_has_note, table.columns))]


def _has_note(column: Column) -> bool:
    return bool(column.note)


def _column_note(column: Column) -> str:
    return f"{column.title}: {column.note}"
