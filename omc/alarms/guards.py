"""What must be true of an object besides a rule's condition."""

from __future__ import annotations

from omc.alarms.readings import Companion, Readings
from omc.alarms.rule import Guard
from omc.core.catalogue import Catalogue
from omc.core.metric import Metric
from omc.core.model import Series


class CompiledGuard:
    """A guard of a rule, for all its objects.

    Args:
        guard: As written.
        first: The metric of the rule's condition.
        catalogue: Owns the guard's metric.
        readings: Where its values are found.
    """

    def __init__(
        self, guard: Guard, first: Metric, catalogue: Catalogue, readings: Readings
    ) -> None:
        metric = catalogue.metric(guard.metric)
        self._values = readings.latest(guard.metric)
        self._guard = guard
        self._companion = Companion(metric, first)
        self._codes = {metric.state_code(name) for name in guard.states}

    def allows(self, series: Series) -> bool:
        """Whether it is true of the object of a series."""
        guard = self._guard
        value = self._values.get(self._companion.text(series))
        if value is None:
            return guard.unknown
        if guard.states and value not in self._codes:
            return False
        above = guard.above is None or value > guard.above
        return above and (guard.below is None or value < guard.below)
