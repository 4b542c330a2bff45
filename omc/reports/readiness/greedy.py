"""Which sites together cover most people: the greedy choice, and how far from the best it can be.

Choosing again and again the site that covers most people not yet covered reaches at least
1 - 1/e = 63.2 % of what the best choice of as many sites covers (Nemhauser, Wolsey, Fisher 1978:
coverage is monotone and submodular). What is left to gain gives a bound that is mostly far
better: the best choice covers no more than what is covered plus the largest gains that remain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What the greedy choice reaches of the best one, at least.
GUARANTEE = 1 - 1 / math.e


@dataclass(frozen=True, slots=True)
class Choice:
    """One site that was chosen.

    Attributes:
        index: Of the candidate.
        people: Covered by it and by none before it.
    """

    index: int
    people: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """All that were chosen, in order.

    Attributes:
        choices: Without those that would cover nobody more.
        people: Covered by all of them.
        at_best: More than this no choice of as many sites covers.
    """

    choices: tuple[Choice, ...]
    people: float
    at_best: float


def choose(
    reached: Sequence[NDArray[np.integer[Any]]], people: NDArray[np.float64], most: int
) -> Chosen:
    """Choose at most so many candidates.

    Args:
        reached: For each candidate the places in its reach.
        people: Of each place, still without coverage.
        most: How many may be chosen.
    """
    left = people.astype(float, copy=True)
    gains = np.array([left[places].sum() for places in reached])
    at_best = _largest(gains, most)
    covered = 0.0
    choices: list[Choice] = []
    while len(choices) < most and len(gains) and gains.max() > 0:
        index = _best(reached, left, gains)
        gain = float(gains[index])
        if gain <= 0:
            break
        choices.append(Choice(index, gain))
        covered += gain
        left[reached[index]] = 0.0
        gains[index] = 0.0
        now = np.array([left[places].sum() for places in reached])
        at_best = min(at_best, covered + _largest(now, most))
    return Chosen(tuple(choices), covered, max(at_best, covered))


def _best(
    reached: Sequence[NDArray[np.integer[Any]]],
    left: NDArray[np.float64],
    gains: NDArray[np.float64],
) -> int:
    """The candidate that gains most now; gains only fall, so old ones are upper bounds."""
    while True:
        index = int(gains.argmax())
        now = float(left[reached[index]].sum())
        if now >= gains[index]:
            return index
        gains[index] = now


def _largest(gains: NDArray[np.float64], most: int) -> float:
    return float(np.sort(gains)[::-1][:most].sum())
