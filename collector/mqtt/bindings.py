"""What a value's name means for one device: looked up once, then remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.mqtt.conversion import Conversion
from collector.mqtt.directory import is_label_value
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.value_rule import ValueRule, filled
from omc.core.catalogue import Catalogue
from omc.core.model import Series


@dataclass(frozen=True, slots=True)
class Binding:
    """One value becomes one sample.

    Attributes:
        conversion: Makes the number.
        series: Of the sample.
        needs_period: It is the sum of a granularity period.
    """

    conversion: Conversion
    series: Series
    needs_period: bool


class Binder:
    """Binds names of one mapping to series."""

    def __init__(self, mapping: PayloadMapping, catalogue: Catalogue, budget: SeriesBudget) -> None:
        self._mapping = mapping
        self._catalogue = catalogue
        self._budget = budget
        self._conversions: dict[str, tuple[tuple[ValueRule, Conversion], ...]] = {
            name: tuple((rule, self._conversion(rule)) for rule in rules)
            for name, rules in mapping.values.items()
        }

    def bind(
        self,
        name: str,
        labels: Mapping[str, Any],
        names: Mapping[str, str],
        identity: dict[str, str],
    ) -> tuple[Binding, ...]:
        """What a value becomes; nothing where the mapping does not want it.

        Args:
            name: The value's name.
            labels: More labels, as the payload gives them.
            names: What label templates are filled from.
            identity: `site` and `node`.

        Raises:
            Rejected: no such metric, a label that it does not carry, or too many series.
        """
        rules = self._conversions.get(name)
        if rules is None:
            if self._mapping.names == "mapped":
                return ()
            rules = self._conversions[name] = (self._plain_rule(name),)
        texts = {label: _label_text(value) for label, value in labels.items()}
        return tuple(
            self._binding(rule, conversion, texts, names, identity) for rule, conversion in rules
        )

    def online(self, names: Mapping[str, str], identity: dict[str, str]) -> tuple[Binding, ...]:
        """What an edge node's being connected is a state of.

        Raises:
            Rejected: too many series.
        """
        rules = self._mapping.online or ()
        return tuple(
            self._binding(rule, self._conversion(rule), {}, names, identity) for rule in rules
        )

    def _plain_rule(self, name: str) -> tuple[ValueRule, Conversion]:
        if name not in self._catalogue or self._catalogue.metric(name).derived:
            raise Rejected(Reason.UNKNOWN_METRIC, name)
        rule = ValueRule.model_construct(metric=name)
        return rule, self._conversion(rule)

    def _conversion(self, rule: ValueRule) -> Conversion:
        return Conversion(rule, self._catalogue.metric(rule.metric), self._mapping.missing)

    def _binding(
        self,
        rule: ValueRule,
        conversion: Conversion,
        texts: Mapping[str, str],
        names: Mapping[str, str],
        identity: dict[str, str],
    ) -> Binding:
        metric = conversion.metric
        for label in texts:
            if label not in metric.labels:
                raise Rejected(Reason.UNKNOWN_LABEL, f"{metric.name}: {label}")
        given = {label: filled(template, names) for label, template in rule.labels.items()}
        labels = {**texts, **given}
        for value in labels.values():
            if not is_label_value(value):
                raise Rejected(Reason.LABEL_INVALID, f"{metric.name}: {value}")
        series = self._budget.intern(metric, labels | identity)
        if series is None:
            raise Rejected(Reason.TOO_MANY_SERIES)
        return Binding(conversion, series, metric.period_sum)


def _label_text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise Rejected(Reason.LABEL_INVALID)
