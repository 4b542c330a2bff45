"""`omc profile`: which profiles there are, what one reads, and how it does on a recording."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omc.cli.lazy_group import GroupInOrder
from omc.cli.profile_suggest import suggest

if TYPE_CHECKING:
    from collector.profiles.plan import Plan
    from collector.profiles.profile_set import ProfileSet
    from omc.core.catalogue import Catalogue


@click.group(cls=GroupInOrder)
def profile() -> None:
    """Device profiles: list them, look into one, try one on a recording, draft a new one."""


@profile.command("list")
def list_command() -> None:
    """Every profile that is shipped: what it reads, and how well that is known."""
    from rich.console import Console
    from rich.table import Table

    _, profiles = load_profiles()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("profile", "evidence", "title"):
        table.add_column(heading, no_wrap=heading != "title")
    for name in profiles.names:
        found = profiles.get(name)
        table.add_row(name, found.evidence, found.title)
    Console().print(table)


@profile.command()
@click.argument("name")
def show(name: str) -> None:
    """What a profile reads: every object with its metric, and how often."""
    from rich.console import Console

    from collector.profiles.plan import compile_plan

    catalogue, profiles = load_profiles()
    name = chosen(name, profiles)
    plan = compile_plan(profiles.resolve(name), catalogue)
    found = profiles.get(name)
    console = Console(width=None if Console().is_terminal else 200)
    console.print(f"[bold]{name}[/]: {found.title}", highlight=False)
    console.print(f"evidence: {found.evidence}; MIBs: {', '.join(found.mibs) or 'none named'}")
    parents = [parent.name for parent in profiles.resolve(name)[1:]]
    console.print(f"reads also: {', '.join(parents) or 'nothing'}")
    console.print(_rules_table(plan, profiles, name))


def _rules_table(plan: Plan, profiles: ProfileSet, name: str) -> object:
    from rich.table import Table

    objects = {
        rule.oid: rule.object
        for member in profiles.resolve(name)
        for rule in (*member.scalars, *(r for t in member.tables for r in t.metrics))
    }
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("read", "oid", "object", "metric"):
        table.add_column(heading, no_wrap=True)
    for task in plan.tasks:
        for oid, rules in plan.rules[task.name].items():
            metrics = dict.fromkeys(m.metric.name for rule in rules for _, m in rule.cases)
            table.add_row(task.name, oid, objects.get(oid) or "", ", ".join(metrics))
    return table


@profile.command("test")
@click.argument("name", metavar="PROFILE")
@click.argument(
    "file", metavar="FILE.snmprec", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--read", "part", flag_value="read", help="Only what is read.")
@click.option("--dropped", "part", flag_value="dropped", help="Only what is dropped, and why.")
@click.option("--unread", "part", flag_value="unread", help="Only what no profile reads.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="json is one object a line.",
)
def test_command(name: str, file: Path, part: str | None, style: str) -> None:
    """Read a recording with a profile: what is read, what is dropped and why, what nobody reads.

    PROFILE is the name of a shipped profile, a YAML file of your own, or auto to detect it.
    """
    from omc.cli.profile_trial_output import write_trial
    from omc.cli.replay import load
    from omc.service.profile_trial import try_profile

    own = Path(name) if name.endswith(".yaml") else None
    catalogue, profiles = load_profiles(own)
    wanted = own.stem if own is not None else chosen(name, profiles)
    recording = load(file)
    try:
        trial = asyncio.run(try_profile(recording, wanted, catalogue, profiles))
    except OSError as error:
        raise click.ClickException(f"no socket could be opened: {error}") from error
    write_trial(trial, recording, part, style)


def load_profiles(own: Path | None = None) -> tuple[Catalogue, ProfileSet]:
    """The shipped catalogue and profiles, and one file more.

    Raises:
        ConfigurationError: the file is no profile.
    """
    from collector.profiles.profile_set import ProfileSet
    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder

    catalogue = Catalogue.load(config_folder() / "metrics")
    places = [config_folder() / "profiles", *([own] if own is not None else [])]
    return catalogue, ProfileSet.load(places, catalogue)


def chosen(name: str, profiles: ProfileSet) -> str:
    """A profile's name, or `auto`.

    Raises:
        click.BadParameter: there is no such profile.
    """
    from difflib import get_close_matches

    if name in ("auto", *profiles.names):
        return name
    close = get_close_matches(name, profiles.names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "`omc profile list` has them all"
    raise click.BadParameter(f"there is no profile {name!r}; {hint}", param_hint="PROFILE")


profile.add_command(suggest)
