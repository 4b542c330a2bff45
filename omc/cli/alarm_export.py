"""`omc alarms export-rules`: the rules as rule files of Prometheus."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("export-rules")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--rules",
    "own",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="Folder of rules of your own, as in alarms.rules of the settings; may be repeated.",
)
@click.option(
    "--language",
    type=click.Choice(["vi", "en"]),
    default="vi",
    show_default=True,
    help="Of summaries and next steps.",
)
def export_rules(folder: Path, own: tuple[Path, ...], language: str) -> None:
    """Write the rules as rule files of Prometheus into FOLDER, and what it cannot judge beside."""
    from omc.alarms.rules.rule_files import LEFT_OUT_FILE, rule_files
    from omc.alarms.rules.rule_set import RuleSet
    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder

    catalogue = Catalogue.load(config_folder() / "metrics")
    rules = RuleSet.load([config_folder() / "alarms", *own], catalogue)
    made = rule_files(rules, catalogue, language)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(f"{folder}: {made.exported} rules in {len(made.files) - 1} files")
    click.echo(f"{len(made.left_out)} cannot be judged by Prometheus, see {LEFT_OUT_FILE}:")
    click.echo("  " + ", ".join(made.left_out))
