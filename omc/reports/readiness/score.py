"""How ready a site is for 5G: marks for each thing it needs, weighed, and reasons in words.

A mark is 0..1; what was not measured gets none, which counts as 0 in the score and is said. The
needs and weights are engineering values, printed in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from omc.core.metric import Text
from omc.reports.document import Language
from omc.reports.readiness.condition import Condition
from omc.reports.value_text import duration_text, number_text

#: What one 5G site of three sectors needs (engineering values).
UPLINK_NEED_BITS = 1e9
POWER_NEED_WATTS = 2500.0
RUNTIME_NEED_SECONDS = 2 * 3600.0
#: Of the rectifiers' capacity, before 5G.
RECTIFIER_LIMIT = 0.6
#: A 4G busy hour from which 5G relieves people, and one at which nothing is left.
BUSY_FROM, BUSY_FULL = 0.3, 0.7
#: Metres above ground that make a 3.7 GHz site worth its while.
HEIGHT_NEED_M = 30.0
#: Metres within which a site with 5G makes an island of coverage grow instead of a new one.
NEIGHBOUR_M = 3000.0


class Need(StrEnum):
    """What is marked."""

    FIBRE = "fibre"
    UPLINK = "uplink"
    POWER = "power"
    BATTERY = "battery"
    LOAD = "load"
    PEOPLE = "people"
    TOWER = "tower"
    NEIGHBOURS = "neighbours"


#: Together 1.
WEIGHTS = {
    Need.FIBRE: 0.18,
    Need.UPLINK: 0.12,
    Need.POWER: 0.12,
    Need.BATTERY: 0.08,
    Need.LOAD: 0.20,
    Need.PEOPLE: 0.20,
    Need.TOWER: 0.05,
    Need.NEIGHBOURS: 0.05,
}

NEED_TEXTS = {
    Need.FIBRE: Text(en="fibre", vi="cáp quang"),
    Need.UPLINK: Text(en="uplink", vi="đường truyền"),
    Need.POWER: Text(en="rectifiers", vi="chỉnh lưu"),
    Need.BATTERY: Text(en="battery", vi="ắc quy"),
    Need.LOAD: Text(en="4G load", vi="tải 4G"),
    Need.PEOPLE: Text(en="people in reach", vi="dân trong tầm phủ"),
    Need.TOWER: Text(en="tower", vi="cột"),
    Need.NEIGHBOURS: Text(en="5G neighbours", vi="trạm 5G lân cận"),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a site.

    Attributes:
        people: In reach, without 5G today; None where nobody knows who lives where.
        neighbours: Sites with 5G within `NEIGHBOUR_M`.
    """

    people: float | None
    neighbours: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One site's marks.

    Attributes:
        condition: What it brings along.
        surroundings: What is around it.
        marks: None where nothing was measured.
    """

    condition: Condition
    surroundings: Surroundings
    marks: dict[Need, float | None]

    @property
    def score(self) -> float:
        """0..1; what is not known counts as 0."""
        return sum(WEIGHTS[need] * (mark or 0.0) for need, mark in self.marks.items())

    @property
    def at_most(self) -> float:
        """The score if all that is not known were perfect."""
        return sum(WEIGHTS[n] * (1.0 if mark is None else mark) for n, mark in self.marks.items())


def scored(found: Iterable[tuple[Condition, Surroundings]]) -> list[Scored]:
    """Marks of all candidates, best score first; people are marked against the other candidates."""
    pairs = list(found)
    people = [around.people for _, around in pairs if around.people is not None]
    most = np.quantile(people, 0.95) if people else 0.0
    rated = [
        Scored(condition, around, _marks(condition, around, float(most)))
        for condition, around in pairs
    ]
    return sorted(rated, key=lambda one: (-one.score, one.condition.site.code))


def _marks(own: Condition, around: Surroundings, most_people: float) -> dict[Need, float | None]:
    return {
        Need.FIBRE: (1.0 if own.protected else 0.7) if own.fibre else 0.0,
        Need.UPLINK: _uplink(own),
        Need.POWER: _falling(own.rectifier_ratio, RECTIFIER_LIMIT, 1.0),
        Need.BATTERY: _battery(own),
        Need.LOAD: _rising(own.busy_prb_ratio, BUSY_FROM, BUSY_FULL),
        Need.PEOPLE: _people(around.people, most_people),
        Need.TOWER: _rising(own.height_m, 0.0, HEIGHT_NEED_M),
        Need.NEIGHBOURS: min(around.neighbours / 2, 1.0),
    }


def _rising(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(max((value - low) / (high - low), 0.0), 1.0)


def _falling(value: float | None, low: float, high: float) -> float | None:
    risen = _rising(value, low, high)
    return None if risen is None else 1.0 - risen


def _people(people: float | None, most: float) -> float | None:
    if people is None:
        return None
    return min(people / most, 1.0) if most else 0.0


def _uplink(own: Condition) -> float | None:
    if own.uplink_speed is None or own.uplink_bits is None:
        return None
    return min(max((own.uplink_speed - own.uplink_bits) / UPLINK_NEED_BITS, 0.0), 1.0)


def runtime_with_5g(own: Condition) -> float | None:
    """Battery run time with the power of 5G added, seconds."""
    if own.runtime_seconds is None or own.load_watts is None or own.load_watts <= 0:
        return None
    return own.runtime_seconds * own.load_watts / (own.load_watts + POWER_NEED_WATTS)


def _battery(own: Condition) -> float | None:
    return _rising(runtime_with_5g(own), 0.0, RUNTIME_NEED_SECONDS)


# -- in words --------------------------------------------------------------------------------------


def reasons(one: Scored, language: Language) -> str:
    """Why: what speaks for it, then what against it, then what is not known."""
    strong = [n for n, mark in one.marks.items() if mark is not None and mark >= 0.6]
    weak = [n for n, mark in one.marks.items() if mark is not None and mark < 0.3]
    unknown = [NEED_TEXTS[n].of(language) for n, mark in one.marks.items() if mark is None]
    said = [_SAY[need](one, language) for need in sorted(strong, key=lambda n: -WEIGHTS[n])]
    parts = ["; ".join(said)] if said else []
    if weak:
        against = "; ".join(_SAY[need](one, language) for need in weak)
        parts.append(f"{_BUT.of(language)} {against}")
    if unknown:
        parts.append(f"{_UNKNOWN.of(language)} {', '.join(unknown)}")
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "."


_BUT = Text(en="but", vi="nhưng")
_UNKNOWN = Text(en="not measured:", vi="chưa có số liệu:")


def _fibre(one: Scored, language: Language) -> str:
    own = one.condition
    if not own.fibre:
        return Text(en="no fibre", vi="chưa có cáp quang").of(language)
    if own.protected:
        return Text(en="fibre on two ways", vi="cáp quang hai hướng").of(language)
    return Text(en="fibre on one way", vi="cáp quang một hướng").of(language)


def _uplink_words(one: Scored, language: Language) -> str:
    own = one.condition
    free = number_text(((own.uplink_speed or 0) - (own.uplink_bits or 0)) / 1e9, 1, language)
    return Text(en=f"uplink has {free} Gbit/s free", vi=f"đường truyền còn {free} Gbit/s").of(
        language
    )


def _power_words(one: Scored, language: Language) -> str:
    used = number_text((one.condition.rectifier_ratio or 0) * 100, 0, language)
    return Text(en=f"rectifiers at {used} %", vi=f"chỉnh lưu đang dùng {used} %").of(language)


def _battery_words(one: Scored, language: Language) -> str:
    lasts = duration_text(runtime_with_5g(one.condition) or 0, language)
    return Text(en=f"battery lasts {lasts} with 5G", vi=f"ắc quy đủ {lasts} khi thêm 5G").of(
        language
    )


def _load_words(one: Scored, language: Language) -> str:
    used = number_text((one.condition.busy_prb_ratio or 0) * 100, 0, language)
    return Text(en=f"4G at {used} % in the busy hour", vi=f"4G giờ cao điểm {used} %").of(language)


def _people_words(one: Scored, language: Language) -> str:
    people = number_text(one.surroundings.people or 0, 0, language)
    return Text(en=f"{people} people in reach", vi=f"{people} dân trong tầm phủ").of(language)


def _tower_words(one: Scored, language: Language) -> str:
    height = number_text(one.condition.height_m or 0, 0, language)
    return Text(en=f"antennas at {height} m", vi=f"anten cao {height} m").of(language)


def _neighbour_words(one: Scored, language: Language) -> str:
    count = one.surroundings.neighbours
    if not count:
        return Text(en="no 5G near by", vi="chưa có trạm 5G lân cận").of(language)
    return Text(en=f"{count} 5G sites near by", vi=f"{count} trạm 5G lân cận").of(language)


_SAY: dict[Need, Callable[[Scored, Language], str]] = {
    Need.FIBRE: _fibre,
    Need.UPLINK: _uplink_words,
    Need.POWER: _power_words,
    Need.BATTERY: _battery_words,
    Need.LOAD: _load_words,
    Need.PEOPLE: _people_words,
    Need.TOWER: _tower_words,
    Need.NEIGHBOURS: _neighbour_words,
}
