"""`omc report 5g-readiness`: which sites should have 5G next, and why."""

from __future__ import annotations

import click

from omc.cli.report_options import Order, report_options

_EXAMPLES = """\b
Examples:
  omc report 5g-readiness --sites 20
  omc report 5g-readiness --sites 50 --reach 600 --format xlsx,pdf,gpkg -o plan
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
    "--reach",
    "radius_m",
    type=click.FloatRange(50, 10_000),
    default=800.0,
    show_default=True,
    help="How far a 5G site is taken to reach, metres.",
)
def readiness(order: Order, most: int, radius_m: float) -> None:
    """Every site without 5G scored, with reasons; and the next sites that cover most people.

    Fibre and uplink, rectifiers and battery, the 4G busy hour, people in reach, tower and
    neighbours. What was not measured counts as nothing, and is said.
    """
    from omc.reports.readiness.report import readiness_report

    order.produce(
        lambda say: readiness_report(
            order.sources, order.period, order.language, most, radius_m, say
        )
    )
