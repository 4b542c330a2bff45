"""Whom a command asks and as whom, from its command line; what is wrong is wrong usage."""

from __future__ import annotations

import click

from collector.snmp.credentials import (
    AuthProtocol,
    Community,
    Credentials,
    KeyExpansion,
    PrivProtocol,
    UsmUser,
    Version,
)
from omc.cli import poll_text as text
from omc.cli.credential_options import CredentialOptions
from omc.cli.poll_text import Language

_SHORTEST_KEY = 8  # octets; RFC 3414, 11.2


def split_endpoint(endpoint: str, language: Language) -> tuple[str, int]:
    """`host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address."""
    host, port = endpoint, "161"
    if endpoint.startswith("["):
        host, bracket, rest = endpoint[1:].partition("]")
        port = rest.removeprefix(":") or "161"
        if not bracket or (rest and not rest.startswith(":")):
            raise click.UsageError(text.NOT_IPV6.of(language, endpoint=endpoint))
    elif endpoint.count(":") == 1:
        host, port = endpoint.split(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise click.UsageError(text.NOT_AN_ENDPOINT.of(language, endpoint=endpoint))
    return host, int(port)


def credentials_of(options: CredentialOptions, language: Language) -> Credentials:
    """A community, or a user where version 3 is asked for or a user is given."""
    version = options.snmp_version or ("3" if options.user else "2c")
    if version != "3":
        if options.user or options.auth or options.priv:
            raise click.UsageError(text.ONLY_VERSION_3.of(language, version=version))
        return Community(Version(version), options.community)
    if not options.user:
        raise click.UsageError(text.NEEDS_USER.of(language))
    if options.priv and not options.auth:
        raise click.UsageError(text.PRIV_NEEDS_AUTH.of(language))
    if options.auth:
        _check_key("--auth", "OMC_AUTH_KEY", options.auth_key, language)
    if options.priv:
        _check_key("--priv", "OMC_PRIV_KEY", options.priv_key, language)
    return UsmUser(
        options.user,
        AuthProtocol(options.auth) if options.auth else None,
        options.auth_key or "",
        PrivProtocol(options.priv) if options.priv else None,
        options.priv_key or "",
        KeyExpansion(options.key_expansion),
    )


def _check_key(option: str, variable: str, key: str | None, language: Language) -> None:
    if not key:
        raise click.UsageError(text.NEEDS_KEY.of(language, option=option, variable=variable))
    if len(key.encode()) < _SHORTEST_KEY:
        raise click.UsageError(text.SHORT_KEY.of(language, option=option))
