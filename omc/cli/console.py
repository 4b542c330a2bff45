"""`omc console`: the way into the console from this machine, without a password."""

from __future__ import annotations

from pathlib import Path

import click

from omc.cli.api_client import ApiClient


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("omc.yaml"),
    show_default=True,
    help="The settings of the service.",
)
def console(config: Path) -> None:
    """Print the address of the console of the running service, with a token that lets you in.

    The token is the one in OMC_TOKEN, or this machine's own, which is an administrator's: give the
    address to nobody.
    """
    client = ApiClient.of_settings(config, None)
    click.echo(f"{client.url}/enter?token={client.token}")
