"""A past for the province: what its devices would have said, step by step, before today.

The values are the same functions of time that the agents and gateways answer from, so the past ends
where the present begins. Sites are told one after the other, each through all its time; in a text
file every metric goes to a spool of its own: OpenMetrics wants a metric's samples together.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Protocol

from omc.core.catalogue import Catalogue
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.history_format import HistoryFormat
from omc.simulator.light_readings import LineLight, OntLight
from omc.simulator.network import Node, NodeKind, Site
from omc.simulator.port_readings import PortMeter
from omc.simulator.reading import Reading
from omc.simulator.site_readings import environment_readings, power_readings
from omc.simulator.world import Moment, World

#: What a past holds unless asked otherwise: enough for charts and reports of site power.
DEFAULT_METRICS = (
    "ac_input_available",
    "ac_outage_seconds_total",
    "battery_state_of_charge_ratio",
    "battery_voltage_volts",
    "dc_bus_voltage_volts",
    "dc_load_power_watts",
    "env_temperature_celsius",
)


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """What past is wanted.

    Attributes:
        start: Unix seconds of the first step.
        end: Unix seconds behind the last step.
        step: Seconds between two samples of a series.
        metrics: Names or patterns (`lte_*`).
    """

    start: float
    end: float
    step: float
    metrics: tuple[str, ...] = DEFAULT_METRICS

    @property
    def times(self) -> list[float]:
        """All steps."""
        count = int((self.end - self.start) / self.step)
        return [self.start + index * self.step for index in range(count)]

    def wants(self, metric: str) -> bool:
        """Whether a metric is asked for."""
        return any(fnmatchcase(metric, pattern) for pattern in self.metrics)


class UnknownMetrics(ValueError):
    """Patterns that fit nothing the simulator can tell about the past."""


class HistoryOutput(Protocol):
    """Takes a past, series by series."""

    def add(
        self, metric: str, labels: Mapping[str, str], times: list[float], values: list[float]
    ) -> None:
        """Take samples of one series, times in Unix seconds."""
        ...


def tell_history(
    world: World,
    plan: HistoryPlan,
    output: HistoryOutput,
    progress: Callable[[int], None] = lambda sites: None,
) -> int:
    """Tell a past, site by site.

    Args:
        world: Whose past.
        plan: Which.
        output: To whom.
        progress: Called with the number of sites done so far.

    Returns:
        How many samples were told.

    Raises:
        UnknownMetrics: the plan's metrics fit nothing.
    """
    sources = _Sources(world, plan)
    sources.check()
    moments = [Moment(world, time) for time in plan.times]
    samples = 0
    for done, site in enumerate(world.province.sites, start=1):
        samples += _tell_site(sources, site, moments, output)
        progress(done)
    return samples


def write_history(
    world: World,
    plan: HistoryPlan,
    catalogue: Catalogue,
    form: HistoryFormat,
    path: Path,
    progress: Callable[[int], None] = lambda sites: None,
) -> int:
    """Write a past to a file, which is replaced if it is there.

    Returns:
        How many samples were written.

    Raises:
        UnknownMetrics: the plan's metrics fit nothing.
    """
    with ExitStack() as stack:
        spools = _Spools(stack, path.parent, form)
        samples = tell_history(world, plan, spools, progress)
        with path.open("w", encoding="utf-8", newline="") as output:
            for name in spools.names:
                output.write(form.head(catalogue.metric(name)))
                shutil.copyfileobj(spools.rewound(name), output)
            output.write(form.tail())
    return samples


class _Spools:
    """A temporary file a metric, next to the output so that they share its disk."""

    def __init__(self, stack: ExitStack, folder: Path, form: HistoryFormat) -> None:
        self._stack = stack
        self._folder = folder
        self._form = form
        self._stamps: dict[float, str] = {}
        self._files: dict[str, IO[str]] = {}

    def __getitem__(self, name: str) -> IO[str]:
        if name not in self._files:
            spool = tempfile.TemporaryFile(  # noqa: SIM115 - closed by the stack
                "w+", encoding="utf-8", newline="", dir=self._folder, prefix="omc-history-"
            )
            self._files[name] = self._stack.enter_context(spool)
        return self._files[name]

    def add(
        self, metric: str, labels: Mapping[str, str], times: list[float], values: list[float]
    ) -> None:
        prefix = self._form.prefix(metric, labels)
        stamps = [self._stamp(time) for time in times]
        lines = zip(values, stamps, strict=True)
        self[metric].writelines(f"{prefix}{value}{stamp}" for value, stamp in lines)

    def _stamp(self, time: float) -> str:
        stamp = self._stamps.get(time)
        if stamp is None:
            stamp = self._stamps[time] = self._form.stamp(time)
        return stamp

    @property
    def names(self) -> list[str]:
        """Metrics with a spool, sorted."""
        return sorted(self._files)

    def rewound(self, name: str) -> IO[str]:
        """A spool from its beginning."""
        self._files[name].seek(0)
        return self._files[name]


class _Sources:
    """Everything that can be told about a site, and who tells it."""

    def __init__(self, world: World, plan: HistoryPlan) -> None:
        self._world = world
        self._plan = plan
        self._cells = cell_activities(world)

    def check(self) -> None:
        """See that every pattern fits something.

        Raises:
            UnknownMetrics: those that do not.
        """
        site = self._world.province.sites[0]
        moment = Moment(self._world, self._plan.start)
        first = {node.kind: node for node in reversed(self._world.province.nodes)}
        activities = {a.cell.technology: a for cells in self._cells for a in cells}
        known = {r.metric for r in self._of_gateway(moment, site, activities.values())}
        known |= {r.metric for r in PortMeter(self._world, site).readings(moment)}
        known |= {r.metric for r in self.reach(moment, site)}
        known |= {r.metric for source in self._light(first) for r in source.readings(moment)}
        unknown = [
            pattern
            for pattern in self._plan.metrics
            if not any(fnmatchcase(metric, pattern) for metric in known)
        ]
        if unknown:
            raise UnknownMetrics(
                f"no past for {', '.join(unknown)}; there is one for {', '.join(sorted(known))}"
            )
        self._wants_cells = self._any_wanted(("lte_", "nr_", "utran_"), known)
        self._wants_ports = self._any_wanted(("interface_",), known)
        self._wants_light = self._any_wanted(("optical_", "pon_"), known)

    def _any_wanted(self, prefixes: tuple[str, ...], known: Iterable[str]) -> bool:
        return any(name.startswith(prefixes) and self._plan.wants(name) for name in known)

    def reach(self, moment: Moment, site: Site) -> Iterator[Reading]:
        """What the service notes of a site's nodes: told of a dark site too."""
        alive = 0 if moment.power(site.index).dark else 1
        for node in self._world.nodes_at[site.index]:
            yield Reading("omc_poll_success", {"node": node.name}, alive)

    def of(self, site: Site) -> Iterator[tuple[str, Callable[[Moment], Iterator[Reading]]]]:
        """Node names of a site, each with what tells its readings; "" is the service itself."""
        nodes = {node.kind: node for node in self._world.nodes_at[site.index]}
        cells = self._cells[site.index] if self._wants_cells else []
        yield (
            nodes[NodeKind.GATEWAY].name,
            lambda moment: self._of_gateway(moment, site, cells),
        )
        yield "", lambda moment: self.reach(moment, site)
        if self._wants_ports:
            yield nodes[NodeKind.ROUTER].name, PortMeter(self._world, site).readings
        if self._wants_light:
            for source in self._light(nodes):
                yield source.node, source.readings

    def _light(self, nodes: Mapping[NodeKind, Node]) -> list[LineLight | OntLight]:
        """Who receives light at a site: its router, and its OLT if it has one."""
        found: list[LineLight | OntLight] = [LineLight(self._world, nodes[NodeKind.ROUTER])]
        if NodeKind.OLT in nodes:
            found.append(OntLight(self._world, nodes[NodeKind.OLT]))
        return found

    def _of_gateway(
        self, moment: Moment, site: Site, cells: Iterable[CellActivity]
    ) -> Iterator[Reading]:
        yield from environment_readings(moment, site)
        yield from power_readings(moment, site)
        start = moment.time - self._plan.step
        story = self._world.power_story(site.index, moment.day)
        period = Period(start, moment.time, story.dark_seconds(start, moment.time))
        for activity in cells:
            yield from cell_readings(moment, activity, period)

    def wants(self, metric: str) -> bool:
        """Whether a metric is asked for."""
        return self._plan.wants(metric)


