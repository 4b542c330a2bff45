"""What normalising costs: CPU a sample once all is known, and CPU and memory a new series.

    python -m bench.normalise_cost [--ports 24] [--polls 2000] [--devices 400]

One router of PORTS interfaces (if-mib profile, task `fast`) is read POLLS times; then DEVICES more
are read for the first time, their pages verified as a walk does, and shown to Prometheus. Every
poll gets new OID strings, as from the wire, so that looking them up costs what it costs in the
service.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from collector.normalising.normalise import NodeReader
from collector.profiles.plan import Plan, compile_plan
from collector.profiles.profile_set import ProfileSet
from collector.snmp.exchange import Reply
from collector.snmp.limits import AgentLimits
from collector.snmp.walk import walk
from collector.varbind import Varbind
from exporters.prometheus import PrometheusView
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder

_PAGE = 24
_IF_ENTRY = "1.3.6.1.2.1.2.2.1"
_IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
_INTERVAL_MS = 60_000

Columns = dict[str, list[Varbind]]


def router_columns(ports: int) -> Columns:
    """Varbinds by column."""
    names: list[Varbind] = [
        (f"{_IF_X_ENTRY}.1.{port}", f"Gi0/0/{port}".encode()) for port in range(1, ports + 1)
    ]
    found: Columns = {f"{_IF_X_ENTRY}.1": names}
    columns = [f"{_IF_ENTRY}.{n}" for n in (7, 8, 13, 14, 19, 20)]
    columns += [f"{_IF_X_ENTRY}.{n}" for n in range(6, 14)]
    for column in columns:
        is_state = column.endswith((".7", ".8"))
        found[column] = [
            (f"{column}.{port}", 1 if is_state else random.getrandbits(40))
            for port in range(1, ports + 1)
        ]
    return found


def pages(rows: list[Varbind]) -> Iterator[list[Varbind]]:
    """Responses to a walk, with OID strings of their own."""
    fresh = [("".join(list(oid)), value) for oid, value in rows]
    return (fresh[at : at + _PAGE] for at in range(0, len(fresh), _PAGE))


@dataclass
class Cost:
    """CPU seconds spent on samples, and how many."""

    samples: int = 0
    seconds: float = 0.0

    @property
    def microseconds(self) -> float:
        """CPU a sample."""
        return self.seconds / max(1, self.samples) * 1e6


@dataclass
class Router:
    """One device: what it says, and what is known of it."""

    name: str
    plan: Plan
    table: SeriesTable
    columns: Columns
    limits: AgentLimits = field(default_factory=AgentLimits)

    def __post_init__(self) -> None:
        identity = {"site": "VPC0001", "node": self.name}
        self.reader = NodeReader(self.plan, self.table, identity, source=f"snmp:{self.name}")

    def poll(self, time_ms: int, cost: Cost) -> Batch:
        """Read the first task; what the labels cost counts when they are read."""
        task, reader = self.plan.tasks[0], self.reader
        batch = Batch(f"snmp:{self.name}:fast", 60.0)
        request = reader.labels_due(task, time_ms)
        labels = request.columns if request is not None else ()
        label_pages = [page for c in labels for page in pages(self.columns.get(c.oid, []))]
        wanted = {c.oid: list(pages(self.columns.get(c.oid, []))) for c in reader.columns(task)}
        start = time.process_time()
        if request is not None:
            for page in label_pages:
                reader.read_labels(page)
            reader.labels_complete(request, time_ms)
        for column, responses in wanted.items():
            self._walk(column, responses, time_ms, batch)
        reader.finish(task, time_ms, batch)
        cost.seconds += time.process_time() - start
        cost.samples += len(batch)
        return batch

    def _walk(
        self, column: str, responses: list[list[Varbind]], time_ms: int, batch: Batch
    ) -> None:
        """Walk a column as a poll does, its pages checked for order."""
        task, read = self.plan.tasks[0], self.reader.read
        steps = walk(column, self.limits, lambda rows, at, page: read(task, rows, at, batch, page))
        next(steps)
        for page in responses[:-1]:
            steps.send(Reply(page, time_ms))
        last = responses[-1] if responses else []
        try:
            steps.send(Reply(last, time_ms, beyond=True))
        except StopIteration:
            return
        raise AssertionError("the walk goes on behind the end")


def known_series(plan: Plan, ports: int, polls: int) -> Cost:
    """What a sample costs once its series is known."""
    router = Router("N", plan, SeriesTable(), router_columns(ports))
    for poll in range(2):
        router.poll(poll * _INTERVAL_MS, Cost())
    cost = Cost()
    for poll in range(2, polls + 2):
        router.poll(poll * _INTERVAL_MS, cost)
    return cost


def new_series(plan: Plan, ports: int, devices: int) -> tuple[Cost, list[Router], PrometheusView]:
    """What a series costs at first sight; with what is kept of it."""
    table, columns, cost = SeriesTable(), router_columns(ports), Cost()
    view = PrometheusView(SystemClock(), CollectorRegistry())
    routers = [Router(f"VPC0001-router-{n}", plan, table, columns) for n in range(devices)]
    for router in routers:
        view.observe(router.poll(round(time.time() * 1000), cost))
    return cost, routers, view


def bytes_a_series(plan: Plan, ports: int, devices: int) -> float:
    """Memory of all that is kept of a series: reader, limits of its walks, table and view."""
    gc.collect()
    tracemalloc.start()
    kept = new_series(plan, ports, devices)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / len(kept[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ports", type=int, default=24)
    parser.add_argument("--polls", type=int, default=2000)
    parser.add_argument("--devices", type=int, default=400)
    options = parser.parse_args()
    catalogue = Catalogue.load(config_folder() / "metrics")
    profiles = ProfileSet.load([config_folder() / "profiles"], catalogue)
    plan = compile_plan(profiles.resolve("if-mib"), catalogue)
    steady = known_series(plan, options.ports, options.polls)
    first, _, view = new_series(plan, options.ports, options.devices)
    held = bytes_a_series(plan, options.ports, options.devices)
    sys.stdout.write(
        f"{steady.samples} samples: {steady.microseconds:.3f} us of CPU each\n"
        f"{len(view)} new series: {first.microseconds:.1f} us of CPU and {held:.0f} bytes each\n"
    )


if __name__ == "__main__":
    main()
