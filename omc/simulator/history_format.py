"""How samples of the past are written: OpenMetrics text, or InfluxDB line protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from omc.core.metric import Metric, MetricKind
from omc.core.model import series_key

_TAG_SPECIAL = re.compile(r"([,= ])")


class HistoryFormat(Protocol):
    """One way to write samples."""

    def head(self, metric: Metric) -> str:
        """What stands before all samples of a metric."""
        ...

    def prefix(self, name: str, labels: Mapping[str, str]) -> str:
        """What stands before the value in each line of a series."""
        ...

    def stamp(self, time: float) -> str:
        """What stands behind the value, line end included."""
        ...

    def tail(self) -> str:
        """What stands at the end of the file."""
        ...


class OpenMetricsFormat:
    """OpenMetrics 1.0, as `promtool tsdb create-blocks-from openmetrics` reads it."""

    def head(self, metric: Metric) -> str:
        counter = metric.kind is MetricKind.COUNTER
        family = metric.name.removesuffix("_total") if counter else metric.name
        text = metric.help.en.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
        return f"# HELP {family} {text}\n# TYPE {family} {'counter' if counter else 'gauge'}\n"

    def prefix(self, name: str, labels: Mapping[str, str]) -> str:
        return series_key(name, dict(sorted(labels.items()))) + " "

    def stamp(self, time: float) -> str:
        return f" {time:.3f}\n"

    def tail(self) -> str:
        return "# EOF\n"


class InfluxFormat:
    """Line protocol with one field `value` and times in milliseconds (`precision=ms`)."""

    def head(self, metric: Metric) -> str:
        return ""

    def prefix(self, name: str, labels: Mapping[str, str]) -> str:
        tags = "".join(f",{key}={_escaped(value)}" for key, value in sorted(labels.items()))
        return f"{name}{tags} value="

    def stamp(self, time: float) -> str:
        return f" {round(time * 1000)}\n"

    def tail(self) -> str:
        return ""


def _escaped(tag: str) -> str:
    return _TAG_SPECIAL.sub(r"\\\1", tag)


FORMATS: Mapping[str, HistoryFormat] = {
    "openmetrics": OpenMetricsFormat(),
    "influx": InfluxFormat(),
}
