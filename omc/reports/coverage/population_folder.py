"""Which files may tell where people live: who only offers them need not hold what reads them."""

from __future__ import annotations

from pathlib import Path

RASTERS = (".tif", ".tiff")
POINTS = (".csv", ".geojson", ".json")


def population_files(folder: Path | None) -> dict[str, Path]:
    """Files of a folder, by name; none where there is no folder."""
    try:
        found = sorted(folder.iterdir()) if folder is not None else []
    except OSError:
        return {}
    return {path.name: path for path in found if path.suffix.lower() in RASTERS + POINTS}
