"""What people write in config/alarms/*.yaml: when something is an alarm, what it means, what to do.

Everything that names a metric, a label or a state is checked against the catalogue when the rules
are loaded (`omc.alarms.rules.rule_set`). docs/alarms.md explains the keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from omc.alarms.rules.levels import Levels, RaisedSeverity
from omc.core.metric import CatalogueModel, Text
from omc.core.quantities import DurationRange, Written

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

Duration = Annotated[float, Written(DurationRange("0s", "30d").parse)]
Window = Annotated[float, Written(DurationRange("10s", "1d").parse)]


class Threshold(CatalogueModel):
    """A value crosses bounds.

    Attributes:
        metric: A gauge.
        levels: Severity -> bounds.
        hysteresis: How much better than its bound a value must be to lower the severity, in the
            metric's unit.
    """

    kind: Literal["threshold"] = "threshold"
    metric: str
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0


class StateIs(CatalogueModel):
    """A state metric is in a bad state.

    Attributes:
        metric: A state metric.
        states: Name of a state -> severity; any other state is good.
    """

    kind: Literal["state"]
    metric: str
    states: Annotated[Mapping[str, RaisedSeverity], Field(min_length=1)]


class Rate(CatalogueModel):
    """A counter grows too fast, by itself or for its size.

    Attributes:
        metric: A counter.
        window: Seconds that the growth is measured over.
        per: Metrics of the same object that it is divided by: counters (their growth is added
            up: errors per packet), or one gauge (utilisation: bytes per speed).
        scale: Factor on the result (8: bytes to bits).
        levels: Severity -> bounds, in counts a second, or of the quotient.
        hysteresis: As for a threshold.
        at_least: Growth of `per` below which nothing is said: too few to judge by.
    """

    kind: Literal["rate"]
    metric: str
    window: Window = 300.0
    per: tuple[str, ...] = ()
    scale: Annotated[float, Field(gt=0)] = 1.0
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0
    at_least: Annotated[float, Field(ge=0)] = 0.0


class RatioOfSums(CatalogueModel):
    """A ratio of the catalogue, computed from the sums of one granularity period.

    Attributes:
        metric: A metric with aggregation `ratio` whose parts are period sums.
        levels: Severity -> bounds.
        hysteresis: As for a threshold.
        at_least: Denominator below which nothing is said: a rate of two calls means nothing.
    """

    kind: Literal["ratio"]
    metric: str
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0
    at_least: Annotated[float, Field(ge=0)] = 100.0


class Absence(CatalogueModel):
    """A series that was there has had no value for too long.

    Attributes:
        metric: Any metric.
        after: Seconds of silence.
        severity: Of the alarm.
    """

    kind: Literal["absence"]
    metric: str
    after: Annotated[float, Written(DurationRange("1m", "30d").parse)]
    severity: RaisedSeverity


class Difference(CatalogueModel):
    """Two metrics of the same object differ too much.

    Attributes:
        metric: The minuend.
        minus: The subtrahend; has the same labels, or some of them.
        levels: Severity -> bounds of the difference.
        hysteresis: As for a threshold.
    """

    kind: Literal["difference"]
    metric: str
    minus: str
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0


class AgainstPast(CatalogueModel):
    """A value is far from what the same series used to be.

    Attributes:
        metric: A gauge.
        past: `median_7d` is the median of the last seven days; `quarter_ago` that of the seven
            days that ended 90 days ago; `last_week` is the mean of the same hour one week ago.
        as_ratio: Compare the quotient (present / past) instead of the difference.
        at_least: Magnitude of the past value below which nothing is said.
        levels: Severity -> bounds of the difference or quotient.
        hysteresis: As for a threshold.
    """

    kind: Literal["past"]
    metric: str
    past: Literal["median_7d", "quarter_ago", "last_week"]
    as_ratio: bool = False
    at_least: Annotated[float, Field(ge=0)] = 0.0
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0


class Weekly(CatalogueModel):
    """A value is far below what is usual at this hour of the week, while the network's are not.

    Usual is the median of the same hour of the last four weeks; how much values vary there says
    what is a surprise. What all objects of the metric have in common now (a holiday, a core that
    is down) is allowed for.

    Attributes:
        metric: A gauge that is never negative.
        surprise: Robust standard deviations below the usual that it takes at least.
        at_least: Usual value, as things are now, below which nothing is said.
        levels: Severity -> bounds of the share of the usual.
        hysteresis: As for a threshold, a share.
    """

    kind: Literal["weekly"]
    metric: str
    surprise: Annotated[float, Field(gt=0)] = 4.0
    at_least: Annotated[float, Field(ge=0)] = 0.0
    levels: Levels
    hysteresis: Annotated[float, Field(ge=0)] = 0.0


class Told(CatalogueModel):
    """Raised by the service itself: a root cause that it found.

    Attributes:
        labels: Labels that name the object.
    """

    kind: Literal["told"]
    labels: tuple[str, ...] = Field(min_length=1)


#: Conditions over values of a metric.
MetricCondition = (
    Threshold | StateIs | Rate | RatioOfSums | Absence | Difference | AgainstPast | Weekly
)
Condition = Annotated[MetricCondition | Told, Field(discriminator="kind")]


class Guard(CatalogueModel):
    """What must be true of the same object besides, or nothing is said.

    Attributes:
        metric: A metric whose labels are among those of the condition's metric.
        states: For a state metric: any of these.
        above: For a gauge: more than that.
        below: For a gauge: less than that.
        unknown: What to assume while the metric has no value.
    """

    metric: str
    states: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None
    unknown: bool = False


class Scope(CatalogueModel):
    """Which objects a rule is for; everything by default.

    Attributes:
        sites: Codes, with `*` for any text.
        nodes: Names, likewise.
        labels: Label -> texts, likewise, of which one has to fit.
        except_sites: Codes left out.
        except_nodes: Names left out.
    """

    sites: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    except_sites: tuple[str, ...] = ()
    except_nodes: tuple[str, ...] = ()


class Rule(CatalogueModel):
    """One kind of alarm.

    Attributes:
        name: Unique; the alarm's type, with the object its identity (X.733 specific problem).
        title: What is wrong, in a few words, as it reads on a lock screen.
        meaning: What it means for the network.
        action: What to do next.
        event_type: X.733 clause 8.1.1.
        cause: X.733 probable cause, by the names of M.3100 (`causes.yaml`).
        object: Labels that name the object; by default all that the metric's series have.
        when: The condition.
        only_if: All of these have to be true too.
        hold: Seconds that it has to last before the alarm is raised or becomes worse.
        clear_after: Seconds that it has to be over before the alarm is cleared.
        scope: Which objects it is for.
        runbook: Page with more.
    """

    name: str
    title: Text
    meaning: Text
    action: Text
    event_type: Literal[
        "communications", "quality_of_service", "processing_error", "equipment", "environmental"
    ]
    cause: str
    object: tuple[str, ...] = ()
    when: Condition
    only_if: tuple[Guard, ...] = ()
    hold: Duration = 0.0
    clear_after: Duration = 0.0
    scope: Scope = Scope()
    runbook: str | None = None

    @field_validator("name")
    @classmethod
    def _name_is_a_name(cls, name: str) -> str:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"rule name {name!r} is not lower_snake_case")
        return name
