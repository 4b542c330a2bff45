"""`omc alarms`: what is wrong, and what people do about it, in a running service."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from omc.cli.alarm_export import export_rules
from omc.cli.api_client import ApiClient
from omc.cli.lazy_group import GroupInOrder
from omc.cli.simulate_options import DURATION

#: Alarms that an ambiguous key is answered with.
_MOST_SHOWN = 10
#: On the screen of `watch`.
_LINES_OF_AN_ALARM = 3

_SEVERITIES = ["indeterminate", "warning", "minor", "major", "critical"]


def service_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which service is meant, and in which language."""
    command = click.option(
        "--language", type=click.Choice(["vi", "en"]), help="Of texts; the settings' by default."
    )(command)
    return click.option(
        "-c",
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path("omc.yaml"),
        show_default=True,
        help="Settings of the running service.",
    )(command)


@click.group(cls=GroupInOrder)
def alarms() -> None:
    """Alarms of the running service: list, show, acknowledge, clear, silence.

    KEY is an alarm's key as `list` shows it, or any part of it that fits only one alarm.
    """


@alarms.command("list")
@service_options
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Only this bad or worse.")
@click.option("--all", "everything", is_flag=True, help="Also what a root cause explains.")
@click.option("--cleared", is_flag=True, help="Also those that are over.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_alarms(
    config: Path,
    language: str | None,
    severity: str | None,
    limit: int,
    *,
    everything: bool,
    cleared: bool,
    as_json: bool,
) -> None:
    """What is wrong now, the worst first; what a root cause explains is folded beneath it."""
    client = ApiClient.of_settings(config, language)
    found = _read(client, severity, limit, everything=everything, cleared=cleared)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    click.echo(_listing(client, found) if found else _nothing(client, severity))
    if len(found) == limit:
        click.echo(_more(client))


def _nothing(client: ApiClient, severity: str | None) -> str:
    """Nothing to list, but there may be alarms that wait beneath a root cause that is over."""
    active = client.get("/alarms/counts")["active"]
    if severity is not None or not active:
        return "No alarms."
    return f"No root causes; {active:,} alarms wait beneath one that is over: --all shows them."


def _more(client: ApiClient) -> str:
    """How many there are, where only the first are shown."""
    counts = client.get("/alarms/counts")
    by_severity = ", ".join(f"{n:,} {word}" for word, n in counts["severities"].items())
    return f"... of {counts['active']:,} active alarms: {by_severity}"


