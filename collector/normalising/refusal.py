"""Why a varbind gave no sample, for people who ask: `omc profile test` and `bench/recall`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from collector.varbind import Value
from omc.core.model import Quality, Series


class Cause(StrEnum):
    """Reasons besides the qualities of a reading.

    Attributes:
        SUPERSEDED: Another object or row gives the same series.
        IGNORED: The row is not selected, no case fits, or only other readings need the value.
        DEFERRED: The row is new and has to be named first.
        UNMATCHED: The row's index does not fit its table.
    """

    SUPERSEDED = "superseded"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One varbind without a sample.

    Attributes:
        oid: Where it stands.
        value: As it came.
        cause: Why.
        series: What it would have been; None where no rule got so far.
    """

    oid: str
    value: Value
    cause: Quality | Cause
    series: Series | None = None
