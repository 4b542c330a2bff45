"""`omc metrics`: the catalogue for people (tables, explanations) and for programs (JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from omc.core.catalogue import Catalogue, Metric


#: `\b` keeps click from joining the lines.
_EXAMPLES = """\b
Examples:
  omc metrics                              all metrics, by topic
  omc metrics battery_voltage_volts        everything about one
  omc metrics --language vi                in Vietnamese
"""


@click.command(epilog=_EXAMPLES)
@click.argument("name", required=False)
@click.option(
    "--language",
    type=click.Choice(["en", "vi"]),
    default="en",
    show_default=True,
    help="Language of the explanations.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table for people, json for programs (one object a line, both languages).",
)
@click.option("--markdown", is_flag=True, help="Print the document that docs/metrics.md holds.")
@click.option(
    "--catalogue",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of metric files, instead of the one that is shipped.",
)
def metrics(
    name: str | None, language: str, format_: str, markdown: bool, folder: str | None
) -> None:
    """List the metrics of the catalogue, or explain the one called NAME."""
    if markdown and (name or format_ == "json"):
        raise click.UsageError("--markdown prints the whole catalogue: no NAME, no --format json.")
    catalogue = _load(folder)
    if markdown:
        from omc.core.catalogue_markdown import markdown as whole_document

        click.echo(whole_document(catalogue), nl=False)
        return
    chosen = [_find(name, catalogue)] if name else list(catalogue)
    if format_ == "json":
        _print_json(chosen, catalogue)
    elif name:
        _print_explanation(chosen[0], catalogue, language)
    else:
        _print_topics(catalogue, language)


def _load(folder: str | None) -> Catalogue:
    from pathlib import Path

    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder

    return Catalogue.load(Path(folder) if folder else config_folder() / "metrics")


def _find(name: str, catalogue: Catalogue) -> Metric:
    """The metric of that name.

    Raises:
        click.BadParameter: there is none; its text names the nearest ones (exit code 2).
    """
    if name in catalogue:
        return catalogue.metric(name)
    near = _near(name, [metric.name for metric in catalogue])
    hint = f" Did you mean {', '.join(near)}?" if near else " `omc metrics` lists them all."
    raise click.BadParameter(f"there is no metric {name!r}.{hint}", param_hint="NAME")


def _near(name: str, names: list[str]) -> list[str]:
    """Up to five names that contain what was typed or look like it, best first."""
    from difflib import get_close_matches

    containing = [candidate for candidate in names if name.lower() in candidate]
    similar = get_close_matches(name.lower(), names, n=5, cutoff=0.6)
    return list(dict.fromkeys([*similar, *containing]))[:5]


def _print_json(chosen: list[Metric], catalogue: Catalogue) -> None:
    import json

    topic_of = {m.name: topic for topic, (_, group) in catalogue.topics.items() for m in group}
    for metric in chosen:
        entry: dict[str, Any] = {"topic": topic_of[metric.name]}
        entry |= metric.model_dump(mode="json", exclude_defaults=True)
        click.echo(json.dumps(entry, ensure_ascii=False))


def _print_explanation(metric: Metric, catalogue: Catalogue, language: str) -> None:
    from rich.table import Table

    from omc.core.metric_text import explain

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for title, lines in explain(metric, catalogue, language):
        table.add_row(title, _plain("\n".join(lines)))
    _print(_plain(metric.name, "bold cyan"), table)


def _print_topics(catalogue: Catalogue, language: str) -> None:
    for title, group in catalogue.topics.values():
        _print(_topic_table(title.of(language), group, language))


def _topic_table(title: str, group: tuple[Metric, ...], language: str) -> Table:
    from rich import box
    from rich.table import Table

    from omc.core.quantity_text import unit_text

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for heading in _HEADINGS[language]:
        table.add_column(heading, no_wrap=heading != _HEADINGS[language][-1])
    for metric in group:
        unit = unit_text(metric.unit)
        table.add_row(
            _plain(metric.name, "cyan"), metric.kind, unit, _plain(metric.help.of(language))
        )
    return table


#: Columns when nobody watches: wide enough that a line of the list stays one line for grep.
_WIDTH_OF_A_PIPE = 240

_HEADINGS = {
    "en": ("Metric", "Kind", "Unit", "Meaning"),
    "vi": ("Chỉ số", "Loại", "Đơn vị", "Ý nghĩa"),
}


def _plain(text: str, style: str = "") -> Any:
    """Text that rich prints as it stands, brackets included."""
    from rich.text import Text

    return Text(text, style=style)


def _print(*what: Any) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_A_PIPE)
    for part in what:
        console.print(part)
