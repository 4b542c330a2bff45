"""`omc check`: validate everything, without touching the network."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli import EXIT_USAGE
from omc.cli.check_disk import archive_warning
from omc.core.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from omc.core.inventory import Inventory
    from omc.core.settings import Settings
    from omc.service.installation import Installation

Row = tuple[str, int, str]


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings.",
)
def check(config: Path) -> None:
    """Validate settings, inventory, catalogue, profiles, mappings, PM styles and alarm rules.

    Prints every problem as FILE:LINE:COLUMN, what was found and what is allowed. Touches no
    network. Warns when the archive will outgrow its disk. Exit code 0 when all is in order, 2 when
    something has to be mended.
    """
    from omc.service.installation import load_installation

    try:
        installation = load_installation(config, os.environ)
    except ConfigurationError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        click.echo(_summary(error.problems), err=True)
        if not config.exists():
            click.echo("To begin, `omc init FOLDER` writes a starter configuration.", err=True)
        sys.exit(EXIT_USAGE)
    click.echo(f"{config} is in order.")
    for name, count, details in _rows(installation):
        click.echo(f"  {name:<13}{count:>8,}  {details}".rstrip())
    warning = archive_warning(installation.settings)
    if warning is not None:
        click.echo(f"Warning: {warning}.", err=True)


def _summary(problems: Sequence[Problem]) -> str:
    files = len({problem.file for problem in problems})
    return f"{_counted(len(problems), 'problem')} in {_counted(files, 'file')}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _rows(installation: Installation) -> list[Row]:
    return [
        *_inventory_rows(installation.inventory),
        ("profiles", len(installation.profiles.names), _own(installation.settings.profiles)),
        ("mappings", len(installation.mappings.names), _own(installation.settings.mappings)),
        ("PM styles", len(installation.styles), _own(installation.settings.pm.declarations)),
        ("metrics", len(installation.catalogue), ""),
        ("alarm rules", len(installation.rules), ""),
        *_settings_rows(installation.settings),
    ]


def _own(folders: Iterable[Path]) -> str:
    """Names of files of the installation's own, besides or in place of the shipped ones."""
    names = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
    return f"{len(names)} of your own: {', '.join(names)}" if names else ""


def _inventory_rows(inventory: Inventory) -> list[Row]:
    areas = [area for periods in inventory.areas.values() for area in periods]
    sites, nodes = inventory.sites.values(), inventory.nodes.values()
    polled = sum(node.address is not None for node in nodes)
    kinds = _breakdown(node.kind for node in nodes)
    return [
        ("areas", len(areas), _breakdown(area.level for area in areas)),
        ("sites", len(sites), _breakdown(t for site in sites for t in site.technologies)),
        (
            "cells",
            len(inventory.cells),
            _breakdown(cell.technology for cell in inventory.cells.values()),
        ),
        ("nodes", len(nodes), f"{kinds}; {polled:,} polled over SNMP" if nodes else ""),
        ("spans", len(inventory.spans), f"{inventory.route_km:,.1f} km of route"),
        ("PONs", len(inventory.pons), ""),
    ]


def _settings_rows(settings: Settings) -> list[Row]:
    sinks = [
        f"Prometheus on {settings.prometheus.listen}",
        *(f"{sink.name} ({sink.url})" for sink in (*settings.influxdb, *settings.remote_write)),
    ]
    if settings.archive.enabled:
        sinks.insert(1, f"archive in {settings.archive_folder}")
    brokers = [f"{broker.name} ({broker.host})" for broker in settings.mqtt]
    traps = settings.snmp.traps
    listeners = [f"UDP {traps.listen}"] if traps else []
    sources = [f"{source.name} ({source.kind})" for source in settings.pm.sources]
    return [
        ("MQTT brokers", len(brokers), ", ".join(brokers)),
        ("trap listeners", len(listeners), ", ".join(listeners)),
        ("VES listeners", int(settings.ves is not None), _ves_row(settings)),
        ("PM sources", len(sources), ", ".join(sources)),
        ("sinks", len(sinks), ", ".join(sinks)),
        ("users", len(settings.users), _breakdown(user.role for user in settings.users)),
        ("tokens", len(settings.tokens), _breakdown(token.role for token in settings.tokens)),
    ]


def _breakdown(words: Iterable[str]) -> str:
    """`3G 572, 4G 572, 5G 115`: how often each word comes, in alphabetical order."""
    return ", ".join(f"{word} {count:,}" for word, count in sorted(Counter(words).items()))


def _ves_row(settings: Settings) -> str:
    ves = settings.ves
    return f"HTTPS {ves.listen}, measurements read by {ves.mapping}" if ves else ""
