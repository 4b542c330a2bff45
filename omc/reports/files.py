"""Making the files of a report: every format asked for, each file whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from omc.core.atomic_file import replace_file
from omc.reports.document import Document
from omc.reports.pictures import Pictures

#: Formats and the modules that make them; imported only when asked for. Each has
#: `render(document, pictures)`, which returns the contents of files by name.
FORMATS = {
    "xlsx": "omc.reports.render_xlsx",
    "pdf": "omc.reports.render_pdf",
    "html": "omc.reports.render_html",
    "csv": "omc.reports.render_csv",
    "geojson": "omc.reports.render_geojson",
    "gpkg": "omc.reports.render_gpkg",
    "kml": "omc.reports.render_kml",
}


def write_files(
    document: Document,
    formats: Iterable[str],
    folder: Path,
    say: Callable[[str], None] = lambda work: None,
) -> list[Path]:
    """Write a report; files of the same names are replaced, each as a whole.

    Args:
        document: What.
        formats: Names of `FORMATS`.
        folder: Made when it is missing.
        say: Told what is being done.

    Returns:
        The files, in the order of the formats; a format may make none (maps of a report without).

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(document, say)
    written = []
    for name in formats:
        say(name)
        for file, content in import_module(FORMATS[name]).render(document, pictures).items():
            replace_file(folder / file, content)
            written.append(folder / file)
    return written
