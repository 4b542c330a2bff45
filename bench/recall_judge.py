"""Is what we read of an OID what it says? One verdict for every truth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.recall_truth import Explanation, Truth
from collector.normalising.refusal import Cause, Refusal
from collector.snmp.fetch import PollResult
from omc.core.model import Quality, Series

#: LibreNMS shows some values rounded to two digits, and we round dBm to four.
_TOLERANCE = 1e-4
_ROUNDING = 0.0051
#: Reasons for no value that a profile states for the object.
_DECLARED = (Quality.NOT_SUPPORTED, Quality.NO_LIGHT, Quality.OFFLINE, Quality.DISABLED)


class Verdict(StrEnum):
    """What became of a truth.

    Attributes:
        RIGHT: Value and unit are the same; or there is no sample and must be none.
        ELSEWHERE: Right, and read from another object that gives the same series.
        NO_VALUE: No sample, because the profile says what this value of this object stands for.
        SHOWN_WRONG: LibreNMS's reading contradicts the MIB, by the declared list.
        EXCUSED: No sample, for another reason in the declared list: it counts as missing.
        MISSING: No sample.
        WRONG: Another value or unit, or a value where there is none.
    """

    RIGHT = "right"
    ELSEWHERE = "elsewhere"
    NO_VALUE = "no_value"
    SHOWN_WRONG = "shown_wrong"
    EXCUSED = "excused"
    MISSING = "missing"
    WRONG = "wrong"


#: What counts as reproduced or shown wrong.
GOOD = (Verdict.RIGHT, Verdict.ELSEWHERE, Verdict.NO_VALUE, Verdict.SHOWN_WRONG)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A truth and what we made of it."""

    truth: Truth
    verdict: Verdict
    reason: str


class Judge:
    """What one device was heard to say.

    Args:
        family: The profile it was read with.
        result: Of a poll with origins.
        recorded: Value by OID, as the recording has them; None is Null.
        explanations: All there are.
    """

    def __init__(
        self,
        family: str,
        result: PollResult,
        recorded: Mapping[str, object],
        explanations: Sequence[Explanation],
    ) -> None:
        self.family = family
        self.samples: dict[str, list[tuple[Series, float]]] = {}
        self._values: dict[Series, float] = {}
        self._refusals: dict[str, Refusal] = {r.oid: r for r in result.refusals}
        self._recorded = recorded
        self._explanations = tuple(explanations)
        self._labels: set[str] = set()
        for batch in result.batches:
            for series, value, oid in zip(
                batch.series, batch.values, batch.origins or (), strict=True
            ):
                self.samples.setdefault(oid, []).append((series, value))
                self._values[series] = value
                self._labels.update(series.labels.values())

    def of(self, truth: Truth) -> Judgement:
        """The verdict on one truth."""
        verdict, reason = self._plain(truth)
        if truth.kind == "anchor" or verdict not in (Verdict.MISSING, Verdict.WRONG):
            return Judgement(truth, verdict, reason)
        known = next((e for e in self._explanations if e.fits(self.family, truth)), None)
        if known is not None and known.because == "wrong":
            if not self._bears_out(known, truth):
                return Judgement(truth, Verdict.WRONG, f"{reason}; expected {known.factor:g} times")
            return Judgement(truth, Verdict.SHOWN_WRONG, f"{known.object}: {known.reason}")
        if known is not None and verdict is Verdict.MISSING:
            excuse = f"{known.because}: {known.object}: {known.reason}"
            return Judgement(truth, Verdict.EXCUSED, excuse)
        return Judgement(truth, verdict, reason)

    def _bears_out(self, known: Explanation, truth: Truth) -> bool:
        """Whether what we read is LibreNMS's value times the factor it is said to be wrong by."""
        found = self.samples.get(truth.oid, [])
        if known.factor is None or not found:
            return True
        return any(_agree(truth, series, value, known.factor) for series, value in found)

    def _plain(self, truth: Truth) -> tuple[Verdict, str]:
        if isinstance(truth.value, str):
            known = truth.value in self._labels
            return (Verdict.RIGHT, "") if known else (Verdict.MISSING, "no label has this text")
        found = self.samples.get(truth.oid)
        if found is None:
            return self._unread(truth)
        if truth.value is None:
            return Verdict.WRONG, f"there must be no value; {_shown(*found[0])}"
        if any(_agree(truth, series, value) for series, value in found):
            return Verdict.RIGHT, ""
        return Verdict.WRONG, "; ".join(_shown(series, value) for series, value in found)

    def _unread(self, truth: Truth) -> tuple[Verdict, str]:
        if truth.value is None:
            return Verdict.RIGHT, ""
        refusal = self._refusals.get(truth.oid)
        if refusal is None:
            if truth.oid not in self._recorded:
                return Verdict.SHOWN_WRONG, "LibreNMS names an OID that the recording does not have"
            if self._recorded[truth.oid] is None:
                return Verdict.NO_VALUE, "the device answers Null"
            return Verdict.MISSING, f"profile {self.family} does not read the object"
        series = refusal.series
        if refusal.cause is Cause.SUPERSEDED and series in self._values:
            value = self._values[series]
            if _agree(truth, series, value):
                return Verdict.ELSEWHERE, f"another object gives {series.key}"
            return Verdict.MISSING, f"another object gives {_shown(series, value)}"
        name = f"{series.metric.name}: " if series is not None else ""
        if refusal.cause in _DECLARED:
            return Verdict.NO_VALUE, f"{name}{refusal.value!r} is {refusal.cause}"
        return Verdict.MISSING, f"{name}{refusal.value!r} is {refusal.cause}"


def _agree(truth: Truth, series: Series, value: float, factor: float = 1.0) -> bool:
    metric = series.metric
    if truth.kind == "state":
        # LibreNMS's number is the device's code, ours the catalogue's: that it was read is all
        # that can be compared.
        return True
    wanted = truth.in_unit(metric.unit)
    if wanted is None:
        return False
    if metric.unit == "1" and truth.kind == "fanspeed":
        wanted /= 100  # LibreNMS calls rev/min and per cent the same
    wanted *= factor
    margin = _ROUNDING if metric.unit in ("dBm", "dB") else 1e-9
    return math.isclose(value, wanted, rel_tol=_TOLERANCE, abs_tol=margin)


def _shown(series: Series, value: float) -> str:
    return f"ours: {series.key} = {value:g} {series.metric.unit}"
