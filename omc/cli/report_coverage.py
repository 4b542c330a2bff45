"""`omc report coverage`: who is covered, how loaded the network is, where the gaps are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from omc.cli.report_options import Order, Say, report_options

if TYPE_CHECKING:
    from omc.reports.document import Document

_LEVELS = ("commune", "district", "province")
_TECHNOLOGIES = ("3G", "4G", "5G")

_EXAMPLES = """\b
Examples:
  omc report coverage --from 2026-10-01 --to 2026-10-31 --format xlsx,pdf,geojson -o october
  omc report coverage --area "Tam Dao" --technology 4G --technology 5G
  omc report coverage --geography 2025-06-30 --level district    # in the districts of before
"""


@click.command(epilog=_EXAMPLES)
@report_options
@click.option(
    "--level",
    type=click.Choice(_LEVELS),
    default="commune",
    show_default=True,
    help="Of the areas that figures are for.",
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="NAME",
    help="Only this area, or the areas within it: a code, or a name with or without diacritics. "
    "May be given several times.",
)
@click.option(
    "--technology",
    "technologies",
    type=click.Choice(_TECHNOLOGIES),
    multiple=True,
    help="Only this one; may be given several times.",
)
@click.option(
    "--geography",
    "geography_day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Areas as they were on that day, to restate figures in others; the period's last day, "
    "if not given.",
)
def coverage(
    order: Order,
    level: str,
    areas: tuple[str, ...],
    technologies: tuple[str, ...],
    geography_day: datetime | None,
) -> None:
    """Cover by area and technology, gaps, load of cells, and fibre.

    Cover is predicted on a grid from the cells of the inventory and weighed by how long they worked
    in the period; docs/coverage.md says how, and what each figure stands on.
    """
    from omc.core.inventory import AreaLevel, Technology
    from omc.reports.coverage.document import coverage_document
    from omc.reports.coverage.report import CoverageRequest, coverage_report

    request = CoverageRequest(
        order.period,
        AreaLevel(level),
        areas,
        tuple(
            Technology(name) for name in _TECHNOLOGIES if name in (technologies or _TECHNOLOGIES)
        ),
        geography_day.date() if geography_day is not None else None,
    )

    def build(say: Say) -> Document:
        return coverage_document(coverage_report(order.sources, request, say), order.language)

    order.produce(build)
