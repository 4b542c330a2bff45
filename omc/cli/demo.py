"""`omc demo`: a synthetic province being polled over real SNMP and MQTT, nothing installed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from omc.cli.live_line import live_line
from omc.cli.simulate_options import DURATION, ENDPOINT
from omc.core.quantities import ListenAddress

if TYPE_CHECKING:
    from omc.service.demo import Breakable, Rate
    from omc.service.service import Service

#: Seconds between two lines of the summary where the output is not a terminal.
_LINE_EVERY = 5.0
_ELSEWHERE = "--listen takes another address"


@dataclass(frozen=True, slots=True)
class _Wish:
    sites: int
    seed: int
    seconds: float | None
    listen: ListenAddress


@click.command()
@click.option("--sites", type=click.IntRange(4, 2000), default=572, show_default=True)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="Another seed, another province."
)
@click.option("--for", "seconds", type=DURATION, help="End by itself after 60s, 5m ...")
@click.option(
    "--listen",
    type=ENDPOINT,
    default="127.0.0.1:9469",
    show_default=True,
    help="Address of /metrics. If this default is taken, a free port is used instead.",
)
@click.pass_context
def demo(
    context: click.Context, sites: int, seed: int, seconds: float | None, listen: ListenAddress
) -> None:
    """Watch a synthetic province being polled: real SNMP, real MQTT, nothing to install.

    Starts an MQTT broker, a province of routers, OLTs, rectifiers and site gateways on loopback
    addresses, and the service that watches it. Ctrl-C ends everything.
    """
    from omc.service.demo import DemoFailed
    from omc.service.listening import CannotListen
    from omc.service.logs import configure_logs

    configure_logs("error", "console")
    chosen = context.get_parameter_source("listen") is not ParameterSource.DEFAULT
    failure = ""
    try:
        page = _page(listen, chosen=chosen)
        asyncio.run(_demo(_Wish(sites, seed, seconds, page)))
    except* DemoFailed as group:
        failure = str(group.exceptions[0])
    except* CannotListen as group:  # the port was taken after it was tried
        (error,) = (e for e in group.exceptions if isinstance(e, CannotListen))
        failure = f"{error.fault}; {_ELSEWHERE}"
    if failure:
        raise click.ClickException(failure)


def _page(wanted: ListenAddress, *, chosen: bool) -> ListenAddress:
    """Where the page will be: elsewhere only if nobody has chosen the address that is taken."""
    from omc.service.demo import DemoFailed, check_listening, free_port

    try:
        check_listening(wanted)
    except DemoFailed as error:
        if chosen:
            raise DemoFailed(f"{error}; {_ELSEWHERE}") from None
        free = ListenAddress("127.0.0.1", free_port())
        click.echo(f"{str(error).capitalize()}. The page is on {free} instead.")
        return free
    return wanted


def _say(text: str) -> None:
    click.echo(f"  {text}")


async def _demo(wish: _Wish) -> None:
    from omc.core.clock import SystemClock
    from omc.service import demo as parts
    from omc.service.service import Service

    stop = asyncio.Event()
    _stop_on_signals(stop)
    clock = SystemClock()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="omc-demo-") as name:
        folder = Path(name)
        click.echo(f"Making a province of {wish.sites} sites (seed {wish.seed}).")
        control = parts.free_port()
        async with (
            parts.demo_broker() as mqtt,
            parts.demo_province(folder, wish.sites, wish.seed, mqtt, control, _say),
        ):
            click.echo(f"MQTT broker on 127.0.0.1:{mqtt}; the province answers SNMP and publishes.")
            installation = parts.demo_installation(folder, wish.listen, parts.console_port())
            service = Service(installation, clock)

            breakable = parts.Breakable.of(installation.inventory)

            def started() -> None:
                seconds = time.monotonic() - began
                _greet(service, installation.settings.data, control, breakable, seconds)

            async with asyncio.TaskGroup() as group:
                group.create_task(service.run(stop, started), name="service")
                group.create_task(_summarise(service, stop, parts.Rate(clock)), name="summary")
                if wish.seconds is not None:
                    group.create_task(_stop_after(wish.seconds, stop), name="time limit")
    click.echo("Stopped; nothing is left running.")


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)


async def _stop_after(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    stop.set()


def _greet(
    service: Service, data: Path, control: int, breakable: Breakable, seconds: float
) -> None:
    """Say what there is to see, and what to try."""
    from omc.api.access import local_token

    omc = sys.argv[0] if Path(sys.argv[0]).name == "omc" else "omc"
    at = f"--control 127.0.0.1:{control}"
    settings = f"-c {data.parent / 'omc.yaml'}"
    click.echo(f"""\
Polling {service.status.devices:,} devices, {seconds:.1f} s after the start. Look at them:

  the console           {service.api_url}/enter?token={local_token(data)}

Break something, in another terminal; a minute or two later one alarm names the cause:

  cut a fibre           {omc} simulate cut {breakable.span} {at}
  fail the mains        {omc} simulate mains {breakable.area} {at}
  what is wrong         {omc} alarms list {settings} --language en
  who goes dark first   {omc} time-to-dark {settings} --language en
  mend everything       {omc} simulate heal {at}

Or look at what is read:

  every series, now     {service.url}/metrics
  history, in SQL       {omc} query {settings} --views
  end                   Ctrl-C
""")


async def _summarise(service: Service, stop: asyncio.Event, rate: Rate) -> None:
    live = sys.stdout.isatty()
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0 if live else _LINE_EVERY):
                await stop.wait()
        line = _summary(service, rate.of(service.status.samples))
        if live:
            sys.stdout.write(live_line(line))
            sys.stdout.flush()
        else:
            click.echo(line)
    if live:
        click.echo()


def _summary(service: Service, samples_a_second: float) -> str:
    status = service.status
    answering = status.devices - status.failing - status.waiting
    return (
        f"{time.strftime('%H:%M:%S')}  {answering:,} of {status.devices:,} devices answering, "
        f"{status.failing:,} failing  {status.alarms:,} alarms  {samples_a_second:,.0f} samples/s  "
        f"{status.series:,} series  {status.late} late, {status.skipped} skipped"
    )
