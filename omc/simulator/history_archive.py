"""A past of the province as an archive, as if the service had been running all the time."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from pathlib import Path

from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import Batch, SeriesTable
from omc.history.maintenance import Maintenance, Retention
from omc.history.writer import ArchiveWriter
from omc.simulator.history import HistoryPlan, tell_history
from omc.simulator.world import World

#: Samples that are written at once.
_SAMPLES = 1_000_000
#: Metrics that come once in a granularity period and carry it.
_OF_CELLS = ("utran_", "lte_", "nr_")


def archive_history(
    world: World,
    plan: HistoryPlan,
    catalogue: Catalogue,
    folder: Path,
    progress: Callable[[int], None],
    say: Callable[[str], None],
) -> int:
    """Write a past into an archive, and bring its files into their final form.

    Args:
        world: Whose past.
        plan: Which.
        catalogue: Of the metrics.
        folder: The archive's; an archive that is there is added to.
        progress: Called with the number of sites done so far.
        say: Called with each piece of maintenance that follows.

    Returns:
        How many samples were written.

    Raises:
        UnknownMetrics: the plan's metrics fit nothing.
        OSError: the archive cannot be written.
        sqlite3.OperationalError: likewise.
    """
    clock = ManualClock(round(plan.end * 1000))
    output = _ArchiveOutput(ArchiveWriter(folder, clock), catalogue, plan.step)
    samples = tell_history(world, plan, output, progress)
    output.flush()
    Maintenance(folder, catalogue, clock, Retention(), say=say).run(everything=True)
    return samples


class _ArchiveOutput:
    """Gathers series into files of a decent size."""

    def __init__(self, writer: ArchiveWriter, catalogue: Catalogue, step: float) -> None:
        self._writer = writer
        self._catalogue = catalogue
        self._step = step
        self._table = SeriesTable()
        self._waiting: list[Batch] = []
        self._samples = 0

    def add(
        self, metric: str, labels: Mapping[str, str], times: list[float], values: list[float]
    ) -> None:
        series = self._table.intern(self._catalogue.metric(metric), labels)
        stamps = array("q", [round(time * 1000) for time in times])
        period = self._step if metric.startswith(_OF_CELLS) else None
        column = [series] * len(times)
        batch = Batch("simulator", self._step, column, array("d", values), stamps, period)
        self._waiting.append(batch)
        self._samples += len(batch)
        if self._samples >= _SAMPLES:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        self._writer.write(self._waiting)
        self._waiting, self._samples = [], 0
