"""How much is lost at most at a share of locations: log-normal shadow fading (TR 38.901, 7.4.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from omc.reports.radio.path_loss import Array, Mode

#: Halvings of a range of about 100 dB: below a thousandth of a decibel.
_HALVINGS = 18
#: Beyond so many standard deviations there is nobody.
_SIGMAS = 5.0


def normal_distribution(x: Array) -> Array:
    """Standard normal distribution function, exact to 1e-7.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
    """
    t = 1 / (1 + 0.2316419 * np.abs(x))
    series = 0.31938153 + t * (
        -0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))
    )
    tail = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * t * series
    return np.where(x >= 0, 1 - tail, tail)


def location_probability(modes: Sequence[Mode], loss_db: Array, extra_sigma_db: float) -> Array:
    """Share of locations at each distance that lose at most `loss_db`."""
    share = np.zeros_like(loss_db)
    for mode in modes:
        sigma = np.hypot(mode.sigma_db, extra_sigma_db)
        share += mode.probability * normal_distribution((loss_db - mode.loss_db) / sigma)
    return share


def loss_at(modes: Sequence[Mode], probability: float, extra_sigma_db: float = 0.0) -> Array:
    """The loss that a share `probability` of locations at each distance stays below, in dB.

    Args:
        modes: With and without sight: the mixture of both is what is met at a distance.
        probability: Between 0 and 1.
        extra_sigma_db: Spread of what is lost besides, such as into buildings.
    """
    spread = _SIGMAS * (max(float(mode.sigma_db.max()) for mode in modes) + extra_sigma_db)
    low = np.min([mode.loss_db for mode in modes], axis=0) - spread
    high = np.max([mode.loss_db for mode in modes], axis=0) + spread
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = location_probability(modes, middle, extra_sigma_db) >= probability
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return np.asarray(high)
