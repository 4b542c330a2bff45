"""The options of every command that asks a device: as whom, in which version of SNMP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

import click

_AUTH = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_PRIV = ("des", "aes128", "aes192", "aes256")


@dataclass(frozen=True, slots=True, repr=False)
class CredentialOptions:
    """The options as they were given."""

    snmp_version: str | None
    community: str
    user: str | None
    auth: str | None
    auth_key: str | None
    priv: str | None
    priv_key: str | None
    key_expansion: str


_OPTIONS = (
    click.option(
        "--snmp-version", type=click.Choice(["1", "2c", "3"]), help="Default: 2c, or 3 with --user."
    ),
    click.option(
        "--community",
        envvar="OMC_COMMUNITY",
        default="public",
        show_envvar=True,
        help="For versions 1 and 2c. Default: public.",
    ),
    click.option("--user", help="User of SNMPv3."),
    click.option("--auth", type=click.Choice(_AUTH), help="Authentication of SNMPv3."),
    click.option("--auth-key", envvar="OMC_AUTH_KEY", show_envvar=True, help="Password of --auth."),
    click.option("--priv", type=click.Choice(_PRIV), help="Privacy of SNMPv3."),
    click.option("--priv-key", envvar="OMC_PRIV_KEY", show_envvar=True, help="Password of --priv."),
    click.option(
        "--key-expansion",
        type=click.Choice(["blumenthal", "cisco"]),
        default="blumenthal",
        show_default=True,
        help="How aes192 and aes256 stretch a short key.",
    ),
)


def credential_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; it gets them as one argument `access`."""

    @wraps(command)
    def collected(*args: Any, **given: Any) -> None:
        access = {field.name: given.pop(field.name) for field in fields(CredentialOptions)}
        command(*args, access=CredentialOptions(**access), **given)

    decorated: Callable[..., None] = collected
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated
