"""Path loss of 3GPP TR 38.901 (v17.1.0): UMa, UMi street canyon and RMa, with and without sight.

Table 7.4.1-1 gives the losses, Table 7.4.2-1 how likely a line of sight is. Distances are on the
ground, in metres; losses in dB between isotropic antennas. All functions take and give arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from omc.core.metric import Text

Array = NDArray[np.float64]

#: As TR 38.901 rounds it, so that break points are those of the report.
_LIGHT_METRES_PER_SECOND = 3.0e8
#: h_E of UMa and UMi for users up to 13 m above ground (Table 7.4.1-1, note 1).
_ENVIRONMENT_METRES = 1.0


Quantity = Literal["carriers", "antennas", "users", "buildings", "streets", "distances"]
_WORDS: Mapping[Quantity, Text] = {
    "carriers": Text(en="carriers", vi="tần số"),
    "antennas": Text(en="antennas", vi="độ cao anten"),
    "users": Text(en="users", vi="độ cao máy thu"),
    "buildings": Text(en="buildings", vi="độ cao nhà"),
    "streets": Text(en="streets", vi="độ rộng đường"),
    "distances": Text(en="distances", vi="khoảng cách"),
}


class OutOfRange(ValueError):
    """A model was asked for what it was not made from.

    Attributes:
        text: What it is valid for.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Link:
    """What a loss depends on besides the distance.

    Attributes:
        frequency_ghz: Carrier.
        base_m: Antenna of the base station above ground.
        user_m: Of the user above ground.
        building_m: Mean height of buildings (RMa).
        street_m: Mean width of streets (RMa).
    """

    frequency_ghz: float
    base_m: float
    user_m: float = 1.5
    building_m: float = 5.0
    street_m: float = 20.0


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a signal may arrive: with a line of sight, or without.

    Attributes:
        probability: How likely it is, at each distance.
        loss_db: Median loss in it.
        sigma_db: Standard deviation of shadow fading in it.
    """

    probability: Array
    loss_db: Array
    sigma_db: Array


class PathLoss(Protocol):
    """A model of path loss.

    Attributes:
        name: As the radio parameters call it.
        nearest_m: Shortest distance it is valid for.
        farthest_m: Longest one.
    """

    @property
    def name(self) -> str: ...

    @property
    def nearest_m(self) -> float: ...

    @property
    def farthest_m(self) -> float: ...

    def check(self, link: Link) -> None:
        """See that the model holds for a link.

        Raises:
            OutOfRange: it does not.
        """
        ...

    def modes(self, distance_m: Array, link: Link) -> tuple[Mode, ...]:
        """All ways of arriving; their probabilities add up to 1.

        Raises:
            OutOfRange: the model does not hold for the link, or for a distance.
        """
        ...


def check_within(
    model: str, what: Quantity, value: float, low: float, high: float, unit: str
) -> None:
    """Refuse a value outside of what a model was made from.

    Raises:
        OutOfRange: it is outside.
    """
    if not low <= value <= high:
        words = _WORDS[what]
        en = f"{model} holds for {words.en} of {low:g} to {high:g} {unit}, not {value:g}"
        vi = f"{model} dùng cho {words.vi} từ {low:g} đến {high:g} {unit}, không phải {value:g}"
        raise OutOfRange(Text(en=en, vi=vi))


@dataclass(frozen=True, slots=True)
class _Environment:
    """One column group of Table 7.4.1-1.

    Attributes:
        los: Loss and shadow fading with sight.
        nlos: Loss without sight, before it is compared with that of sight.
        nlos_sigma_db: Shadow fading without sight.
        sight: Probability of a line of sight.
        ranges: What it holds for: attribute of `Link` -> lowest, highest, unit.
    """

    los: Callable[[Array, Link], tuple[Array, Array]]
    nlos: Callable[[Array, Link], Array]
    nlos_sigma_db: float
    sight: Callable[[Array], Array]
    ranges: Mapping[str, tuple[float, float, str]]


class Tr38901:
    """One environment of TR 38.901.

    Args:
        name: `uma`, `umi` or `rma`.
    """

    nearest_m = 10.0
    #: Without sight all three end at 5 km (Table 7.4.1-1).
    farthest_m = 5000.0

    def __init__(self, name: str) -> None:
        self.name = name
        self._environment = _ENVIRONMENTS[name]

    def check(self, link: Link) -> None:
        for attribute, (low, high, unit) in self._environment.ranges.items():
            value = getattr(link, attribute)
            check_within(f"TR 38.901 {self.name}", _WHAT[attribute], value, low, high, unit)

    def los(self, distance_m: Array, link: Link) -> tuple[Array, Array]:
        """Median loss with sight, and its shadow fading."""
        return self._environment.los(distance_m, link)

    def nlos(self, distance_m: Array, link: Link) -> Array:
        """Median loss without sight: never less than with it."""
        with_sight, _ = self.los(distance_m, link)
        return np.maximum(with_sight, self._environment.nlos(distance_m, link))

    def sight(self, distance_m: Array) -> Array:
        """Probability of a line of sight (Table 7.4.2-1, users up to 13 m)."""
        return self._environment.sight(distance_m)

    def modes(self, distance_m: Array, link: Link) -> tuple[Mode, ...]:
        self.check(link)
        for edge in (distance_m.min(initial=np.inf), distance_m.max(initial=-np.inf)):
            if math.isfinite(edge):
                name = f"TR 38.901 {self.name}"
                check_within(name, "distances", edge, self.nearest_m, self.farthest_m, "m")
        sight = self.sight(distance_m)
        loss, sigma = self.los(distance_m, link)
        sigma_without = np.full_like(loss, self._environment.nlos_sigma_db)
        return (
            Mode(sight, loss, sigma),
            Mode(1 - sight, self.nlos(distance_m, link), sigma_without),
        )


def _slant_m(distance_m: Array, link: Link) -> Array:
    """d_3D."""
    return np.hypot(distance_m, link.base_m - link.user_m)


def _urban_break_m(link: Link) -> float:
    """d'_BP (note 1)."""
    heights = (link.base_m - _ENVIRONMENT_METRES) * (link.user_m - _ENVIRONMENT_METRES)
    return 4 * heights * link.frequency_ghz * 1e9 / _LIGHT_METRES_PER_SECOND


