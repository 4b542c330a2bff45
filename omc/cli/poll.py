"""`omc poll`: read one device now, without any configuration."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from omc.cli import EXIT_REFUSED, EXIT_UNREACHABLE

if TYPE_CHECKING:
    from collector.profile_set import ProfileSet
    from collector.snmp.credentials import Credentials, Target
    from collector.snmp.device import PollResult
    from omc.core.catalogue import Catalogue

#: The device answered, but nothing that any profile reads.
EXIT_NOTHING_READ = 1

_AUTH = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_PRIV = ("des", "aes128", "aes192", "aes256")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the command line asks for."""

    target: Target
    profile: str
    node: str
    deadline: float


@click.command()
@click.argument("endpoint", metavar="ADDRESS[:PORT]")
@click.option(
    "--snmp-version", type=click.Choice(["1", "2c", "3"]), help="Default: 2c, or 3 with --user."
)
@click.option(
    "--community",
    envvar="OMC_COMMUNITY",
    default="public",
    show_envvar=True,
    help="For versions 1 and 2c. Default: public.",
)
@click.option("--user", help="User of SNMPv3.")
@click.option("--auth", type=click.Choice(_AUTH), help="Authentication of SNMPv3.")
@click.option("--auth-key", envvar="OMC_AUTH_KEY", show_envvar=True, help="Password of --auth.")
@click.option("--priv", type=click.Choice(_PRIV), help="Privacy of SNMPv3.")
@click.option("--priv-key", envvar="OMC_PRIV_KEY", show_envvar=True, help="Password of --priv.")
@click.option(
    "--key-expansion",
    type=click.Choice(["blumenthal", "cisco"]),
    default="blumenthal",
    show_default=True,
    help="How aes192 and aes256 stretch a short key.",
)
@click.option(
    "--profile",
    default="auto",
    show_default=True,
    help="A profile's name, or auto to ask the device.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "prometheus", "influx"]),
    default="table",
    show_default=True,
    help="json is one object a line.",
)
@click.option("--oids", is_flag=True, help="Show in the table which OID each value came from.")
@click.option("--node", help="The node label. Default: the address.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.05, 60),
    default=1.5,
    show_default=True,
    help="Seconds to wait for one answer.",
)
@click.option(
    "--retries",
    type=click.IntRange(0, 10),
    default=1,
    show_default=True,
    help="How often a request is sent again.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(1, 3600),
    default=120.0,
    show_default=True,
    help="Seconds for everything.",
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
def poll(
    endpoint: str,
    *,
    snmp_version: str | None,
    community: str,
    user: str | None,
    auth: str | None,
    auth_key: str | None,
    priv: str | None,
    priv_key: str | None,
    key_expansion: str,
    profile: str,
    style: Literal["table", "json", "prometheus", "influx"],
    oids: bool,
    node: str | None,
    timeout: float,
    retries: int,
    deadline: float,
    language: Literal["en", "vi"],
) -> None:
    """Read one device now: every metric that its profile knows, with units and sources.

    \b
    omc poll 10.1.2.3
    omc poll 10.1.2.3 --community secret --format json
    omc poll '[2001:db8::1]:1161' --user omc --auth sha256 --priv aes128   (keys: see below)

    \b
    Exit codes: 0 something was read, 1 the device answered nothing that is known, 2 wrong usage,
    3 unreachable, 4 authentication refused.
    """  # noqa: D301 - click wants the control character
    address, port = _split(endpoint)
    version = snmp_version or ("3" if user else "2c")
    credentials = _credentials(
        version, community, user, auth, auth_key, priv, priv_key, key_expansion
    )
    from collector.snmp.credentials import Target

    target = Target(address, port, credentials, timeout=timeout, retries=retries)
    wish = _Wish(target, profile, node or address, deadline)
    sys.exit(_poll_and_print(wish, style, language, oids=oids))


def _split(endpoint: str) -> tuple[str, int]:
    """`host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address."""
    host, port = endpoint, "161"
    if endpoint.startswith("["):
        host, bracket, rest = endpoint[1:].partition("]")
        port = rest.removeprefix(":") or "161"
        if not bracket or (rest and not rest.startswith(":")):
            raise click.UsageError(f"{endpoint!r} is no address: write [IPv6]:PORT")
    elif endpoint.count(":") == 1:
        host, port = endpoint.split(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.UsageError(f"{endpoint!r} is no ADDRESS[:PORT] with a port from 1 to 65535")
    return host, int(port)


def _credentials(
    version: str,
    community: str,
    user: str | None,
    auth: str | None,
    auth_key: str | None,
    priv: str | None,
    priv_key: str | None,
    key_expansion: str,
) -> Credentials:
    from collector.snmp.credentials import (
        AuthProtocol,
        Community,
        KeyExpansion,
        PrivProtocol,
        UsmUser,
        Version,
    )

    if version != "3":
        if user or auth or priv:
            raise click.UsageError(f"--user, --auth and --priv are for version 3, not {version}")
        return Community(Version(version), community)
    if not user:
        raise click.UsageError("version 3 needs --user")
    try:
        return UsmUser(
            user,
            AuthProtocol(auth) if auth else None,
            auth_key or "",
            PrivProtocol(priv) if priv else None,
            priv_key or "",
            KeyExpansion(key_expansion),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _poll_and_print(
    wish: _Wish,
    style: Literal["table", "json", "prometheus", "influx"],
    language: Literal["en", "vi"],
    *,
    oids: bool,
) -> int:
    from collector.profile_set import ProfileSet
    from omc.core.catalogue import Catalogue
    from omc.core.errors import AuthenticationRefused, SourceError
    from omc.core.resources import config_folder

    catalogue = Catalogue.load(config_folder() / "metrics")
    profiles = ProfileSet.load([config_folder() / "profiles"], catalogue)
    if wish.profile not in ("auto", *profiles.names):
        names = ", ".join(profiles.names)
        raise click.UsageError(f"there is no profile {wish.profile!r}; there are: {names}")
    began = time.monotonic()
    try:
        profile, result = asyncio.run(_ask(wish, catalogue, profiles))
    except AuthenticationRefused as error:
        _complain(str(error), "Check --user, --auth, --auth-key, --priv and --priv-key.")
        return EXIT_REFUSED
    except SourceError as error:
        _complain(str(error), *_advice(wish.target))
        return EXIT_UNREACHABLE
    from omc.cli.poll_output import Reading, write

    write(Reading(profile, result, time.monotonic() - began, catalogue), style, language, oids=oids)
    for problem in result.problems:
        click.echo(f"incomplete: {problem}", err=True)
    return 0 if result.samples else EXIT_NOTHING_READ


async def _ask(wish: _Wish, catalogue: Catalogue, profiles: ProfileSet) -> tuple[str, PollResult]:
    from collector.snmp.client import SnmpClient
    from collector.snmp.device import Device, PlanBook, PollResult
    from omc.core.clock import SystemClock
    from omc.core.model import SeriesTable

    clock = SystemClock()
    result = PollResult()
    async with SnmpClient(clock) as client:
        session = client.session(wish.target)
        device = Device(
            wish.node,
            {"node": wish.node},
            60.0,
            wish.profile,
            PlanBook(profiles, catalogue),
            SeriesTable(),
            clock,
            session.limits,
            with_origins=True,
            whole_sweeps=True,
        )
        await session.run(device.poll(result), wish.deadline)
    return device.profile, result


def _advice(target: Target) -> list[str]:
    from collector.snmp.credentials import Community

    advice = [f"Is the device up, and does UDP port {target.port} reach it from here?"]
    if isinstance(target.credentials, Community):
        advice.append("A wrong community is met with silence: check --community.")
        advice.append("Old devices speak version 1 only: try --snmp-version 1.")
    else:
        advice.append("Some agents meet an unknown --user or wrong keys with silence.")
    advice.append("A slow device may need a longer --timeout.")
    return advice


def _complain(text: str, *advice: str) -> None:
    click.echo(f"omc poll: {text}", err=True)
    for line in advice:
        click.echo(f"  {line}", err=True)
