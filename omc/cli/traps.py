"""`omc traps`: which traps the running service has heard, and what is not understood of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from omc.cli.alarms import service_options
from omc.cli.api_client import ApiClient


@click.command()
@service_options
@click.option("--unknown", is_flag=True, help="Only those that are not understood.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def traps(config: Path, language: str | None, *, unknown: bool, as_json: bool) -> None:
    """Kinds of traps by source since the service started, the one that came last first."""
    client = ApiClient.of_settings(config, language)
    found = client.get("/traps", unknown="true" if unknown else "false")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(line for heard in found for line in _lines(client, heard)) or "No traps.")


def _lines(client: ApiClient, heard: dict[str, Any]) -> list[str]:
    where = f"{heard['node']} ({heard['source']})" if heard["node"] else heard["source"]
    what = f"{heard['name']}: {heard['title']}" if heard["name"] else heard["oid"]
    mark = "" if heard["understanding"] == "known" else f"[{heard['understanding']}]"
    parts = [client.moment(heard["last_ms"]), f"{heard['count']} ×", where, what, mark]
    lines = ["  ".join(part for part in parts if part)]
    if heard["understanding"] != "known":
        lines += [f"      {name} = {value}" for name, value in heard["objects"].items()]
    return lines
