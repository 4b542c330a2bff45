"""What a reader remembers of one OID of one device."""

from __future__ import annotations

from collections.abc import Sequence

from collector.decoding.decode import Decoder
from collector.profiles.rules import Use
from collector.varbind import Value
from omc.core.model import Quality, Series


def undecided(value: Value) -> Quality:
    """Stands where a decoder would, so that the value is looked at closely."""
    return Quality.INVALID


def superseded(value: Value) -> Quality:
    """Stands where a decoder would: another reading gives the same series."""
    return Quality.INVALID


class Entry:
    """What is looked up for every varbind. Many exist, so they are kept small.

    Attributes:
        decode: None takes an integer as it is. Anything but a float that comes out of a decoder
            has the value looked at closely.
        series: Where a float goes.
    """

    __slots__ = ("decode", "series")

    decode: Decoder | None
    series: Series

    def number(self, value: Value) -> float | None:
        """The value as a sample; None when it has to be looked at closely."""
        if self.decode is None:
            return value if type(value) is int else None
        number = self.decode(value)
        return number if type(number) is float else None

    @property
    def all_readings(self) -> Sequence[Reading]:
        """Every reading behind the OID."""
        raise NotImplementedError

    @property
    def is_useful(self) -> bool:
        """Whether the OID is worth reading."""
        raise NotImplementedError


class Reading(Entry):
    """One OID that gives one series.

    Attributes:
        use: What its values are taken for; `decode` is None, `undecided` or `superseded` at times.
    """

    __slots__ = ("use",)

    def __init__(self, series: Series, use: Use) -> None:
        self.decode = undecided
        self.series = series
        self.use = use

    @property
    def all_readings(self) -> Sequence[Reading]:
        return (self,)

    @property
    def is_useful(self) -> bool:
        return not self.is_superseded

    @property
    def is_superseded(self) -> bool:
        """Whether another reading gives the same series."""
        return self.decode is superseded

    @property
    def is_good(self) -> bool:
        """Whether its last value was a sample."""
        return self.decode is not undecided and self.decode is not superseded


class Crossing(Entry):
    """One OID that gives several series or none, or whose value others depend on.

    Attributes:
        readings: What it gives.
        is_watched: Whether others depend on it.
    """

    __slots__ = ("is_watched", "readings")

    def __init__(self, readings: tuple[Reading, ...], *, is_watched: bool) -> None:
        self.decode = undecided
        self.readings = readings
        self.is_watched = is_watched

    @property
    def all_readings(self) -> Sequence[Reading]:
        return self.readings

    @property
    def is_useful(self) -> bool:
        return self.is_watched or any(reading.is_useful for reading in self.readings)
