"""What must be true of an object besides a rule's condition."""

from __future__ import annotations

import math

from omc.alarms.judging.readings import Companion, Readings
from omc.alarms.rules.rule import Guard
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
        self._text = Companion(metric, first).text
        self._unknown = guard.unknown
        self._above = -math.inf if guard.above is None else guard.above
        self._below = math.inf if guard.below is None else guard.below
        self._codes = {metric.state_code(name) for name in guard.states}

    def allows(self, series: Series) -> bool:
        """Whether it is true of the object of a series."""
        value = self._values.get(self._text(series))
        if value is None:
            return self._unknown
        if self._codes and value not in self._codes:
            return False
        return self._above < value < self._below
