"""What normalising costs: CPU microseconds a sample from varbinds in memory to a batch.

    python -m bench.normalise_cost [--ports 24] [--polls 2000]

One router of PORTS interfaces (if-mib profile, task `fast`). Every poll gets new OID strings, as
from the wire, so that looking them up costs what it costs in the service.
"""

from __future__ import annotations

import argparse
import random
import time

from collector.normalise import NodeReader
from collector.plan import Plan, compile_plan
from collector.profile_set import ProfileSet
from collector.varbind import Varbind
from omc.core.catalogue import Catalogue
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder

_PAGE = 24
_IF_ENTRY = "1.3.6.1.2.1.2.2.1"
_IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
_INTERVAL_MS = 60_000


def router_walk(ports: int) -> dict[str, list[Varbind]]:
    """Varbinds by column."""
    names: list[Varbind] = [
        (f"{_IF_X_ENTRY}.1.{port}", f"Gi0/0/{port}".encode()) for port in range(1, ports + 1)
    ]
    walk: dict[str, list[Varbind]] = {f"{_IF_X_ENTRY}.1": names}
    columns = [f"{_IF_ENTRY}.{n}" for n in (7, 8, 13, 14, 19, 20)]
    columns += [f"{_IF_X_ENTRY}.{n}" for n in range(6, 14)]
    for column in columns:
        is_state = column.endswith((".7", ".8"))
        walk[column] = [
            (f"{column}.{port}", 1 if is_state else random.getrandbits(40))
            for port in range(1, ports + 1)
        ]
    return walk


def pages(plan: Plan, reader: NodeReader, walk: dict[str, list[Varbind]]) -> list[list[Varbind]]:
    """One poll's responses, with OID strings of their own."""
    wanted = [walk.get(column.oid, []) for column in reader.columns(plan.tasks[0])]
    varbinds = [("".join(list(oid)), value) for column in wanted for oid, value in column]
    return [varbinds[at : at + _PAGE] for at in range(0, len(varbinds), _PAGE)]


def main() -> None:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ports", type=int, default=24)
    parser.add_argument("--polls", type=int, default=2000)
    options = parser.parse_args()
    catalogue = Catalogue.load(config_folder() / "metrics")
    profiles = ProfileSet.load([config_folder() / "profiles"], catalogue)
    plan = compile_plan(profiles.resolve("if-mib"), catalogue)
    task = plan.tasks[0]
    reader = NodeReader(plan, SeriesTable(), {"site": "S", "node": "N"}, source="snmp:N")
    walk = router_walk(options.ports)
    samples, spent = 0, 0.0
    for poll in range(options.polls + 2):
        now = poll * _INTERVAL_MS
        request = reader.labels_due(task, now)
        if request is not None:
            for column in request.columns:
                reader.read_labels(walk.get(column.oid, []))
            reader.labels_complete(request, now)
        responses = pages(plan, reader, walk)
        batch = Batch("snmp:N:fast", 60.0)
        start = time.process_time()
        for response in responses:
            reader.read(task, response, now, batch)
        reader.finish(task, now, batch)
        if poll > 1:
            spent += time.process_time() - start
            samples += len(batch)
    print(f"{samples} samples, {spent / samples * 1e6:.3f} cpu microseconds a sample")


if __name__ == "__main__":
    main()
