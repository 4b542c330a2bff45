"""One simulated value under its catalogue name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Reading(NamedTuple):
    """One value.

    Attributes:
        metric: Name in the catalogue.
        labels: Besides `site` and `node`; shared, not to be changed.
        value: In the metric's unit.
    """

    metric: str
    labels: Mapping[str, str]
    value: float


NO_LABELS: Mapping[str, str] = {}
