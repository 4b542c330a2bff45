"""`omc simulate`: a synthetic province that answers SNMP and publishes MQTT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omc.core.quantities import ListenAddress, parse_duration

if TYPE_CHECKING:
    from omc.simulator.addresses import AddressPlan
    from omc.simulator.province import Province
    from omc.simulator.runner import RunOptions

DEFAULT_CONTROL = "127.0.0.1:16160"
DEFAULT_PORT = 16161


class _Endpoint(click.ParamType[ListenAddress]):
    """HOST:PORT."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, ListenAddress):
            return value
        try:
            return ListenAddress.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Duration(click.ParamType[float]):
    """Seconds of 20m, 90s or 2h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, float):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


ENDPOINT = _Endpoint()
DURATION = _Duration()
CommandT = TypeVar("CommandT", bound=Any)


def _province_options(command: CommandT) -> CommandT:
    """--seed and --sites: which province."""
    command = click.option(
        "--sites", type=click.IntRange(4, 5000), default=572, show_default=True, help="How many."
    )(command)
    return click.option(
        "--seed", type=int, default=7, show_default=True, help="Another seed, another province."
    )(command)


def _address_options(command: CommandT) -> CommandT:
    """--port and --shared-address: where the agents answer."""
    command = click.option(
        "--shared-address",
        is_flag=True,
        help="All nodes on 127.0.0.1, each on a port of its own from --port on; "
        "chosen by itself where the system has no 127.x.y.z addresses.",
    )(command)
    return click.option(
        "--port",
        type=click.IntRange(1, 65_000),
        default=DEFAULT_PORT,
        show_default=True,
        help="UDP port of the SNMP agents.",
    )(command)


def _control_option(command: CommandT) -> CommandT:
    return click.option(
        "--control",
        type=ENDPOINT,
        default=DEFAULT_CONTROL,
        show_default=True,
        help="Control endpoint of the running simulator.",
    )(command)


@click.group()
def simulate() -> None:
    """A synthetic province that answers SNMP and publishes MQTT.

    Write one with `province`, run it with `run`, break it with `cut`, `mains`, `silence` and
    `storm`, mend it with `heal`. The same seed always gives the same province.
    """


@simulate.command()
@_province_options
@_address_options
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
    _write(built, _addresses(port, shared_address), mqtt, output)
    click.echo(f"{_census(built)}\nwritten to {output}: omc check -c {output / 'omc.yaml'}")


@simulate.command()
@_province_options
@_address_options
@click.option(
    "--mqtt", type=ENDPOINT, help="Broker the gateways publish to; none: they publish nowhere."
)
@click.option(
    "--interval",
    type=DURATION,
    default="60s",
    show_default=True,
    help="Between two messages of a gateway; also the period of the cells' counters.",
)
@_control_option
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
    addresses = _addresses(port, shared_address)
    if inventory is not None:
        broker = mqtt or ListenAddress("127.0.0.1", 1883)
        _write(built, addresses, broker, inventory)
    options = RunOptions(
        addresses,
        broker=BrokerAddress(_resolved(mqtt), mqtt.port) if mqtt is not None else None,
        interval=interval,
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
        click.echo(f"\r\x1b[K{line}" if live else line, err=True, nl=not live)

    await Simulator(built, options, SystemClock()).run(stop, started, None if quiet else summary)
    click.echo("stopped", err=True)


@simulate.command()
@click.argument("span")
@_control_option
def cut(span: str, control: ListenAddress) -> None:
    """Cut a fibre span, by its name in the inventory."""
    _tell(control, "cut", what=span)


@simulate.command()
@click.argument("area")
@click.option(
    "--for", "duration", type=DURATION, default="20m", show_default=True, help="How long."
)
@_control_option
def mains(area: str, duration: float, control: ListenAddress) -> None:
    """Fail the mains of a commune, by its code, letters or name."""
    _tell(control, "mains", what=area, seconds=duration)


@simulate.command()
@click.argument("node")
@_control_option
def silence(node: str, control: ListenAddress) -> None:
    """Let a node answer no more, by its name in the inventory."""
    _tell(control, "silence", what=node)


@simulate.command()
@click.option(
    "--for", "duration", type=DURATION, default="10m", show_default=True, help="How long."
)
@_control_option
def storm(duration: float, control: ListenAddress) -> None:
    """Let the mains of every commune come and go."""
    _tell(control, "storm", seconds=duration)


@simulate.command()
@_control_option
def heal(control: ListenAddress) -> None:
    """Mend everything that was broken."""
    _tell(control, "heal")


@simulate.command()
@_control_option
def status(control: ListenAddress) -> None:
    """Tell what is broken now, as JSON."""
    import json

    answer = _send(control, "status")
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@simulate.command()
@_province_options
@click.option(
    "--days", type=click.FloatRange(0.01, 366), default=35.0, show_default=True, help="How long."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Where the past ends, UTC; now, if not given.",
)
@click.option(
    "--step", type=DURATION, default="15m", show_default=True, help="Between two samples."
)
@click.option(
    "--metrics",
    help="Names or patterns with commas between: lte_*,interface_*. "
    "Site power and temperature, if not given.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["openmetrics", "influx"]),
    default="openmetrics",
    show_default=True,
    help="OpenMetrics for promtool, line protocol for InfluxDB and VictoriaMetrics.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
def history(
    seed: int,
    sites: int,
    days: float,
    until: datetime | None,
    step: float,
    metrics: str | None,
    form: str,
    output: Path,
) -> None:
    """Write a past of the province that agrees with its present.

    Load it with `promtool tsdb create-blocks-from openmetrics FILE DATA`, or post it to InfluxDB
    or VictoriaMetrics with precision=ms.
    """
    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder
    from omc.simulator.history import DEFAULT_METRICS, HistoryPlan, UnknownMetrics, write_history
    from omc.simulator.history_format import FORMATS
    from omc.simulator.world import World

    last = until.replace(tzinfo=UTC).timestamp() if until is not None else time.time()
    end = last // step * step
    wanted = tuple(metrics.split(",")) if metrics else DEFAULT_METRICS
    plan = HistoryPlan(end - days * 86_400 // step * step, end, step, wanted)
    world = World(_generate(seed, sites))
    catalogue = Catalogue.load(config_folder() / "metrics")
    with click.progressbar(length=sites, label="sites", file=sys.stderr) as bar:
        try:
            written = write_history(
                world, plan, catalogue, FORMATS[form], output, lambda done: bar.update(1)
            )
        except UnknownMetrics as error:
            raise click.UsageError(str(error)) from error
    click.echo(f"{written:,} samples of {days:g} days written to {output}")


def _tell(control: ListenAddress, do: str, **arguments: object) -> None:
    click.echo(_send(control, do, **arguments)["text"])


def _send(control: ListenAddress, do: str, **arguments: object) -> dict[str, Any]:
    from omc.simulator.control import ControlFailed, send_command

    try:
        return asyncio.run(send_command(control.host, control.port, do, **arguments))
    except ControlFailed as error:
        raise click.ClickException(str(error)) from error


def _generate(seed: int, sites: int) -> Province:
    from omc.simulator.province import Province

    return Province.generate(seed, sites)


def _addresses(port: int, shared: bool) -> AddressPlan:
    from omc.simulator.addresses import AddressPlan
    from omc.simulator.udp import knows_destinations

    return AddressPlan(port, own_addresses=not shared and knows_destinations())


def _write(built: Province, addresses: AddressPlan, broker: ListenAddress, folder: Path) -> None:
    from omc.simulator.demo_settings import Access, write_settings
    from omc.simulator.inventory_files import write_inventory

    write_inventory(built, addresses, folder / "inventory")
    write_settings(folder, len(built.sites), (broker.host, broker.port), Access())


def _census(built: Province) -> str:
    return (
        f"seed {built.seed}: {len(built.sites)} sites, {len(built.cells):,} cells, "
        f"{len(built.nodes):,} nodes, {len(built.pons):,} PONs, {built.ont_count:,} ONTs, "
        f"{built.fibre_km:,.0f} km of fibre"
    )
