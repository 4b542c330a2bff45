"""Device profiles: what people write in config/profiles/*.yaml. docs/profiles.md explains it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from collector.decoding.index import IndexPart, Name
from collector.decoding.octets import OctetFormat
from collector.decoding.reference import (
    Codes,
    Condition,
    Model,
    Oid,
    Reference,
    as_list,
    check_pattern,
    require_one,
)
from collector.decoding.steps import Steps
from omc.core.catalogue import ValidRange
from omc.core.model import Quality
from omc.core.quantities import DurationRange, Written

#: How well an object is known: read in its MIB, seen in a recording of a device, or said by others.
Evidence = Literal["mib", "recording", "community"]
#: Texts with `{fields}`, the first one without an empty field wins.
Templates = Annotated[tuple[str, ...], BeforeValidator(as_list)]

_RepetitionLimit = Annotated[int, Field(ge=1, le=1000)]


class PollGroup(StrEnum):
    """How often an object is read, as a multiple of the device's base interval."""

    FAST = "fast"
    NORMAL = "normal"
    SLOW = "slow"


class TextSource(Reference):
    """Where a text for labels comes from.

    Attributes:
        label: `table.label`: a label of another table's row, joined with `by`.
        constant: The text itself; a plain word in YAML means this.
        format: How octets become text.
        pattern: Regular expression whose one group is the text wanted; without a match there is
            no text.
        map: Code or text (after `pattern`) to the text people know; others stay as they are.
        when: Only if this condition holds.
    """

    label: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")] | None = None
    constant: str | None = None
    format: OctetFormat = OctetFormat.AUTO
    pattern: str | None = None
    map: Mapping[int | str, str] = Field(default_factory=dict)
    when: Condition | None = None

    @model_validator(mode="before")
    @classmethod
    def _word_is_a_constant(cls, data: object) -> object:
        return {"constant": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = (self.column, self.scalar, self.label, self.constant)
        require_one(*origins, what="column, scalar, label or constant")
        if self.pattern is not None:
            check_pattern(self.pattern, groups=1)
        return self


#: Sources in order of preference: the first one that gives text wins.
TextSources = Annotated[tuple[TextSource, ...], BeforeValidator(as_list)]


class Meaning(Model):
    """What a reading means.

    Attributes:
        metric: Its name in the catalogue.
        labels: Label to templates, besides those of the table.
        decode: From the value on the wire to the metric's unit.
        sentinels: Raw values that stand for no value, each with its quality: a number, a text,
            or a comparison such as `<= -4000`.
        valid: Bounds narrower than the catalogue's, in the metric's unit.
    """

    metric: str | None = None
    labels: Mapping[Name, Templates] = Field(default_factory=dict)
    decode: Steps = ()
    sentinels: Mapping[int | float | str, Quality] = Field(default_factory=dict)
    valid: ValidRange = ValidRange()


class Case(Meaning):
    """One of several meanings of an object.

    Attributes:
        when: Codes, or regular expressions to be found in the text, that select it.
    """

    when: Codes

    @model_validator(mode="after")
    def _has_metric_and_patterns(self) -> Self:
        if self.metric is None:
            raise ValueError("a case needs a metric")
        for pattern in self.when:
            if isinstance(pattern, str):
                check_pattern(pattern)
        return self


class Choose(Reference):
    """Which meaning a reading has is told by another object: a type, a name, a version.

    Attributes:
        cases: The first that fits wins; where none fits, the row is not read.
    """

    cases: Annotated[tuple[Case, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _says_by_what(self) -> Self:
        require_one(self.column, self.scalar, what="column or scalar")
        return self


class Rule(Meaning):
    """One object of a device and what it means.

    Attributes:
        oid: A complete OID among scalars, a column's OID in a table. None for an info metric,
            whose labels are all it has.
        object: Its name in the MIB.
        choose: Several meanings instead of one `metric`.
        valid_if: Conditions under which the value counts.
        group: How often it is read; None means as its table, or `normal` for scalars.
        evidence: If it differs from the profile's.
    """

    oid: Oid | None = None
    object: str | None = None
    choose: Choose | None = None
    valid_if: Annotated[tuple[Condition, ...], BeforeValidator(as_list)] = ()
    group: PollGroup | None = None
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        require_one(self.metric, self.choose, what="metric or choose")
        if self.choose is not None and self.oid is None:
            raise ValueError("choose needs an oid")
        return self


class SweepBudget(Model):
    """How gently a large table has to be read.

    Attributes:
        minimum_interval: From the start of one sweep to the start of the next.
        rows_per_minute: Rows to read in a minute at most.
        pause_above_cpu: Pause while a CPU of the device is busier than this ratio.
        by_rows_of: A column whose rows are what our rows belong to (PON ports): its index is the
            beginning of ours. All columns of one are read before the next, so that what the
            device has to ask an ONT for is asked in one go; rows of value 0 (no ONTs) are left
            out.
    """

    minimum_interval: Annotated[float, Written(DurationRange("1m", "1d").parse)]
    rows_per_minute: Annotated[int, Field(ge=1, le=1_000_000)]
    pause_above_cpu: Annotated[float, Field(gt=0, le=1)] | None = None
    by_rows_of: Oid | None = None


class Table(Model):
    """One conceptual table, or several with the same index.

    Attributes:
        name: Unique among the profiles that work together; a profile's table replaces one of the
            same name in a profile it extends.
        index: The parts of its INDEX clause.
        group: How often its columns are read.
        sweep: Makes reading the table a task of its own with this budget.
        max_repetitions: Upper limit for GETBULK on its columns.
        where: Rows that fail one of these conditions are not read at all.
        texts: Names for texts of the row, for templates.
        labels: Labels of all its metrics.
        unique: The label that has to tell the rows apart: where two rows have the same, `#` and
            the index are added.
        metrics: What is read.
    """

    name: Name
    index: Annotated[tuple[IndexPart, ...], Field(min_length=1)]
    group: PollGroup = PollGroup.NORMAL
    sweep: SweepBudget | None = None
    max_repetitions: _RepetitionLimit | None = None
    where: Annotated[tuple[Condition, ...], BeforeValidator(as_list)] = ()
    texts: Mapping[Name, TextSources] = Field(default_factory=dict)
    labels: Mapping[Name, Templates] = Field(default_factory=dict)
    unique: Name | None = None
    metrics: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if any(part.length == "implied" for part in self.index[:-1]):
            raise ValueError("only the last part of an index can have an implied length")
        if self.unique is not None and self.unique not in self.labels:
            raise ValueError(f"unique names {self.unique!r}, which is no label of the table")
        return self


class DetectionRule(Model):
    """Conditions that all have to hold.

    Attributes:
        sys_object_id: Prefixes of sysObjectID, of which one has to fit whole sub-identifiers.
        sys_descr: Regular expression to be found in sysDescr.
        probe: An OID that has to have a value.
    """

    sys_object_id: Annotated[tuple[Oid, ...], BeforeValidator(as_list)] = ()
    sys_descr: str | None = None
    probe: Oid | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.sys_object_id and self.sys_descr is None and self.probe is None:
            raise ValueError("say at least one of sys_object_id, sys_descr, probe")
        if self.sys_descr is not None:
            check_pattern(self.sys_descr)
        return self


class Quirks(Model):
    """What the agent cannot do.

    Attributes:
        no_bulk: GETBULK is not to be used.
        max_repetitions: Upper limit for GETBULK.
    """

    no_bulk: bool = False
    max_repetitions: _RepetitionLimit | None = None


class Profile(Model):
    """One file of config/profiles.

    Attributes:
        name: As the file is called.
        title: What it reads, for people.
        mibs: Where the objects are defined.
        evidence: How well its objects are known.
        extends: Profiles that are read too; where both give the same series, the nearer wins.
        detect: Rules of which one has to fit; none for profiles that others extend.
        vendor: Text for `{vendor}`; the nearest profile whose source gives text wins.
        model: Text for `{model}`, the same way.
        texts: Names for texts of the device, for templates of scalars.
        labels_refresh: After which time names are read anew.
        quirks: What the agent cannot do.
        valid_if: Conditions (on scalars) under which any value counts.
        scalars: Objects with one instance.
        tables: Objects with rows.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: str
    mibs: tuple[str, ...] = ()
    evidence: Evidence
    extends: tuple[str, ...] = ()
    detect: tuple[DetectionRule, ...] = ()
    vendor: TextSources = ()
    model: TextSources = ()
    texts: Mapping[Name, TextSources] = Field(default_factory=dict)
    labels_refresh: Annotated[float, Written(DurationRange("5m", "7d").parse)] = 3600.0
    quirks: Quirks = Quirks()
    valid_if: Annotated[tuple[Condition, ...], BeforeValidator(as_list)] = ()
    scalars: tuple[Rule, ...] = ()
    tables: tuple[Table, ...] = ()
