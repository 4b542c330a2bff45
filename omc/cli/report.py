"""`omc report`: what planners and managers want to know, as files that stand in a meeting."""

from __future__ import annotations

import click

from omc.cli.lazy_group import LazyGroup

#: Report -> (module:function, one-line help).
REPORTS: dict[str, tuple[str, str]] = {
    "coverage": (
        "omc.cli.report_coverage:coverage",
        "Who is covered, gaps, load of cells, and fibre, by area.",
    ),
    "availability": (
        "omc.cli.report_availability:availability",
        "What was up, what was not, why, and whom it cost.",
    ),
    "5g-readiness": (
        "omc.cli.report_readiness:readiness",
        "Which sites should have 5G next, and why.",
    ),
}


@click.group(cls=LazyGroup, sections={"Commands": REPORTS})
def report() -> None:
    """Reports over a period, from the archive and the inventory: spreadsheets, pages, maps."""
