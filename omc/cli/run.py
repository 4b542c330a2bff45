"""`omc run`: the service, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from omc.service.installation import Installation
    from omc.service.service import Service


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings.",
)
def run(config: Path) -> None:
    """Run the service: poll, normalise, export. Stops cleanly on Ctrl-C and SIGTERM.

    Everything is checked before anything starts, as `omc check` does; exit code 2 when something
    has to be mended first.
    """
    from omc.service.data_folder import DataFolderRefused, held
    from omc.service.installation import load_installation
    from omc.service.listening import CannotListen
    from omc.service.logs import configure_logs

    installation = load_installation(config, os.environ)
    configure_logs(installation.settings.log.level, installation.settings.log.format)
    try:
        with held(installation.settings.data):
            asyncio.run(_serve(_service(installation)))
    except (CannotListen, DataFolderRefused) as error:
        raise click.ClickException(str(error)) from error


def _service(installation: Installation) -> Service:
    """The service with what it keeps.

    Raises:
        DataFolderRefused: that cannot be opened: a full disk, files of somebody else.
    """
    from omc.core.clock import SystemClock
    from omc.service.data_folder import DataFolderRefused
    from omc.service.service import Service

    try:
        return Service(installation, SystemClock())
    except (OSError, sqlite3.OperationalError) as error:
        folder = installation.settings.data
        raise DataFolderRefused(
            f"what is kept in the data folder {folder} cannot be opened: {error}; "
            "make room on its disk, and let the user that runs this write there."
        ) from error


async def _serve(service: Service) -> None:
    """Run the service until the process is told to end, saying what it does."""
    import structlog

    log = structlog.get_logger("omc")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)

    def started() -> None:
        status = service.status
        log.info(
            "started",
            nodes=status.devices,
            metrics=f"{service.url}/metrics",
            api=service.api_url,
            **({"console": f"{service.api_url}/"} if service.has_console else {}),
        )

    await service.run(stop, started)
    status = service.status
    log.info("stopped", polls=status.polls, samples=status.samples, late=status.late)
