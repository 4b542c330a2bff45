"""`omc simulate history`: a past of the province that agrees with its present."""

from __future__ import annotations

import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from omc.cli.live_line import live_line
from omc.cli.simulate_options import STEP, province_options


@click.command()
@province_options
@click.option(
    "--days", type=click.FloatRange(0.01, 366), default=35.0, show_default=True, help="How long."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Where the past ends, UTC; now, if not given.",
)
@click.option("--step", type=STEP, default="15m", show_default=True, help="Between two samples.")
@click.option(
    "--metrics",
    help="Names or patterns with commas between: lte_*,interface_*. "
    "Site power and temperature, if not given.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["openmetrics", "influx", "archive"]),
    default="openmetrics",
    show_default=True,
    help="OpenMetrics for promtool, line protocol for InfluxDB and VictoriaMetrics, "
    "or an archive for `omc query`.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write; with --format archive the folder.",
)
def history(
    seed: int,
    sites: int,
    days: float,
    until: datetime | None,
    step: float,
    metrics: str | None,
    form: str,
    output: Path,
) -> None:
    """Write a past of the province that agrees with its present.

    Load it with `promtool tsdb create-blocks-from openmetrics FILE DATA`, or post it to InfluxDB
    or VictoriaMetrics with precision=ms. An archive is ready for `omc query --archive FOLDER`; in
    the `data/archive` of an installation, the service goes on from there.
    """
    if output.exists() and output.is_dir() != (form == "archive"):
        expected = "a folder" if form == "archive" else "a file"
        raise click.BadParameter(f"{output} is not {expected}", param_hint="--output")
    if not output.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}", param_hint="--output")
    from omc.core.catalogue import Catalogue
    from omc.core.resources import config_folder
    from omc.simulator.history import DEFAULT_METRICS, HistoryPlan, UnknownMetrics, write_history
    from omc.simulator.history_archive import archive_history
    from omc.simulator.history_format import FORMATS
    from omc.simulator.province import Province
    from omc.simulator.world import World

    last = until.replace(tzinfo=UTC).timestamp() if until is not None else time.time()
    end = last // step * step
    wanted = tuple(metrics.split(",")) if metrics else DEFAULT_METRICS
    plan = HistoryPlan(end - days * 86_400 // step * step, end, step, wanted)
    world = World(Province.generate(seed, sites))
    catalogue = Catalogue.load(config_folder() / "metrics")
    unseen = not sys.stderr.isatty()
    with click.progressbar(length=sites, label="sites", file=sys.stderr, hidden=unseen) as bar:

        def progress(done: int) -> None:
            bar.update(1)

        try:
            if form == "archive":
                written = archive_history(world, plan, catalogue, output, progress, _say)
            else:
                written = write_history(world, plan, catalogue, FORMATS[form], output, progress)
        except UnknownMetrics as error:
            raise click.UsageError(str(error)) from error
        except (OSError, sqlite3.Error) as error:
            raise click.ClickException(f"cannot write {output}: {error}") from error
    click.echo(f"{written:,} samples of {days:g} days written to {output}")


def _say(work: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(live_line(work))
        sys.stderr.flush()
