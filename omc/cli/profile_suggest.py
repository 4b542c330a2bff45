"""`omc profile suggest`: a profile drafted from a walk, or from a device, and its MIB files."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli import EXIT_REFUSED, EXIT_UNREACHABLE
from omc.cli.credential_options import CredentialOptions, credential_options

if TYPE_CHECKING:
    from collector.drafting.mib import MibSet
    from collector.drafting.walk import Walk

#: Rows of one column, or of one subtree, that a device is asked for.
_MOST_ROWS = 2000


@click.command()
@click.argument("source", metavar="ADDRESS[:PORT]|WALK.snmprec")
@click.option(
    "--mib",
    "mibs",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A MIB file of the device; once for each.",
)
@click.option(
    "--subtree",
    "subtrees",
    multiple=True,
    metavar="OID",
    help="Also read this subtree of a device; without it only the objects of the MIBs are read.",
)
@credential_options
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write NAME.yaml instead of printing it; the profile is called NAME.",
)
def suggest(
    source: str,
    mibs: tuple[Path, ...],
    subtrees: tuple[str, ...],
    output: Path | None,
    *,
    access: CredentialOptions,
) -> None:
    """Draft a profile: names, units and sentinels from the MIBs, to be reviewed by a person.

    A recording is read whole. Of a device only the objects of the MIBs and the given subtrees are
    read, 2,000 rows each at most: a vendor's whole tree is never walked unasked, because some hold
    passwords, and some load the device.

    \b
    omc profile suggest rectifier.snmprec --mib ACME-POWER-MIB.txt -o acme-dc.yaml
    omc profile suggest 10.1.2.3 --mib ACME-POWER-MIB.txt --community secret
    """  # noqa: D301 - click wants the control character
    from collector.drafting.draft import draft
    from collector.drafting.mib import MibSet
    from omc.cli.profile import load_profiles

    if output is not None and output.exists():
        raise click.UsageError(f"{output} is already there, and never overwritten")
    known = MibSet.load(mibs)
    walk = _walk(source, known, subtrees, access)
    catalogue, _ = load_profiles()
    name = output.stem if output is not None else "draft"
    text = draft(name, walk, known, catalogue)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error
    load_profiles(output)  # a draft is always valid
    click.echo(f"written to {output}; try it: omc profile test {output} WALK.snmprec")


def _walk(source: str, mibs: MibSet, subtrees: tuple[str, ...], access: CredentialOptions) -> Walk:
    from collector.drafting.walk import Walk
    from omc.cli.replay import load

    file = Path(source)
    if file.suffix == ".snmprec" or file.is_file():
        recording = load(file)
        values = {oid: recording.value(place) for place, oid in enumerate(recording.oids)}
        return Walk(values)
    if not mibs.objects and not subtrees:
        raise click.UsageError(
            "say with --mib or --subtree what to read: a vendor's tree is not walked unasked"
        )
    return _ask(source, mibs, subtrees, access)


def _ask(source: str, mibs: MibSet, subtrees: tuple[str, ...], access: CredentialOptions) -> Walk:
    from collector.drafting.walk import Walk
    from collector.snmp.credentials import Target
    from omc.cli.poll_credentials import credentials_of, split_endpoint
    from omc.core.errors import AuthenticationRefused, SourceError
    from omc.service.bounded_walk import bounded_walk
    from omc.simulator.recording import parse_oid

    address, port = split_endpoint(source, "en")
    target = Target(address, port, credentials_of(access, "en"), timeout=5.0, retries=1)
    try:
        wanted = [parse_oid(subtree) for subtree in subtrees]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--subtree") from None
    columns = [object_.oid for object_ in mibs.objects] + wanted
    progress = click.progressbar(columns, label="Reading", file=sys.stderr)
    try:
        with progress as shown:
            return Walk(asyncio.run(bounded_walk(target, shown, _MOST_ROWS)))
    except SourceError as error:
        click.echo(f"{source}: {error}", err=True)
        refused = isinstance(error, AuthenticationRefused)
        raise SystemExit(EXIT_REFUSED if refused else EXIT_UNREACHABLE) from None
