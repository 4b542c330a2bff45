"""Sites on battery, ranked by how long they will last: where the next generator has to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from omc.alarms.autonomy.discharge import Basis, Estimate
from omc.alarms.autonomy.plant import READ, Plant
from omc.alarms.sorted_batch import SortedBatch
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.inventory import Inventory, NodeKind
from omc.core.model import (
    Batch,
    Event,
    EventKind,
    NodeName,
    Quality,
    Series,
    SeriesTable,
    SiteCode,
)
from omc.core.topology import Place, Topology

SECONDS, CONFIDENCE = "site_time_to_dark_seconds", "site_time_to_dark_confidence_ratio"
#: Seconds between two predictions.
INTERVAL = 60.0
_SOURCE = "alarms:time-to-dark"
#: Samples that are older than this many of their intervals tell of the past.
_FRESH_INTERVALS = 3.0
#: Seconds after which a site that was last heard on battery is no longer counted as such.
_FORGOTTEN_AFTER = 86_400.0


class Generator(StrEnum):
    """What is known of a site's generator."""

    UNKNOWN = "unknown"
    STOPPED = "stopped"
    RUNNING = "running"
    FAILED = "failed"


_GENERATORS = {None: Generator.UNKNOWN, 0.0: Generator.STOPPED, 1.0: Generator.RUNNING}


@dataclass(frozen=True, slots=True)
class SiteAutonomy:
    """A site on battery, as it stands now.

    Attributes:
        site: Its code.
        since_ms: When the discharge was first seen, Unix milliseconds.
        heard_ms: When its power was last read.
        seconds: Until it goes dark; 0 when it should have by now; None while nothing is known.
        low: Seconds that four of five such sites last at least, None likewise.
        high: Seconds that four of five last at most.
        confidence: 0..1: how likely it goes dark within 20 % of `seconds`.
        basis: What the prediction rests on most; None without one.
        charge: State of charge, 0..1; None if not told.
        volts: Of the DC bus.
        amperes: Drawn from the battery.
        generator: Whether it has one.
        behind: Other places that go dark with it, because it carries them.
    """

    site: SiteCode
    since_ms: int
    heard_ms: int
    seconds: float | None
    low: float | None
    high: float | None
    confidence: float
    basis: Basis | None
    charge: float | None
    volts: float | None
    amperes: float | None
    generator: Generator
    behind: tuple[str, ...]


