"""`omc import`: bring somebody else's lists into the inventory."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from omc.core.atomic_file import replace_file
from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory import Inventory, Kind
from omc.core.inventory.csv_file import Foreign, read_csv
from omc.core.inventory.csv_text import csv_of_fields
from omc.core.inventory.geojson_file import read_geojson
from omc.core.inventory.inventory import find_files, read_table
from omc.core.inventory.merge import Merge, merge
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import Table, empty_table

_GEOJSON = (".geojson", ".json")
_GEOPACKAGE = (".gpkg",)


_EXAMPLES = """\b
Examples:
  omc import sites stations.csv --map "Mã trạm=code" --map "Tên trạm=name"
  omc import areas communes.geojson --map ma_xa=code --map ten_xa=name \\
      --set level=commune --set parent=25 --set valid_from=2025-07-01
  omc import areas boundaries.gpkg --layer districts --set level=district
"""


@click.command(name="import", epilog=_EXAMPLES)
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings, which name the inventory's folder.",
)
@click.option(
    "--inventory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The inventory's folder, instead of --config.",
)
@click.option(
    "--map",
    "renamed",
    multiple=True,
    metavar="THEIRS=OURS",
    help="Their column (or GeoJSON property) for one of ours. Other columns are then left out.",
)
@click.option(
    "--set",
    "fixed",
    multiple=True,
    metavar="OURS=VALUE",
    help="A value for all rows, for what the file does not say.",
)
@click.option("--layer", help="Of a GeoPackage with several layers.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
def import_command(
    kind: str,
    file: Path,
    config: Path,
    inventory: Path | None,
    renamed: tuple[str, ...],
    fixed: tuple[str, ...],
    *,
    layer: str | None,
    dry_run: bool,
) -> None:
    """Bring FILE (CSV; for areas also GeoJSON or GeoPackage) into one KIND of the inventory.

    Rows are matched by their code or name. A column that FILE lacks keeps its values, and rows
    that FILE does not mention stay. The whole inventory is checked before anything is written: a
    bad file changes nothing. Boundaries of areas are mended where that changes nothing, and refused
    where they cross themselves or overlap each other.
    """
    wanted = Kind(kind)
    foreign = Foreign(_pairs("--map", renamed, wanted, ours=1), _pairs("--set", fixed, wanted))
    folder = inventory or _folder(config)
    files = _files(folder, wanted)
    tables = {known: read_table(path, known) for known, path in files.items()}
    source = _source(file, wanted, foreign, layer)
    merged = merge(tables.get(wanted, empty_table(wanted)), source)
    Inventory.of_tables([*(t for k, t in tables.items() if k is not wanted), merged.table])
    for note in _mended(wanted, merged.table):
        click.echo(note, err=True)
    path = files.get(wanted, folder / f"{kind}.csv")
    if not dry_run:
        _write(path, merged.table)
    click.echo(_report(path, merged, dry_run=dry_run))


def _pairs(option: str, pairs: Iterable[str], kind: Kind, ours: int = 0) -> Mapping[str, str]:
    """`a=b` options as a dict; the side `ours` must be a column of the kind."""
    result = {}
    for pair in pairs:
        sides = tuple(side.strip() for side in pair.split("=", 1))
        if len(sides) == 1 or not sides[0]:
            raise click.UsageError(f"{option}: found {pair!r}; expected two sides with '='")
        if sides[ours] not in SCHEMAS[kind].names:
            allowed = ", ".join(SCHEMAS[kind].names)
            raise click.UsageError(
                f"{option}: {sides[ours]!r} is no column of {kind}; allowed: {allowed}"
            )
        result[sides[0]] = sides[1]
    return result


def _folder(config: Path) -> Path:
    from omc.core.settings import load_settings

    return load_settings(config, os.environ).inventory


def _files(folder: Path, wanted: Kind) -> dict[Kind, Path]:
    problems: list[Problem] = []
    files = find_files(folder, problems)
    if wanted in files and files[wanted].suffix != ".csv":
        text = "an import writes CSV; turn this file into CSV first, or add the rows by hand"
        problems.append(Problem(str(files[wanted]), 0, 0, text))
    if problems:
        raise ConfigurationError(problems)
    return files


def _source(file: Path, kind: Kind, foreign: Foreign, layer: str | None) -> Table:
    suffix = file.suffix.lower()
    if suffix not in (*_GEOJSON, *_GEOPACKAGE):
        return read_csv(file, kind, foreign)
    if kind is not Kind.AREAS:
        raise click.UsageError("GeoJSON is read for areas only, as is GeoPackage; else give CSV")
    if suffix in _GEOJSON:
        return read_geojson(file, foreign)
    from omc.core.inventory.geopackage_file import read_geopackage

    return read_geopackage(file, foreign, layer)


def _mended(kind: Kind, table: Table) -> list[str]:
    """Boundaries checked and mended in place, and what is to be told of them."""
    if kind is not Kind.AREAS or not any(table.columns.get("geometry", ())):
        return []
    from omc.core.inventory.boundaries import mend_boundaries

    return mend_boundaries(table)


def _write(path: Path, table: Table) -> None:
    text = csv_of_fields(list(table.columns), zip(*table.columns.values(), strict=True))
    content = text.encode()
    if path.exists() and path.read_bytes().startswith(codecs.BOM_UTF8):
        content = codecs.BOM_UTF8 + content  # somebody's spreadsheet needs it
    replace_file(path, content)


def _report(path: Path, merged: Merge, *, dry_run: bool) -> str:
    counts = (
        f"{merged.added} added, {merged.changed} changed, {merged.unchanged} unchanged, "
        f"{merged.kept} not in the file and kept"
    )
    return f"{path}: {counts}" + ("; nothing was written (--dry-run)" if dry_run else "")
