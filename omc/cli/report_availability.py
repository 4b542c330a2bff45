"""`omc report availability`: what was up, what was not, why, and whom it cost."""

from __future__ import annotations

import click

from omc.cli.report_options import Order, report_options

_EXAMPLES = """\b
Examples:
  omc report availability                                 the last month, into the reports folder
  omc report availability --from 2026-10-01 --to 2026-10-07 --format xlsx,pdf,gpkg -o week40
"""


@click.command(epilog=_EXAMPLES)
@report_options
def availability(order: Order) -> None:
    """Sites, cells, devices, spans and PONs: up time, outages, targets, person-hours without 4G.

    Planned and unplanned time are told apart, and time of which nothing is known is never counted
    as up.
    """
    from omc.reports.availability_report.report import availability_report

    order.produce(lambda say: availability_report(order.sources, order.period, order.language, say))
