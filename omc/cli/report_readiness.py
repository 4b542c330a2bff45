"""`omc report 5g-readiness`: which sites should have 5G next, and why."""

from __future__ import annotations

from pathlib import Path

import click

from omc.cli.report_options import Order, report_options

_EXAMPLES = """\b
Examples:
  omc report 5g-readiness --sites 20
  omc report 5g-readiness --sites 50 --format xlsx,pdf,gpkg -o plan
"""


@click.command(name="5g-readiness", epilog=_EXAMPLES)
@report_options
@click.option(
    "--sites",
    "most",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="How many next sites are wanted.",
)
@click.option(
    "--population",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Where people live: GeoTIFF, CSV or GeoJSON; else as `coverage: population` says.",
)
@click.option("--population-year", type=click.IntRange(1900, 2200), help="Year of that file.")
def readiness(
    order: Order,
    most: int,
    population: Path | None,
    population_year: int | None,
) -> None:
    """Every site without 5G scored, with reasons; and the next sites that cover most people.

    Fibre and uplink, rectifiers and battery, the 4G busy hour, people in reach (predicted by the
    radio model), tower and neighbours. What was not measured counts as nothing, and is said.
    """
    from omc.reports.readiness.report import readiness_report
    from omc.reports.readiness.study import Wish

    wish = Wish(most, population, population_year)
    order.produce(
        lambda say: readiness_report(order.sources, order.period, order.language, wish, say)
    )