class TimeToDark:
    """Predicts, and publishes its predictions once a minute.

    Args:
        inventory: Which device stands where.
        topology: What a site carries.
        catalogue: Owns the metrics that are published.
        clock: The time.
    """

    def __init__(
        self, inventory: Inventory, topology: Topology, catalogue: Catalogue, clock: Clock
    ) -> None:
        self._inventory = inventory
        self._topology = topology
        self._metrics = (catalogue.metric(SECONDS), catalogue.metric(CONFIDENCE))
        self._clock = clock
        self._plants: dict[SiteCode, dict[str, Plant]] = {}
        self._shown: set[SiteCode] = set()
        self._due = clock.monotonic() + INTERVAL
        self._bus: Bus | None = None
        self._table: SeriesTable | None = None

    def attach(self, bus: Bus, table: SeriesTable) -> None:
        """Publish on that bus."""
        self._bus, self._table = bus, table

    def restore(self, sites: Iterable[str]) -> None:
        """Sites with a prediction before a restart: it is taken back if they have mains again."""
        self._shown.update(map(SiteCode, sites))

    def observe(self, batch: SortedBatch) -> None:
        """Take in what a batch says of power."""
        touched: dict[int, Plant] = {}
        # Gateways that were away send what they stored: the past tells nothing of the battery now.
        fresh_ms = self._clock.time_ms() - _FRESH_INTERVALS * batch.batch.interval * 1000
        for _, samples in batch.of(READ):
            for series, value, time_ms in samples:
                plant = self._plant(series) if time_ms >= fresh_ms else None
                if plant is not None:
                    plant.take(series, value, time_ms)
                    touched[id(plant)] = plant
        for plant in touched.values():
            plant.settle()

    def _plant(self, series: Series) -> Plant | None:
        """The device's; None for one that does not carry a site."""
        labels = series.labels
        site, node = SiteCode(labels.get("site", "")), labels.get("node", "")
        if not site or not self._carries(site, node):
            return None
        return self._plants.setdefault(site, {}).setdefault(node, Plant())

    def _carries(self, site: SiteCode, node: str) -> bool:
        """A UPS beside a rectifier feeds an office, not the site."""
        known = self._inventory.nodes.get(NodeName(node))
        if known is None or known.kind is not NodeKind.UPS:
            return True
        others = self._inventory.nodes_of.get(site, ())
        return all(other.kind is not NodeKind.RECTIFIER for other in others)

    # -- what is known -----------------------------------------------------------------------------

    def sites(self) -> list[SiteAutonomy]:
        """Sites on battery, the one that goes dark first at the top; without prediction last."""
        found = [site for code in self._plants if (site := self._autonomy(code)) is not None]
        found.sort(key=lambda s: (s.seconds is None, s.seconds or 0.0, -len(s.behind), s.site))
        return found

    def _autonomy(self, site: SiteCode) -> SiteAutonomy | None:
        """How a site stands; None for one that is not on battery."""
        now = self._clock.time_ms() / 1000
        on_battery = [
            plant
            for plant in self._plants[site].values()
            if plant.discharge is not None and now - plant.time_ms / 1000 < _FORGOTTEN_AFTER
        ]
        if not on_battery:
            return None
        plant, estimate = max(
            ((plant, _estimate(plant)) for plant in on_battery),
            key=lambda pair: pair[1].confidence if pair[1] is not None else -1.0,
        )
        discharge = plant.discharge
        assert discharge is not None  # noqa: S101 - only such are asked
        passed = now - discharge.last.seconds
        low, high = estimate.interval if estimate is not None else (None, None)
        return SiteAutonomy(
            site,
            round(discharge.began * 1000),
            plant.time_ms,
            _left(estimate.seconds if estimate is not None else None, passed),
            _left(low, passed),
            _left(high, passed),
            estimate.confidence if estimate is not None else 0.0,
            estimate.basis if estimate is not None else None,
            plant.charge,
            plant.volts,
            plant.amperes,
            self._generator(site),
            tuple(sorted(self._topology.lost_with_place(Place(site)) - {Place(site)})),
        )

    def _generator(self, site: SiteCode) -> Generator:
        codes = [p.generator for p in self._plants[site].values() if p.generator is not None]
        return _GENERATORS.get(max(codes, default=None), Generator.FAILED)

    # -- what is published -------------------------------------------------------------------------

    def tick(self) -> None:
        """Let time pass: publish once a minute. Call it every second."""
        now = self._clock.monotonic()
        if now >= self._due and self._bus is not None and self._table is not None:
            self._due = now + INTERVAL
            self._publish(self._bus, self._table)

    def _publish(self, bus: Bus, table: SeriesTable) -> None:
        batch = Batch(_SOURCE, INTERVAL)
        now = self._clock.time_ms()
        predicted: set[SiteCode] = set()
        for autonomy in self.sites():
            if autonomy.seconds is not None:
                predicted.add(autonomy.site)
                seconds, confidence = self._series(table, autonomy.site)
                batch.add(seconds, autonomy.seconds, now)
                batch.add(confidence, autonomy.confidence, now)
        over = {site for site in self._shown - predicted if self._plants.get(site)}
        self._shown = (self._shown | predicted) - over
        if batch.series:
            bus.publish(batch)
        for site in sorted(over):
            series = tuple(self._series(table, site))
            labels = (("site", str(site)),)
            bus.emit(
                Event(EventKind.QUALITY_CHANGED, _SOURCE, now, labels, Quality.DISABLED, series)
            )

    def _series(self, table: SeriesTable, site: SiteCode) -> list[Series]:
        return [table.intern(metric, {"site": site}) for metric in self._metrics]


def _estimate(plant: Plant) -> Estimate | None:
    return plant.discharge.estimate(plant.known) if plant.discharge is not None else None


def _left(seconds: float | None, passed: float) -> float | None:
    return None if seconds is None else max(seconds - passed, 0.0)
