"""Pages as PDF, set by Typst from `report.typ`: vector pictures, embedded fonts, page numbers.

The fonts are those that Typst and matplotlib bring along, so that every machine sets the same
pages and Vietnamese has all its letters.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import typst

from omc.reports.document import Document
from omc.reports.page import Page, PictureBlock, page_of
from omc.reports.pictures import Pictures

_TEMPLATE = "report.typ"


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file."""
    page = page_of(document, pictures)
    with tempfile.TemporaryDirectory(prefix="omc-report-") as name:
        folder = Path(name)
        _write_sources(page, folder)
        pdf = typst.compile(
            folder / _TEMPLATE,
            root=folder,
            font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"],
            ignore_system_fonts=True,
            timestamp=int(document.made.timestamp()),
        )
    return {f"{document.stem}.pdf": pdf}


def _write_sources(page: Page, folder: Path) -> None:
    """The template, the pictures, and all texts as JSON beside it."""
    template = files("omc.reports").joinpath(_TEMPLATE).read_bytes()
    (folder / _TEMPLATE).write_bytes(template)
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, PictureBlock):
                (folder / f"{block.name}.svg").write_text(block.svg, encoding="utf-8")
    (folder / "page.json").write_text(json.dumps(asdict(page)), encoding="utf-8")
