"""`omc init`: a commented starter configuration that `omc check` accepts."""

from __future__ import annotations

from pathlib import Path

import click

from omc.core.resources import config_folder

_COMMUNITY_FILE = Path("secrets/snmp-community")


@click.command(name="init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def init_command(folder: Path) -> None:
    """Write a commented starter configuration into FOLDER.

    It holds settings, an inventory of three example sites, and the community `public` in a file
    of its own. Files that are already there are never overwritten.
    """
    files = _starter_files()
    existing = [name for name in files if (folder / name).exists()]
    if existing:
        names = ", ".join(str(folder / name) for name in existing)
        raise click.UsageError(f"already there, and never overwritten: {names}")
    try:
        for name, content in files.items():
            _write(folder / name, content)
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename}: {error.strerror}") from None
    click.echo(_next_steps(folder, list(files)))


def _starter_files() -> dict[Path, bytes]:
    """Content by name, relative to the folder that is written."""
    shipped = config_folder()
    files = {Path("omc.yaml"): (shipped / "omc.yaml").read_bytes()}
    for path in sorted((shipped / "starter" / "inventory").iterdir()):
        files[Path("inventory") / path.name] = path.read_bytes()
    files[_COMMUNITY_FILE] = b"public\n"
    return files


def _write(path: Path, content: bytes) -> None:
    """Write a new file; a secret is for its owner only, from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600 if "secrets" in path.parts else 0o644, exist_ok=False)
    path.write_bytes(content)


def _next_steps(folder: Path, names: list[Path]) -> str:
    written = "\n".join(f"  {folder / name}" for name in names)
    settings = folder / "omc.yaml"
    return f"""\
Written:
{written}

Next:
  1. Put the read community of your devices into {folder / _COMMUNITY_FILE}
  2. Replace the example sites and nodes in {folder / "inventory"}, or bring in your own lists:
       omc import sites FILE.csv -c {settings}
  3. Check it:  omc check -c {settings}
  4. Start it:  omc run -c {settings}"""
