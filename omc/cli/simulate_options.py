"""Options that several `omc simulate` commands share."""

from __future__ import annotations

from typing import Any, TypeVar

import click

from omc.core.quantities import DurationRange, ListenAddress

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
    """Seconds of 20m, 90s or 2h, within a range."""

    name = "duration"

    def __init__(self, least: str, most: str) -> None:
        self._range = DurationRange(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, float):
            return value
        try:
            return self._range.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


ENDPOINT = _Endpoint()
#: How long something lasts, or the time between two messages.
DURATION = _Duration("1s", "365d")
#: Between two samples of a past.
STEP = _Duration("1s", "1d")
CommandT = TypeVar("CommandT", bound=Any)


def province_options(command: CommandT) -> CommandT:
    """--seed and --sites: which province."""
    command = click.option(
        "--sites", type=click.IntRange(4, 5000), default=572, show_default=True, help="How many."
    )(command)
    return click.option(
        "--seed", type=int, default=7, show_default=True, help="Another seed, another province."
    )(command)


def address_options(command: CommandT) -> CommandT:
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


def control_option(command: CommandT) -> CommandT:
    """--control: where the running simulator is told what to do."""
    return click.option(
        "--control",
        type=ENDPOINT,
        default=DEFAULT_CONTROL,
        show_default=True,
        help="Control endpoint of the running simulator.",
    )(command)
