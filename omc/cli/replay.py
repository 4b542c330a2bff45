"""`omc replay`: recordings of devices as SNMP agents, to try profiles without a device."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli.simulate_options import ENDPOINT
from omc.core.quantities import LAST_PORT, ListenAddress

if TYPE_CHECKING:
    from omc.simulator.recording import Recording

#: Faults of one recording that are shown in full.
_SHOWN_FAULTS = 5


@click.command()
@click.argument(
    "files",
    metavar="FILE.snmprec...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--listen",
    type=ENDPOINT,
    default="127.0.0.1:1161",
    show_default=True,
    metavar="ADDRESS:PORT",
    help="Of the first recording; each further one has the next port. Port 0 takes free ones.",
)
def replay(files: tuple[Path, ...], listen: ListenAddress) -> None:
    """Serve recordings (OID|TYPE|VALUE, as snmpsim writes them) as SNMP agents until Ctrl-C.

    Each recording has a UDP port of its own and answers SNMPv1 and v2c with any community, and
    SNMPv3 as user omc (SHA-256 simulated-auth, AES-128 simulated-priv). A folder stands for all
    recordings in it. Rows are sorted, the first of equal OIDs counts, lines that are no rows are
    told and left out.

    \b
    omc replay olt.snmprec
    omc poll 127.0.0.1:1161
    """  # noqa: D301 - click wants the control character
    recordings = [load(file) for file in _expanded(files)]
    if listen.port and listen.port + len(recordings) - 1 > LAST_PORT:
        raise click.BadParameter(
            f"{len(recordings)} recordings need a port each, from {listen.port} on there are fewer",
            param_hint="--listen",
        )
    try:
        asyncio.run(_serve(recordings, listen))
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {listen}: {error.strerror or error}; choose others with --listen"
        ) from error


def load(file: Path) -> Recording:
    """A recording; what is wrong with some of its lines goes to standard error."""
    from omc.simulator.recording import Recording

    recording = Recording.load(file)
    for fault in recording.faults[:_SHOWN_FAULTS]:
        click.echo(f"{fault} (left out)", err=True)
    if len(recording.faults) > _SHOWN_FAULTS:
        click.echo(f"{file}: {len(recording.faults) - _SHOWN_FAULTS} more such lines", err=True)
    return recording


def _expanded(files: Sequence[Path]) -> list[Path]:
    """Folders replaced by the recordings in them.

    Raises:
        click.BadParameter: a folder without any.
    """
    found: list[Path] = []
    for file in files:
        inside = sorted(file.glob("*.snmprec")) if file.is_dir() else [file]
        if not inside:
            raise click.BadParameter(f"no *.snmprec in {file}", param_hint="FILE")
        found += inside
    return found


async def _serve(recordings: Sequence[Recording], listen: ListenAddress) -> None:
    from omc.core.clock import SystemClock
    from omc.simulator.demo_settings import Access
    from omc.simulator.replay import ReplayServer

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    server = ReplayServer(recordings, listen.host, listen.port, Access(), SystemClock())
    async with server:
        for served in server.served:
            endpoint = ListenAddress(served.host, served.port)
            click.echo(f"{endpoint}  {served.recording.name}  {len(served.recording.oids)} objects")
        click.echo("ready: any community, or user omc; Ctrl-C ends it")
        sys.stdout.flush()
        await stop.wait()
