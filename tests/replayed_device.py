"""A device as a table of varbinds, read by a `NodeReader` the way a poller reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from collector.normalising.normalise import NodeReader
from collector.profiles.detection import GENERIC
from collector.profiles.plan import Plan, PollTask, compile_plan
from collector.profiles.profile import Profile
from collector.profiles.profile_set import ProfileSet
from collector.varbind import Value, Varbind
from omc.core.catalogue import Catalogue
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder
from omc.core.yaml_source import parse_yaml, validate

IDENTITY = {"site": "VPC-001", "node": "VPC-001-R1"}
_INTERVAL_MS = 60_000


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue of this checkout."""
    return Catalogue.load(config_folder() / "metrics")


@cache
def shipped_profiles() -> ProfileSet:
    """The profiles of this checkout."""
    return ProfileSet.load([config_folder() / "profiles"], shipped_catalogue())


def plan_of(*texts: str) -> Plan:
    """The plan of profiles written as YAML, nearest first; they are not checked."""
    file = Path("profile.yaml")
    profiles = [validate(parse_yaml(text, file), Profile) for text in texts]
    return compile_plan(profiles, shipped_catalogue())


def shipped_plan(name: str = GENERIC) -> Plan:
    """The plan of a shipped profile."""
    return compile_plan(shipped_profiles().resolve(name), shipped_catalogue())


def bare_key(key: str) -> str:
    """A series key without the identity labels."""
    name, _, labels = key.rstrip("}").partition("{")
    identity = {f'{label}="{value}"' for label, value in IDENTITY.items()}
    kept = [pair for pair in labels.split(",") if pair not in identity]
    return f"{name}{{{','.join(kept)}}}" if kept else name


class ReplayedDevice:
    """Polls a walk held in memory; change `walk` between polls to change the device.

    Attributes:
        walk: Value by OID.
        asked: OIDs of scalars and columns of the last poll, labels not included.
    """

    def __init__(self, plan: Plan, walk: Mapping[str, Value]) -> None:
        self.walk = dict(walk)
        self.plan = plan
        self.table = SeriesTable()
        self.reader = NodeReader(plan, self.table, IDENTITY, source="snmp:VPC-001-R1")
        self.time_ms = 0
        self.asked: list[str] = []
        self.labels_asked: list[str] = []

    def poll(self, task_name: str | None = None, *, complete: bool = True) -> dict[str, float]:
        """One poll of one task, or of all: value by series, without identity labels."""
        samples: dict[str, float] = {}
        self.asked, self.labels_asked = [], []
        for task in self.plan.tasks:
            if task_name in (None, task.name):
                batch = self.batch(task, complete=complete)
                keys = [bare_key(series.key) for series in batch.series]
                assert len(set(keys)) == len(keys), "a series occurs twice in a batch"
                samples.update(zip(keys, batch.values, strict=True))
        self.time_ms += _INTERVAL_MS
        return samples

    def batch(self, task: PollTask, *, complete: bool = True) -> Batch:
        """One poll of one task."""
        reader = self.reader
        batch = Batch(f"snmp:VPC-001-R1:{task.name}", 60.0, origins=[])
        request = reader.labels_due(task, self.time_ms)
        if request is not None:
            reader.read_labels(self._get(request.scalars))
            for column in request.columns:
                reader.read_labels(self._column(column.oid))
            self.labels_asked += [*request.scalars, *(column.oid for column in request.columns)]
            reader.labels_complete(request, self.time_ms)
        scalars, columns = reader.scalars(task), [c.oid for c in reader.columns(task)]
        self.asked += [*scalars, *columns]
        reader.read(task, self._get(scalars), self.time_ms, batch)
        for column_oid in columns:
            reader.read(task, self._column(column_oid), self.time_ms, batch)
        reader.finish(task, self.time_ms, batch, complete=complete)
        return batch

    def _get(self, oids: Iterable[str]) -> list[Varbind]:
        return [(oid, self.walk.get(oid)) for oid in oids]

    def _column(self, oid: str) -> list[Varbind]:
        return [(key, value) for key, value in self.walk.items() if key.startswith(oid + ".")]
