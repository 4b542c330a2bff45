"""`omc simulate`: a synthetic province that answers SNMP and publishes MQTT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli import simulate_control
from omc.cli.lazy_group import GroupInOrder
from omc.cli.live_line import live_line
from omc.cli.simulate_history import history
from omc.cli.simulate_options import (
    DURATION,
    ENDPOINT,
    address_options,
    control_option,
    province_options,
)
from omc.cli.simulate_pm import pm_past
from omc.core.quantities import LAST_PORT, ListenAddress

if TYPE_CHECKING:
    from omc.simulator.addresses import AddressPlan
    from omc.simulator.province import Province
    from omc.simulator.runner import RunOptions


@click.group(cls=GroupInOrder)
def simulate() -> None:
    """A synthetic province that answers SNMP and publishes MQTT.

    Write one with `province`, run it with `run`, break it with `cut`, `bend`, `mains`, `sleep`,
    `silence` and `storm`, mend it with `heal`. The same seed always gives the same province.
    """


@simulate.command()
@province_options
@address_options
@click.option(
    "--mqtt",
    type=ENDPOINT,
    default="127.0.0.1:1883",
    show_default=True,
    help="Broker that the written omc.yaml subscribes to.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for omc.yaml, inventory/ and secrets/.",
)
def province(
    seed: int, sites: int, port: int, shared_address: bool, mqtt: ListenAddress, output: Path
) -> None:
    """Write the province's inventory and the settings to poll it."""
    built = _generate(seed, sites)
    _write(built, _addresses(built, port, shared_address), mqtt, output)
    click.echo(f"{_census(built)}\nwritten to {output}: omc check -c {output / 'omc.yaml'}")


@simulate.command()
@province_options
@address_options
@click.option(
    "--mqtt", type=ENDPOINT, help="Broker the gateways publish to; none: they publish nowhere."
)
@click.option(
    "--interval",
    type=DURATION,
    default="60s",
    show_default=True,
    help="Between two messages of a gateway.",
)
@click.option(
    "--cell-period",
    type=DURATION,
    help="Granularity period of the cells' counters (15m in real networks); "
    "the interval, if not given.",
)
@click.option(
    "--sparkplug",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Share of the gateways that speak Sparkplug B instead of JSON.",
)
@click.option(
    "--pm",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that base stations write 3GPP measurement files to, one a cell period, instead "
    "of gateways publishing the cells' counters.",
)
@control_option
@click.option(
    "--inventory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the inventory and settings here, as `province` does.",
)
@click.option("--quiet", is_flag=True, help="No live summary.")
def run(
    seed: int,
    sites: int,
    port: int,
    shared_address: bool,
    mqtt: ListenAddress | None,
    interval: float,
    cell_period: float | None,
    sparkplug: float,
    pm: Path | None,
    control: ListenAddress,
    inventory: Path | None,
    quiet: bool,
) -> None:
    """Let the province live until Ctrl-C: its nodes answer SNMP, its gateways publish MQTT."""
    from omc.simulator.mqtt_publisher import BrokerAddress
    from omc.simulator.runner import RunOptions

    if not control.is_loopback:
        raise click.BadParameter("the control endpoint stays on loopback", param_hint="--control")
    built = _generate(seed, sites)
    addresses = _addresses(built, port, shared_address)
    if inventory is not None:
        broker = mqtt or ListenAddress("127.0.0.1", 1883)
        _write(built, addresses, broker, inventory, pm)
    options = RunOptions(
        addresses,
        broker=BrokerAddress(_resolved(mqtt), mqtt.port) if mqtt is not None else None,
        interval=interval,
        cell_period=interval if cell_period is None else cell_period,
        sparkplug=sparkplug,
        pm=pm,
        control=(control.host, control.port),
    )
    click.echo(_census(built))
    try:
        asyncio.run(_run(built, options, quiet=quiet))
    except OSError as error:
        raise click.ClickException(
            f"cannot open a port ({error.strerror or error}); is another simulator running? "
            "Choose others with --port and --control."
        ) from error


def _resolved(broker: ListenAddress) -> str:
    """The broker's address, looked up once: a slow name server must not delay Ctrl-C later."""
    import socket

    try:
        found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise click.ClickException(f"--mqtt: {broker.host} is not known: {error}") from error
    return str(found[0][4][0])


async def _run(built: Province, options: RunOptions, *, quiet: bool) -> None:
    """Simulate until the process is told to end."""
    from omc.core.clock import SystemClock
    from omc.simulator.runner import Simulator

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    live = sys.stderr.isatty()

    def started(port: int | None) -> None:
        first = options.addresses.of(0)
        click.echo(f"ready: agents from {first[0]}:{first[1]} on, control on port {port}")
        sys.stdout.flush()

    def summary(line: str) -> None:
        click.echo(live_line(line) if live else line, err=True, nl=not live)

    await Simulator(built, options, SystemClock()).run(stop, started, None if quiet else summary)
    click.echo("stopped", err=True)


def _generate(seed: int, sites: int) -> Province:
    from omc.simulator.province import Province

    return Province.generate(seed, sites)


def _addresses(built: Province, port: int, shared: bool) -> AddressPlan:
    from omc.simulator.addresses import AddressPlan
    from omc.simulator.udp import knows_destinations

    own = not shared and knows_destinations()
    if not own and port + len(built.nodes) > LAST_PORT:
        raise click.BadParameter(
            f"{len(built.nodes):,} nodes need a port each, from {port} on there are fewer",
            param_hint="--port",
        )
    return AddressPlan(port, own_addresses=own)


def _write(
    built: Province,
    addresses: AddressPlan,
    broker: ListenAddress,
    folder: Path,
    pm: Path | None = None,
) -> None:
    from omc.simulator.demo_settings import Access, write_settings
    from omc.simulator.inventory_files import write_inventory

    try:
        write_inventory(built, addresses, folder / "inventory")
        core = built.sites[built.core].code
        write_settings(folder, len(built.sites), core, (broker.host, broker.port), Access(), pm)
    except OSError as error:
        raise click.UsageError(
            f"cannot write {error.filename or folder}: {error.strerror}"
        ) from None


def _census(built: Province) -> str:
    return (
        f"seed {built.seed}: {len(built.sites)} sites, {len(built.cells):,} cells, "
        f"{len(built.nodes):,} nodes, {len(built.pons):,} PONs, {built.ont_count:,} ONTs, "
        f"{built.fibre_km:,.0f} km of fibre"
    )


for _command in (
    simulate_control.cut,
    simulate_control.bend,
    simulate_control.mains,
    simulate_control.silence,
    simulate_control.sleep,
    simulate_control.storm,
    simulate_control.heal,
    simulate_control.status,
    history,
    pm_past,
):
    simulate.add_command(_command)
