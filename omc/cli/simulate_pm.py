"""`omc simulate pm`: measurement files of a past of the province."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from omc.cli.simulate_options import STEP, province_options


@click.command("pm")
@province_options
@click.option(
    "--hours", type=click.FloatRange(0.25, 744), default=1.0, show_default=True, help="How long."
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Where the past ends, UTC; now, if not given.",
)
@click.option("--period", type=STEP, default="15m", show_default=True, help="Granularity period.")
@click.option(
    "--asleep",
    multiple=True,
    metavar="CELL",
    help="A cell that sleeps all the time; may be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder for the files.",
)
def pm_past(
    seed: int,
    sites: int,
    hours: float,
    until: datetime | None,
    period: float,
    asleep: tuple[str, ...],
    output: Path,
) -> None:
    """Write 3GPP measurement files (TS 32.435) of a past of the province.

    Every site is of one vendor, whose counter names and form its files have; one file a site and
    period, gzipped. Read them with `omc pm read FILE`, or name the folder in `pm.sources`.
    """
    from omc.simulator.pm_files import PmFiles
    from omc.simulator.province import Province
    from omc.simulator.world import World

    world = World(Province.generate(seed, sites))
    indexes = {cell.name: index for index, cell in enumerate(world.province.cells)}
    unknown = [name for name in asleep if name not in indexes]
    if unknown:
        raise click.BadParameter(f"there is no cell {unknown[0]!r}", param_hint="--asleep")
    last = until.replace(tzinfo=UTC).timestamp() if until is not None else time.time()
    count = max(round(hours * 3600 / period), 1)
    end = last // period * period
    for name in asleep:
        world.faults.put_to_sleep(indexes[name], end - (count + 1) * period)
    unseen = not sys.stderr.isatty()
    try:
        files = PmFiles(world, output, period)
        steps = range(count - 1, -1, -1)
        with click.progressbar(steps, label="periods", file=sys.stderr, hidden=unseen) as bar:
            for back in bar:
                for _ in files.write(end - back * period):
                    pass
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{files.written:,} files of {count} periods written to {output}")
