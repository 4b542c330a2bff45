"""What pages are made with: the catalogue and the alarm rules, in Grafana's words."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.grafana.palette import steps_of
from dashboards.grafana.spec import Step
from dashboards.grafana.units import unit_of
from omc.alarms.rules.rule_set import RuleSet
from omc.core.catalogue import Catalogue
from omc.core.metric import State
from omc.core.resources import config_folder


class Kit:
    """Looks up units, state texts and thresholds.

    Args:
        catalogue: All metrics.
        rules: All alarm rules.
    """

    def __init__(self, catalogue: Catalogue, rules: RuleSet) -> None:
        self._catalogue = catalogue
        self._rules = rules

    @classmethod
    def shipped(cls) -> Kit:
        """Of the catalogue and rules that come with the product."""
        catalogue = Catalogue.load(config_folder() / "metrics")
        return cls(catalogue, RuleSet.load([config_folder() / "alarms"], catalogue))

    def unit(self, metric: str) -> str:
        """Grafana's unit for a metric."""
        return unit_of(self._catalogue.metric(metric))

    def states(self, metric: str) -> Mapping[int, State]:
        """Codes of a state metric."""
        return self._catalogue.metric(metric).states

    def steps(self, *rules: str) -> tuple[Step, ...]:
        """Colours by value, from alarm rules about one metric."""
        return steps_of(self._rules, *rules)