def _tell_site(
    sources: _Sources, site: Site, moments: Sequence[Moment], output: HistoryOutput
) -> int:
    """All of one site's past; a site without power says nothing, which is noted."""
    samples = 0
    wanted: dict[str, bool] = {}
    for node, read in sources.of(site):
        told: dict[tuple[str, int], _Told] = {}
        for moment in moments:
            if moment.power(site.index).dark and node:  # all but what is noted of it is silent
                continue
            seen: dict[str, int] = {}
            for metric, labels, value in read(moment):
                place = seen[metric] = seen.get(metric, -1) + 1
                if metric not in wanted:
                    wanted[metric] = sources.wants(metric)
                if not wanted[metric] or math.isnan(value):  # which keeps the others' places
                    continue
                series = told.get((metric, place))
                if series is None:
                    series = told[metric, place] = _Told(_identity(site, node, labels))
                series.times.append(moment.time)
                series.values.append(value)
        for (metric, _), series in told.items():
            output.add(metric, series.labels, series.times, series.values)
            samples += len(series.times)
        for moment in moments:
            moment.forget(site.index)
    return samples


@dataclass(slots=True)
class _Told:
    """What one series has told."""

    labels: Mapping[str, str]
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def _identity(site: Site, node: str, labels: Mapping[str, str]) -> dict[str, str]:
    return {"site": site.code, "node": node, **labels}
