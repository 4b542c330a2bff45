"""Whether mains is there, of rectifiers that tell only the voltage of its phases.

What they do not say is concluded and published as `ac_input_available`, so that rules, root causes,
the archive and every dashboard see one metric, whatever the make. A rectifier of which no phase has
ever been seen alive may not measure them at all: nothing is concluded of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from omc.alarms.autonomy.plant import MAINS_VOLTS
from omc.alarms.sorted_batch import SortedBatch
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory, NodeKind
from omc.core.model import Batch, NodeName, SeriesTable

AVAILABLE, VOLTS = "ac_input_available", "ac_input_voltage_volts"
_PHASE = "phase"
_SOURCE = "alarms:phase-mains"
#: A phase that has said nothing for so many intervals says nothing of now.
_FRESH_INTERVALS = 3.0


@dataclass(slots=True)
class _Input:
    """The mains input of one rectifier.

    Attributes:
        labels: Of its series, without the phase.
        phases: Phase -> volts, and when they were measured (Unix milliseconds).
        was_alive: Any phase has been seen alive.
    """

    labels: dict[str, str]
    phases: dict[str, tuple[float, int]] = field(default_factory=dict)
    was_alive: bool = False

    def is_available(self, since_ms: float) -> bool:
        """Whether any phase that was measured since then is alive."""
        return any(volts > MAINS_VOLTS and at >= since_ms for volts, at in self.phases.values())


class PhaseMains:
    """Concludes and publishes, a second after the voltages were read at the latest.

    Args:
        inventory: Which nodes are rectifiers.
        catalogue: Owns the metric that is published.
    """

    def __init__(self, inventory: Inventory, catalogue: Catalogue) -> None:
        self._inventory = inventory
        self._metric = catalogue.metric(AVAILABLE)
        self._inputs: dict[str, _Input] = {}
        #: Nodes that say themselves whether mains is there.
        self._outspoken: set[str] = set()
        #: Interval -> node -> when its voltages were read.
        self._due: dict[float, dict[str, int]] = defaultdict(dict)
        self._bus: Bus | None = None
        self._table: SeriesTable | None = None

    def attach(self, bus: Bus, table: SeriesTable) -> None:
        """Publish on that bus."""
        self._bus, self._table = bus, table

    def observe(self, batch: SortedBatch) -> None:
        """Take in what a batch says of mains."""
        for name, samples in batch.of({AVAILABLE, VOLTS}):
            for series, value, time_ms in samples:
                node = series.labels.get("node", "")
                if name == AVAILABLE and batch.batch.source != _SOURCE:
                    self._outspoken.add(node)
                elif name == VOLTS and self._is_rectifier(node):
                    self._take(node, dict(series.labels), value, time_ms)
                    self._due[batch.batch.interval][node] = time_ms

    def _is_rectifier(self, node: str) -> bool:
        known = self._inventory.nodes.get(NodeName(node))
        return known is not None and known.kind is NodeKind.RECTIFIER

    def _take(self, node: str, labels: dict[str, str], volts: float, time_ms: int) -> None:
        phase = labels.pop(_PHASE, "")
        known = self._inputs.setdefault(node, _Input(labels))
        known.phases[phase] = volts, time_ms
        known.was_alive |= volts > MAINS_VOLTS

    def tick(self) -> None:
        """Let time pass: publish what was concluded. Call it every second."""
        due, self._due = self._due, defaultdict(dict)
        if self._bus is None or self._table is None:
            return
        for interval, nodes in due.items():
            batch = Batch(_SOURCE, interval)
            for node, time_ms in nodes.items():
                known = self._inputs[node]
                if known.was_alive and node not in self._outspoken:
                    is_there = known.is_available(time_ms - 1000 * _FRESH_INTERVALS * interval)
                    series = self._table.intern(self._metric, known.labels)
                    batch.add(series, float(is_there), time_ms)
            if batch.series:
                self._bus.publish(batch)
