"""From steps in which something was down to outages, and which part of them was planned.

The archive tells time in steps of five minutes (`STEP_MS`); in which part of a step something was
down it does not tell. Where a step is down in part, the part is taken to lie beside the step that
goes on, so an outage is right to the second in its length, and to a step in where it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

#: Milliseconds.
STEP_MS = 300_000

#: Start and end in Unix milliseconds.
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Down:
    """A step in which something was down.

    Attributes:
        moment_ms: Where the step begins.
        length_ms: How long it is.
        seconds: How long it was down. May be more than the step: a state of a device that is
            asked rarely belongs to the step in which it was asked again.
    """

    moment_ms: int
    length_ms: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without interruption in which something was down.

    Attributes:
        start_ms: To a step.
        end_ms: To a step; the last moment heard of where it is not over.
        seconds: How long it was down.
        planned: Seconds of it inside of maintenance windows.
        is_open: Whether it was not over at the end of what is known.
    """

    start_ms: int
    end_ms: int
    seconds: float
    planned: float = 0.0
    is_open: bool = False

    @property
    def unplanned(self) -> float:
        """Seconds outside of maintenance windows."""
        return self.seconds - self.planned

    @property
    def is_planned(self) -> bool:
        """Whether most of it was planned."""
        return self.planned > self.unplanned


def outages(steps: Sequence[Down], windows: Sequence[Interval], until_ms: int) -> list[Outage]:
    """Join steps that follow each other.

    Args:
        steps: Of one object, in time.
        windows: Maintenance windows of the object, in any order; they may overlap.
        until_ms: The end of the period, or now: an outage that reaches to it is open.
    """
    planned = united(windows)
    runs: list[list[Down]] = []
    for step in steps:
        if runs and _follows(step, runs[-1][-1]):
            runs[-1].append(step)
        else:
            runs.append([step])
    return [_outage(run, planned, until_ms) for run in runs]


def planned_seconds(steps: Iterable[Down], windows: Sequence[Interval]) -> float:
    """Seconds of down time inside of maintenance windows.

    Of a step that a window covers in part, as much is planned as the window covers.
    """
    planned = united(windows)
    return sum(_planned(step, planned) for step in steps) if planned else 0.0


def seen_outside(steps: Iterable[Down], blind: Sequence[Interval]) -> list[Down]:
    """Steps without the down time that lies in times in which nobody could see.

    Args:
        steps: Of one object.
        blind: Intervals without overlaps.
    """
    found = []
    for step in steps:
        start, end = _extent(step)
        seconds = step.seconds - min(step.seconds, overlap_ms(start, end, blind) / 1000)
        if seconds > 0:
            found.append(replace(step, seconds=seconds))
    return found


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def overlap_ms(start_ms: int, end_ms: int, intervals: Sequence[Interval]) -> int:
    """Milliseconds of a time that lie inside of intervals without overlaps."""
    return sum(max(0, min(end, end_ms) - max(start, start_ms)) for start, end in intervals)


def _follows(step: Down, before: Down) -> bool:
    """Whether one goes on where the other ended: a step that holds more time began earlier."""
    return _extent(step)[0] <= before.moment_ms + before.length_ms


def _extent(step: Down) -> Interval:
    """The time that a step may tell of."""
    end = step.moment_ms + step.length_ms
    return end - max(step.length_ms, round(step.seconds * 1000)), end


def _planned(step: Down, planned: Sequence[Interval]) -> float:
    return min(step.seconds, overlap_ms(*_extent(step), planned) / 1000)


def _outage(run: Sequence[Down], planned: Sequence[Interval], until_ms: int) -> Outage:
    first, last = run[0], run[-1]
    seconds = sum(step.seconds for step in run)
    last_end = last.moment_ms + last.length_ms
    if len(run) == 1:
        start = min(first.moment_ms, last_end - round(seconds * 1000))
        end = start + round(seconds * 1000)
    else:
        start = first.moment_ms + first.length_ms - round(first.seconds * 1000)
        end = last.moment_ms + min(last.length_ms, round(last.seconds * 1000))
    known = sum(_planned(step, planned) for step in run)
    return Outage(start, end, seconds, known, is_open=last_end >= until_ms)