def _urban_los(
    distance_m: Array, link: Link, constant: float, slope: float, knee: float
) -> tuple[Array, Array]:
    slant = np.log10(_slant_m(distance_m, link))
    break_m = _urban_break_m(link)
    at_one = constant + 20 * math.log10(link.frequency_ghz)
    near = at_one + slope * slant
    turn = knee * math.log10(break_m**2 + (link.base_m - link.user_m) ** 2)
    loss = np.where(distance_m <= break_m, near, at_one + 40 * slant - turn)
    return loss, np.full_like(loss, 4.0)


def _uma_los(distance_m: Array, link: Link) -> tuple[Array, Array]:
    return _urban_los(distance_m, link, 28.0, 22.0, 9.0)


def _uma_nlos(distance_m: Array, link: Link) -> Array:
    slant = np.log10(_slant_m(distance_m, link))
    of_frequency = 20 * math.log10(link.frequency_ghz)
    return 13.54 + 39.08 * slant + of_frequency - 0.6 * (link.user_m - 1.5)


def _umi_los(distance_m: Array, link: Link) -> tuple[Array, Array]:
    return _urban_los(distance_m, link, 32.4, 21.0, 9.5)


def _umi_nlos(distance_m: Array, link: Link) -> Array:
    slant = np.log10(_slant_m(distance_m, link))
    of_frequency = 21.3 * math.log10(link.frequency_ghz)
    return 35.3 * slant + 22.4 + of_frequency - 0.3 * (link.user_m - 1.5)


def _rma_los(distance_m: Array, link: Link) -> tuple[Array, Array]:
    hertz = link.frequency_ghz * 1e9
    break_m = 2 * math.pi * link.base_m * link.user_m * hertz / _LIGHT_METRES_PER_SECOND
    slant = _slant_m(distance_m, link)
    slant_at_break = math.hypot(break_m, link.base_m - link.user_m)
    beyond = _rma_near(np.array([slant_at_break]), link)[0] + 40 * np.log10(slant / slant_at_break)
    near = distance_m <= break_m
    return np.where(near, _rma_near(slant, link), beyond), np.where(near, 4.0, 6.0)


def _rma_near(slant_m: Array, link: Link) -> Array:
    """PL_1: before the break point."""
    power = link.building_m**1.72
    loss = 20 * np.log10(40 * math.pi * slant_m * link.frequency_ghz / 3)
    loss += min(0.03 * power, 10.0) * np.log10(slant_m) - min(0.044 * power, 14.77)
    return np.asarray(loss + 0.002 * math.log10(link.building_m) * slant_m)


def _rma_nlos(distance_m: Array, link: Link) -> Array:
    base, buildings = math.log10(link.base_m), link.building_m / link.base_m
    loss = 161.04 - 7.1 * math.log10(link.street_m) + 7.5 * math.log10(link.building_m)
    loss -= (24.37 - 3.7 * buildings**2) * base
    loss += 20 * math.log10(link.frequency_ghz)
    loss -= 3.2 * math.log10(11.75 * link.user_m) ** 2 - 4.97
    return loss + (43.42 - 3.1 * base) * (np.log10(_slant_m(distance_m, link)) - 3)


def _urban_sight(distance_m: Array, decay_m: float) -> Array:
    near = 18 / np.maximum(distance_m, 18.0)
    return near + np.exp(-distance_m / decay_m) * (1 - near)


def _rural_sight(distance_m: Array) -> Array:
    return np.exp(-np.maximum(distance_m - 10, 0.0) / 1000)


_WHAT: Mapping[str, Quantity] = {
    "frequency_ghz": "carriers",
    "base_m": "antennas",
    "user_m": "users",
    "building_m": "buildings",
    "street_m": "streets",
}

#: UMa and UMi were drawn up for antennas at 25 and 10 m (Table 7.2-1); what stands around them in
#: real networks is let through, because the antenna's height is in the formulas. Users above 13 m
#: would need the random h_E of note 1.
_ENVIRONMENTS: Mapping[str, _Environment] = {
    "uma": _Environment(
        _uma_los,
        _uma_nlos,
        6.0,
        lambda distance_m: _urban_sight(distance_m, 63.0),
        {"frequency_ghz": (0.5, 100, "GHz"), "base_m": (15, 60, "m"), "user_m": (1.5, 13, "m")},
    ),
    "umi": _Environment(
        _umi_los,
        _umi_nlos,
        7.82,
        lambda distance_m: _urban_sight(distance_m, 36.0),
        {"frequency_ghz": (0.5, 100, "GHz"), "base_m": (5, 20, "m"), "user_m": (1.5, 13, "m")},
    ),
    "rma": _Environment(
        _rma_los,
        _rma_nlos,
        8.0,
        _rural_sight,
        {
            "frequency_ghz": (0.5, 30, "GHz"),
            "base_m": (10, 150, "m"),
            "user_m": (1, 10, "m"),
            "building_m": (5, 50, "m"),
            "street_m": (5, 50, "m"),
        },
    ),
}
