"""`omc simulate cut`, `bend`, `sleep`, `heal` and the like: tell a running simulator."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click

from omc.cli.simulate_options import DURATION, control_option
from omc.core.quantities import ListenAddress


@click.command()
@click.argument("span")
@click.option(
    "--at", "metres", type=click.FloatRange(min=0), help="Metres of cable from its first end."
)
@control_option
def cut(span: str, metres: float | None, control: ListenAddress) -> None:
    """Cut a fibre span, by its name in the inventory; anywhere, or where you say."""
    _tell(control, "cut", what=span, metres=metres)


@click.command()
@click.argument("span")
@click.option(
    "--by", "decibels", type=click.FLOAT, default=3.0, show_default=True, help="Decibels lost."
)
@control_option
def bend(span: str, decibels: float, control: ListenAddress) -> None:
    """Bend a fibre span: light still passes, but less of it."""
    _tell(control, "bend", what=span, decibels=decibels)


@click.command()
@click.argument("area")
@click.option(
    "--for", "duration", type=DURATION, default="20m", show_default=True, help="How long."
)
@control_option
def mains(area: str, duration: float, control: ListenAddress) -> None:
    """Fail the mains of a commune, by its code, letters or name.

    `phuc yen`, `Phúc Yên`, `Phường Phúc Yên`, `PYE` and `08740` are the same place.
    """
    _tell(control, "mains", what=area, seconds=duration)


@click.command()
@click.argument("node")
@control_option
def silence(node: str, control: ListenAddress) -> None:
    """Let a node answer no more, by its name in the inventory."""
    _tell(control, "silence", what=node)


@click.command()
@click.argument("cell")
@control_option
def sleep(cell: str, control: ListenAddress) -> None:
    """Let a cell sleep, by its name in the inventory: up by its state, and without traffic."""
    _tell(control, "sleep", what=cell)


@click.command()
@click.option(
    "--for", "duration", type=DURATION, default="10m", show_default=True, help="How long."
)
@control_option
def storm(duration: float, control: ListenAddress) -> None:
    """Let the mains of every commune come and go."""
    _tell(control, "storm", seconds=duration)


@click.command()
@control_option
def heal(control: ListenAddress) -> None:
    """Mend everything that was broken."""
    _tell(control, "heal")


@click.command()
@control_option
def status(control: ListenAddress) -> None:
    """Tell what is broken now, as JSON."""
    answer = _send(control, "status")
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _tell(control: ListenAddress, do: str, **arguments: object) -> None:
    click.echo(_send(control, do, **arguments)["text"])


def _send(control: ListenAddress, do: str, **arguments: object) -> dict[str, Any]:
    from omc.simulator.control import ControlFailed, send_command

    try:
        return asyncio.run(send_command(control.host, control.port, do, **arguments))
    except ControlFailed as error:
        raise click.ClickException(str(error)) from error
