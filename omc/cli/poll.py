"""`omc poll`: read one device now, without any configuration."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from omc.cli import EXIT_REFUSED, EXIT_UNREACHABLE, poll_text
from omc.cli.credential_options import CredentialOptions, credential_options
from omc.cli.poll_text import Language

if TYPE_CHECKING:
    from collector.snmp.credentials import Target

#: The device answered, but nothing that any profile reads.
EXIT_NOTHING_READ = 1


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the command line asks for."""

    target: Target
    profile: str
    node: str
    deadline: float


@click.command()
@click.argument("endpoint", metavar="ADDRESS[:PORT]")
@credential_options
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
    access: CredentialOptions,
    profile: str,
    style: Literal["table", "json", "prometheus", "influx"],
    oids: bool,
    node: str | None,
    timeout: float,
    retries: int,
    deadline: float,
    language: Language,
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
    from collector.snmp.credentials import Target
    from omc.cli.poll_credentials import credentials_of, split_endpoint

    address, port = split_endpoint(endpoint, language)
    credentials = credentials_of(access, language)
    target = Target(address, port, credentials, timeout=timeout, retries=retries)
    wish = _Wish(target, profile, node or address, deadline)
    sys.exit(_poll_and_print(wish, style, language, oids=oids))


def _poll_and_print(
    wish: _Wish,
    style: Literal["table", "json", "prometheus", "influx"],
    language: Language,
    *,
    oids: bool,
) -> int:
    from difflib import get_close_matches

    from collector.profiles.profile_set import ProfileSet
    from omc.core.catalogue import Catalogue
    from omc.core.errors import AuthenticationRefused, SourceError
    from omc.core.resources import config_folder
    from omc.service.single_poll import poll_once

    catalogue = Catalogue.load(config_folder() / "metrics")
    profiles = ProfileSet.load([config_folder() / "profiles"], catalogue)
    if wish.profile not in ("auto", *profiles.names):
        near = get_close_matches(wish.profile, profiles.names, n=1)
        phrase = poll_text.NEAR_PROFILE if near else poll_text.NO_PROFILE
        raise click.UsageError(phrase.of(language, name=wish.profile, near="".join(near)))
    began = time.monotonic()
    try:
        profile, result = asyncio.run(
            poll_once(wish.target, wish.profile, wish.node, wish.deadline, catalogue, profiles)
        )
    except SourceError as error:
        from omc.cli.poll_failure import complaint

        for line in complaint(error, wish.target, wish.deadline, language):
            click.echo(line, err=True)
        refused = isinstance(error, AuthenticationRefused)
        return EXIT_REFUSED if refused else EXIT_UNREACHABLE
    from omc.cli.poll_output import Reading, write

    write(Reading(profile, result, time.monotonic() - began, catalogue), style, language, oids=oids)
    for problem in result.problems:
        click.echo(poll_text.INCOMPLETE.of(language, problem=problem), err=True)
    return 0 if result.samples else EXIT_NOTHING_READ
