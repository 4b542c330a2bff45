"""What state metrics tell of objects in a period: seconds in each condition, and the down time.

Totals come from the coarsest roll-ups; only the few steps in which something was down are read in
steps of five minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from omc.history.reader import History
from omc.reports.outages import STEP_MS, Down, Interval, seen_outside

#: Name of the object; of a PON its OLT and port.
Key = tuple[str, ...]

#: Codes of `*_cell_state`; of other states 0 is down, and the rest is up.
_DISABLED, _LOCKED, _SAVING = 0, 2, 3


@dataclass(slots=True)
class Seen:
    """What was seen of one object: seconds in each condition, and the steps in which it was down.

    Attributes:
        known: All seconds of which anything is known.
        down: Of them, not working for no reason of the operator's.
        locked: Of them, locked by the operator.
        saving: Of them, switched off to save energy.
        steps: Where the down time lies.
    """

    known: float = 0.0
    down: float = 0.0
    locked: float = 0.0
    saving: float = 0.0
    steps: list[Down] = field(default_factory=list)


class _Step(NamedTuple):
    """Seconds of a step in which an object, or some part of it, was down, and up."""

    moment_ms: int
    down: float
    other: float


def seen_states(
    history: History,
    metric: str,
    start_ms: int,
    end_ms: int,
    by: Sequence[str],
    within: Sequence[str] = (),
    blind: Sequence[Interval] = (),
) -> dict[Key, Seen]:
    """What a state metric tells; of an object of several parts, what its best part did.

    Args:
        history: The archive.
        metric: Its state 0 is down.
        start_ms: Of the period.
        end_ms: Of the period.
        by: Labels that tell objects apart.
        within: Labels that tell the parts of an object apart.
        blind: Times in which being down says nothing.
    """
    found = _totals(history.states(metric, start_ms, end_ms, None, [*by, *within]), len(by))
    affected = sorted({key[0] for key, seen in found.items() if seen.down > 0})
    if not affected:
        return found
    wanted = (start_ms, end_ms, STEP_MS)
    table = history.downtime(metric, {_DISABLED}, wanted, by, within, {by[0]: affected})
    rows: dict[Key, list[_Step]] = defaultdict(list)
    for *name, moment, down, other in rows_of(table):
        rows[tuple(name)].append(_Step(moment, down, other))
    for key, seen in found.items():
        steps = _whole_down(rows[key]) if within else rows[key]
        lost = [
            Down(step.moment_ms, min(end_ms - step.moment_ms, STEP_MS), step.down) for step in steps
        ]
        seen.steps = seen_outside(lost, blind)
        seen.down = sum(step.seconds for step in seen.steps)
        seen.known -= sum(step.seconds for step in lost) - seen.down
    return found


def _totals(table: Any, labels: int) -> dict[Key, Seen]:
    """Seconds in each condition, without steps; of several parts the one known best."""
    parts: dict[Key, Seen] = defaultdict(Seen)
    for *name, _, state, seconds in rows_of(table):
        seen = parts[tuple(name)]
        seen.known += seconds
        seen.down += seconds if state == _DISABLED else 0.0
        seen.locked += seconds if state == _LOCKED else 0.0
        seen.saving += seconds if state == _SAVING else 0.0
    found: dict[Key, Seen] = {}
    for part, seen in parts.items():
        best = found.setdefault(part[:labels], seen)
        best.known = max(best.known, seen.known)
        best.down = max(best.down, seen.down)
    return found


def _whole_down(steps: Sequence[_Step]) -> list[_Step]:
    """Of steps in which some part of an object was down, those in which the whole of it was.

    Where another part was up for some time of a step, only the rest of the step can have been
    without any, and only if that goes on in a step beside it: how long a poll holds may not add up
    to a step exactly.
    """
    dead = {step.moment_ms for step in steps if step.other < 1}
    found = []
    for step in steps:
        if step.moment_ms in dead:
            found.append(step)
        elif dead & {step.moment_ms - STEP_MS, step.moment_ms + STEP_MS}:
            rest = min(step.down, STEP_MS / 1000 - step.other)
            if rest > 0:
                found.append(step._replace(down=rest))
    return found


def milliseconds(times: Any) -> NDArray[np.int64]:
    """A column of times as Unix milliseconds."""
    found: NDArray[np.int64] = times.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64()).to_numpy()
    return found


def rows_of(table: Any) -> Iterable[tuple[Any, ...]]:
    """Rows of a table of the archive, in the order of its columns."""
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
