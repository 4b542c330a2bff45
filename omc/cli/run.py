"""`omc run`: the service, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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
    from omc.core.clock import SystemClock
    from omc.service.data_folder import DataFolderRefused, held
    from omc.service.installation import load_installation
    from omc.service.listening import CannotListen
    from omc.service.logs import configure_logs
    from omc.service.service import Service

    installation = load_installation(config, os.environ)
    configure_logs(installation.settings.log.level, installation.settings.log.format)
    try:
        with held(installation.settings.data):
            asyncio.run(_serve(Service(installation, SystemClock())))
    except (CannotListen, DataFolderRefused) as error:
        raise click.ClickException(str(error)) from error


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
