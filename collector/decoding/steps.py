"""The steps a profile may write under `decode:`: from the value on the wire to base units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from collector.decoding.reference import Model, Reference, as_list, check_pattern, require_one
from omc.core.model import Quality


class NumberInText(Model):
    """Finds one number in a text.

    Attributes:
        unit: The number directly before this unit counts: `dBm` in `0.03 mW (-14.61 dBm)`.
        pattern: Regular expression whose one group is the number, or a text that stands among the
            object's sentinels: so each lane of `Lane0: -2.1 dBm; Lane1: No-Power` has its own.
        base: 16 for texts such as `1F` or `0x1f`.
        otherwise: What a text is in which there is no such number.
    """

    unit: Annotated[str, Field(min_length=1)] | None = None
    pattern: str | None = None
    base: Literal[10, 16] = 10
    otherwise: Quality = Quality.INVALID

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.unit is not None and self.pattern is not None:
            raise ValueError("say unit or pattern, not both")
        if self.pattern is not None:
            check_pattern(self.pattern, groups=1)
        return self


class DateAndTime(Model):
    """A point in time to Unix seconds: DateAndTime (RFC 2579) or text.

    Attributes:
        utc_offset_hours: Zone of values that do not carry one.
        format: Of text that is not ISO 8601, in the words of strptime: `%m/%d/%Y`.
    """

    utc_offset_hours: Annotated[float, Field(ge=-14, le=14)] = 0
    format: Annotated[str, Field(min_length=2)] | None = None


class SensorScale(Model):
    """Power of ten from two other columns (RFC 3433: entPhySensorScale, entPhySensorPrecision)."""

    scale: Reference
    precision: Reference


class ScaleFrom(Reference):
    """A factor that the device keeps in another object.

    Attributes:
        map: Code to factor; without it the object's value is the factor.
    """

    map: Mapping[int, float] | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        require_one(self.column, self.scalar, what="column or scalar")
        return self


class Branch(Model):
    """Two ways of decoding, told apart by the value itself.

    Attributes:
        below: Values below it take `then`, all others `otherwise`.
    """

    below: float
    then: Annotated[tuple[Step, ...], BeforeValidator(as_list)] = ()
    otherwise: Annotated[tuple[Step, ...], BeforeValidator(as_list)] = ()


class Step(Model):
    """One step: exactly one key. Those without an argument may be written as a plain word.

    Attributes:
        number: Text to number, where the text holds more than the number.
        octets: Octets as one unsigned number.
        date_and_time: Point in time to Unix seconds.
        duration: Text such as `11:22:33` or `3 days, 1:02:03` to seconds.
        scale: Times a factor.
        offset: Plus an amount.
        percent: Per cent to ratio.
        timeticks: Hundredths of a second to seconds.
        twos_complement: An unsigned value whose lowest N bits are a signed number.
        float_bits: An unsigned integer whose bits are an IEEE 754 number of 32 or 64 bits.
        watts_to_dbm: Optical or radio power; the argument is the watts that a value of 1 means.
            Zero and less is no light.
        no_light_at: This value and less is no light: the floor of the device's measurement.
        sensor_scale: Power of ten from columns of the same row.
        scale_from: Factor from another object.
        differs_from: 1 where the value differs from another object's (a contact and its normal
            level), else 0.
        mask: Some bits, moved down to bit 0.
        bits: Bit mask to state name; the first mask (in order) with a bit in common wins, the
            mask 0 stands for no bit at all.
        map: Code or text to number.
        states: Code or text to a state name of the metric.
        branch: Two ways, told apart by the value.
    """

    number: NumberInText | Literal[True] | None = None
    octets: Literal["big_endian", "little_endian"] | None = None
    date_and_time: DateAndTime | Literal[True] | None = None
    duration: Literal[True] | None = None
    scale: float | None = None
    offset: float | None = None
    percent: Literal[True] | None = None
    timeticks: Literal[True] | None = None
    twos_complement: Annotated[int, Field(ge=2, le=64)] | None = None
    float_bits: Literal[32, 64] | None = None
    watts_to_dbm: Annotated[float, Field(gt=0)] | None = None
    no_light_at: float | None = None
    sensor_scale: SensorScale | None = None
    scale_from: ScaleFrom | None = None
    differs_from: Reference | None = None
    mask: Annotated[int, Field(gt=0)] | None = None
    bits: Mapping[int, str] | None = None
    map: Mapping[int | str, float] | None = None
    states: Mapping[int | str, str] | None = None
    branch: Branch | None = None

    @model_validator(mode="before")
    @classmethod
    def _word_is_a_key(cls, data: object) -> object:
        return {data: True} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if len(self.model_fields_set) != 1 or getattr(self, self.key) is None:
            raise ValueError(f"a step says exactly one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def key(self) -> str:
        """The one key that is set."""
        return next(iter(self.model_fields_set))

    @property
    def reads_raw(self) -> bool:
        """Whether the step takes the value as it came, so that it can only stand first."""
        table = self.map if self.map is not None else self.states
        texts = table is not None and any(isinstance(key, str) for key in table)
        return texts or self.key in ("number", "octets", "date_and_time", "duration")


#: Steps in order; a single one may stand without the brackets.
Steps = Annotated[tuple[Step, ...], BeforeValidator(as_list)]


def step_references(steps: Sequence[Step]) -> Iterator[Reference]:
    """Every other object that the steps need, nested ones included."""
    for step in steps:
        if step.sensor_scale is not None:
            yield step.sensor_scale.scale
            yield step.sensor_scale.precision
        for reference in (step.scale_from, step.differs_from):
            if reference is not None:
                yield reference.place
        if step.branch is not None:
            yield from step_references(step.branch.then)
            yield from step_references(step.branch.otherwise)
