"""What a reader remembers of one OID of one device."""

from __future__ import annotations

from collections.abc import Sequence

from collector.decode import Decoder
from collector.rules import CompiledRule
from collector.varbind import Value
from omc.core.model import Quality, Series


def undecided(value: Value) -> Quality:
    """Stands where a decoder would, so that the value is looked at closely."""
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
        rule: Where it comes from.
        full_decode: Takes every value; `decode` is None or `undecided` at times.
        takes_integers: Integers need no decoding.
        superseded: Another reading gives the same series.
    """

    __slots__ = ("full_decode", "rule", "superseded", "takes_integers")

    def __init__(
        self, series: Series, rule: CompiledRule, full_decode: Decoder, *, takes_integers: bool
    ) -> None:
        self.decode = undecided
        self.series = series
        self.rule = rule
        self.full_decode = full_decode
        self.superseded = False
        self.takes_integers = takes_integers

    @property
    def all_readings(self) -> Sequence[Reading]:
        return (self,)

    @property
    def is_useful(self) -> bool:
        return not self.superseded

    def fast_decode(self, value: Value) -> Decoder | None:
        """How the values after this one are decoded, with the least effort."""
        return None if self.takes_integers and type(value) is int else self.full_decode

    @property
    def is_good(self) -> bool:
        """Whether its last value was a sample."""
        return self.decode is not undecided


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