def _read(
    client: ApiClient, severity: str | None, limit: int, *, everything: bool, cleared: bool
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(
        "/alarms",
        mildest=severity,
        roots_only="false" if everything else "true",
        cleared="true" if cleared else "false",
        limit=limit,
    )
    return found


def _listing(client: ApiClient, found: list[dict[str, Any]]) -> str:
    lines = []
    for alarm in found:
        marks = [
            f"[+{alarm['children']}]" if alarm["children"] else "",
            f"[{alarm['acknowledged']['who']}]" if alarm["acknowledged"] else "",
            f"[→ {alarm['assigned']}]" if alarm["assigned"] else "",
            "[~]" if alarm["flapping"] else "",
            f"[{alarm['suppressed']}]" if alarm["suppressed"] else "",
        ]
        parts = (client.moment(alarm["raised_ms"]), alarm["title"], *marks)
        lines.append(" ".join(part for part in parts if part))
        lines.append(f"      {alarm['key']}")
        lines += [f"      {line}" for line in alarm["text"][:1]]
    return "\n".join(lines)


@alarms.command()
@service_options
@click.option("--every", type=DURATION, default="2s", show_default=True, help="How often to look.")
def watch(config: Path, language: str | None, every: float) -> None:
    """A list that stays and follows what happens; Ctrl-C ends it."""
    client = ApiClient.of_settings(config, language)
    try:
        while True:
            rows = max(1, (shutil.get_terminal_size().lines - 4) // _LINES_OF_AN_ALARM)
            found = _read(client, None, rows, everything=False, cleared=False)
            listing = _listing(client, found) if found else _nothing(client, None)
            listing += f"\n{_more(client)}" if len(found) == rows else ""
            click.clear()
            click.echo(f"{datetime.now(client.zone):%H:%M:%S}  {client.url}\n\n{listing}")
            time.sleep(every)
    except KeyboardInterrupt:
        click.echo()


@alarms.command()
@service_options
@click.argument("key")
def show(config: Path, language: str | None, key: str) -> None:
    """One alarm: what it says, what it explains, what happened."""
    client = ApiClient.of_settings(config, language)
    alarm = client.get("/alarms/one", key=_key(client, key))
    click.echo("\n".join([alarm["title"], *alarm["text"], "", alarm["key"]]))
    if alarm["root"]:
        click.echo(f"  root: {alarm['root']}")
    children = client.get("/alarms", root=alarm["key"], limit=1000)
    for child in children:
        click.echo(f"  + {child['title']}")
    click.echo()
    _echo_history(client, client.get("/alarms/history", key=alarm["key"], limit=50))


@alarms.command()
@service_options
@click.argument("key", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def history(config: Path, language: str | None, key: str | None, limit: int) -> None:
    """What happened, newest first: to one alarm, or to all."""
    client = ApiClient.of_settings(config, language)
    wanted = _key(client, key) if key else None
    changes = client.get("/alarms/history", key=wanted, limit=limit)
    _echo_history(client, changes, with_keys=key is None)


def _echo_history(
    client: ApiClient, changes: list[dict[str, Any]], *, with_keys: bool = False
) -> None:
    for change in changes:
        parts = [
            client.moment(change["time_ms"]),
            f"{change['kind']:<14}",
            f"{change['severity']:<9}",
            change["key"] if with_keys else "",
            change["who"],
            change["text"],
        ]
        click.echo("  ".join(part for part in parts if part).rstrip())


def _remark_command(name: str, path: str, help_text: str, *, text_required: bool = False) -> None:
    """One of the commands that name an alarm and say something to it."""

    @alarms.command(name, help=help_text)
    @service_options
    @click.argument("key")
    @click.argument("text", required=text_required)
    def command(config: Path, language: str | None, key: str, text: str | None) -> None:
        client = ApiClient.of_settings(config, language)
        alarm = client.post(path, {"key": _key(client, key), "text": text or ""})
        click.echo(alarm["title"])


_remark_command("ack", "/alarms/acknowledge", "Acknowledge an alarm: you take care of it.")
_remark_command("unack", "/alarms/unacknowledge", "Take an acknowledgement back.")
_remark_command(
    "clear", "/alarms/clear", "Clear an alarm by hand; it comes back if it is still so."
)
_remark_command(
    "comment", "/alarms/comment", "Add a remark to an alarm's history.", text_required=True
)


@alarms.command()
@service_options
@click.argument("key")
@click.argument("to", required=False)
def assign(config: Path, language: str | None, key: str, to: str | None) -> None:
    """Give an alarm to somebody; without TO, to nobody."""
    client = ApiClient.of_settings(config, language)
    alarm = client.post("/alarms/assign", {"key": _key(client, key), "to": to})
    click.echo(f"{alarm['title']}  [{alarm['assigned'] or '-'}]")


@alarms.command()
@service_options
def rules(config: Path, language: str | None) -> None:
    """Every kind of alarm, and what it means."""
    client = ApiClient.of_settings(config, language)
    for rule in client.get("/rules"):
        click.echo(
            f"{rule['name']}: {rule['title']}\n    {rule['meaning']}\n    → {rule['action']}"
        )


@alarms.command()
@service_options
@click.argument("name")
@click.option("--for", "seconds", type=DURATION, required=True, help="How long: 2h, 30m ...")
@click.option("--in", "delay", type=DURATION, default=0.0, help="Begin later: 8h ...")
@click.option("--reason", default="", help="In your words.")
@click.option("--site", "sites", multiple=True, help="Code; may be repeated.")
@click.option("--node", "nodes", multiple=True, help="Name; may be repeated.")
@click.option("--area", "areas", multiple=True, help="Code; may be repeated.")
@click.option("--span", "spans", multiple=True, help="Name; may be repeated.")
@click.option("--everywhere", is_flag=True, help="The whole network.")
def silence(
    config: Path,
    language: str | None,
    name: str,
    seconds: float,
    delay: float,
    reason: str,
    sites: tuple[str, ...],
    nodes: tuple[str, ...],
    areas: tuple[str, ...],
    spans: tuple[str, ...],
    *,
    everywhere: bool,
) -> None:
    """Announce planned work NAME: alarms within it are recorded, and nobody is told."""
    if not (sites or nodes or areas or spans or everywhere):
        raise click.UsageError("say where: --site, --node, --area, --span or --everywhere")
    begins = time.time() + delay
    window = {
        "name": name,
        "begins_ms": round(begins * 1000),
        "ends_ms": round((begins + seconds) * 1000),
        "reason": reason,
        "sites": sites,
        "nodes": nodes,
        "areas": areas,
        "spans": spans,
    }
    client = ApiClient.of_settings(config, language)
    made = client.post("/maintenance", window)
    click.echo(f"{name}: {client.moment(made['begins_ms'])} – {client.moment(made['ends_ms'])}")


@alarms.command()
@service_options
@click.argument("name")
def unsilence(config: Path, language: str | None, name: str) -> None:
    """End planned work NAME, or call it off."""
    ApiClient.of_settings(config, language).call("DELETE", "/maintenance", {"name": name})
    click.echo(f"{name}: ended")


@alarms.command()
@service_options
def silences(config: Path, language: str | None) -> None:
    """Planned work that was announced."""
    client = ApiClient.of_settings(config, language)
    windows = client.get("/maintenance")
    if not windows:
        click.echo("No planned work.")
    for window in windows:
        places = [*window["sites"], *window["nodes"], *window["areas"], *window["spans"]]
        when = f"{client.moment(window['begins_ms'])} – {client.moment(window['ends_ms'])}"
        click.echo(
            f"{window['name']}: {when}  "
            f"{', '.join(places) or 'everywhere'}  {window['who']}  {window['reason']}".rstrip()
        )


@alarms.command()
@service_options
@click.argument("route")
def test(config: Path, language: str | None, route: str) -> None:
    """Send a test message through ROUTE of the settings."""
    ApiClient.of_settings(config, language).post("/notifications/test", {"route": route})
    click.echo(f"{route}: delivered")


@alarms.command()
@service_options
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def notifications(config: Path, language: str | None, limit: int) -> None:
    """Who was told what, newest first."""
    client = ApiClient.of_settings(config, language)
    messages = client.get("/notifications", limit=limit)
    if not messages:
        click.echo("Nobody was told anything: alarms.routes in the settings say who is to be.")
    for told in messages:
        parts = [
            client.moment(told["time_ms"]),
            told["route"],
            told["kind"],
            told["key"],
            told["result"],
        ]
        click.echo("  ".join(part for part in parts if part))


def _key(client: ApiClient, part: str) -> str:
    """The key of the one alarm that a part of a key fits: of those that are over, if none lasts."""
    for cleared in ("false", "true"):
        found = client.get("/alarms", part=part, cleared=cleared, limit=_MOST_SHOWN + 1)
        keys = [str(alarm["key"]) for alarm in found]
        if part in keys:
            return part
        if len(keys) == 1:
            return keys[0]
        if keys:
            shown = "\n  ".join(keys[:_MOST_SHOWN])
            more = "" if len(keys) <= _MOST_SHOWN else "\n  ..."
            raise click.ClickException(f"{part!r} fits several alarms:\n  {shown}{more}")
    raise click.ClickException(f"no alarm has {part!r} in its key; `omc alarms list --all`")


alarms.add_command(export_rules)
