"""An intake of VES events on a bus of its own, with a clock that tests advance."""

from __future__ import annotations

from collector.mqtt.counts import SubscriptionCounts
from collector.mqtt.directory import Place
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.mapping import MappingSet
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.topic_template import TopicTemplate
from collector.ves.fields import TOPIC
from collector.ves.heartbeats import Heartbeats
from collector.ves.intake import VesIntake
from omc.bus.local import LocalBus
from omc.core.clock import SystemClock
from omc.core.model import Batch, Event, SeriesTable
from omc.core.resources import config_folder
from tests.unit.collector.mqtt.reading import FakeDirectory, catalogue
from tests.ves_events import SOURCE


class _Clock(SystemClock):
    """The time of day as it is; the other advances when a test says so."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class Taking:
    """An intake, and what came out of it."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.events: list[Event] = []
        self.clock = _Clock()
        self.bus = bus = LocalBus()
        bus.listen(self.batches.append, self.events.append)
        table = SeriesTable()
        directory = FakeDirectory({SOURCE: Place("VPH0123", "gnb-1")})
        mappings = MappingSet.load([config_folder() / "ves"], catalogue())
        reader = PayloadReader(
            mappings["ves"],
            TopicTemplate.parse(TOPIC),
            source=TOPIC,
            catalogue=catalogue(),
            directory=directory,
            budget=SeriesBudget(table),
            counts=SubscriptionCounts(),
        )
        online = catalogue().metric("network_function_online")
        self.heartbeats = Heartbeats(online, table, bus, self.clock)
        self.ready: list[str] = []
        self.intake = VesIntake(
            reader, self.heartbeats, directory, bus, self.clock, self._file_is_ready
        )

    def _file_is_ready(self, location: str) -> bool:
        self.ready.append(location)
        return location.startswith("sftp:")

    def samples(self) -> dict[str, float]:
        """Latest value by series of all that came since the last call."""
        found = {
            series.key: value
            for batch in self.batches
            for series, value in zip(batch.series, batch.values, strict=True)
        }
        self.batches.clear()
        return found
