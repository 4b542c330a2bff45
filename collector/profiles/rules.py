"""Rules of profiles made ready to be applied to many devices: immutable, shared, compiled once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from collector.decoding.conditions import CompiledCondition, is_code
from collector.decoding.decode import Decoder, Target, compile_decoder
from collector.decoding.index import IndexDecoder, compile_index
from collector.decoding.numbers import Lookup
from collector.decoding.reference import Condition, Reference
from collector.decoding.sentinels import Sentinels
from collector.decoding.steps import Step, step_references
from collector.decoding.text import text_of
from collector.profiles.profile import Case, Meaning, Rule, Table
from collector.profiles.templates import template_fields
from collector.profiles.text_source import CompiledSource, compile_sources
from collector.varbind import Value
from omc.core.catalogue import Catalogue, Metric, MetricKind
from omc.core.model import Quality

Templates = Mapping[str, Sequence[str]]

# Devices decide how many different names and scales there are, so what is kept has a bound.
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True, eq=False)
class CompiledTable:
    """A table: how its rows are selected and named.

    Attributes:
        name: Unique in the plan.
        decode_index: Takes a row's index apart.
        where: Conditions a row has to meet to be read.
        texts: Text sources by field name.
        labels: Label templates.
        unique: The label that has to tell rows apart.
        own_columns: Columns whose cells say which rows there are: those of the texts that are
            indexed as the table itself.
    """

    name: str
    decode_index: IndexDecoder
    where: tuple[CompiledCondition, ...]
    texts: Mapping[str, tuple[CompiledSource, ...]]
    labels: Templates
    unique: str | None
    own_columns: tuple[str, ...]

    @classmethod
    def of(cls, table: Table) -> CompiledTable:
        """Compile a table."""
        texts = compile_sources(table.texts)
        own = (source.own_column for sources in texts.values() for source in sources)
        return cls(
            name=table.name,
            decode_index=compile_index(table.index),
            where=tuple(map(CompiledCondition, table.where)),
            texts=texts,
            labels=table.labels,
            unique=table.unique,
            own_columns=tuple(dict.fromkeys(column for column in own if column is not None)),
        )


@dataclass(frozen=True, slots=True)
class Use:
    """What the values of some OIDs are taken for; shared by all whose rows mean the same.

    Attributes:
        rule: Where it comes from.
        decode: Takes every value.
        takes_integers: Integers need no decoding.
    """

    rule: CompiledRule
    decode: Decoder
    takes_integers: bool

    def fast_decode(self, value: Value) -> Decoder | None:
        """How the values after this one are decoded, with the least effort."""
        return None if self.takes_integers and type(value) is int else self.decode


class CompiledMeaning:
    """One metric, its labels, and how its value is decoded.

    Attributes:
        metric: The catalogue entry.
        labels: Label templates, those of the table included.
        naming: Equal for meanings that label a row in the same way.
        references: Objects whose values the decoder depends on.
        takes_integers: Integers need no decoding and no check at all.
    """

    __slots__ = (
        "_decoders",
        "_sentinels",
        "_steps",
        "_target",
        "labels",
        "metric",
        "naming",
        "references",
        "takes_integers",
    )

    def __init__(
        self,
        metric: Metric,
        table: CompiledTable | None,
        labels: Templates,
        rule: Meaning,
        steps: Sequence[Step],
    ) -> None:
        self.metric = metric
        self.labels = labels
        self.naming = f"{table.name if table else ''}{sorted(labels.items())}"
        self._steps = steps
        self._sentinels = Sentinels(rule.sentinels)
        self._target = _target(metric, rule)
        self.references = tuple(step_references(steps))
        self._decoders: dict[tuple[Value, ...], Decoder] = {}
        # Counters of SNMP are unsigned: their lower bound of zero needs no check.
        low = 0.0 if metric.kind is MetricKind.COUNTER else -math.inf
        unbounded = self._target.low <= low and self._target.high == math.inf
        self.takes_integers = (
            unbounded and not steps and not self._sentinels and not self._target.states
        )

    def decoder(self, lookup: Lookup) -> Decoder:
        """The decoder for a row; rows with the same referred values share one."""
        values = tuple(lookup(reference) for reference in self.references)
        decoder = self._decoders.get(values)
        if decoder is None:
            decoder = compile_decoder(self._steps, self._sentinels, self._target, lookup)
            if len(self._decoders) < _REMEMBERED:
                self._decoders[values] = decoder
        return decoder


def _target(metric: Metric, rule: Meaning) -> Target:
    lows = [bound for bound in (metric.valid.min, rule.valid.min) if bound is not None]
    highs = [bound for bound in (metric.valid.max, rule.valid.max) if bound is not None]
    return Target(
        low=max(lows, default=-math.inf),
        high=min(highs, default=math.inf),
        states={state.name: code for code, state in metric.states.items()},
    )


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One object and its meanings.

    Attributes:
        priority: Smaller wins where two rules give the same series.
        task: Name of the poll task that reads it.
        oid: A complete OID, or a column's; "" for info metrics.
        table: Its table, None for scalars.
        conditions: When the value counts.
        choose_by: The object that tells which meaning applies; None when there is only one.
        cases: What the object has to say, and the meaning then.
        name_columns: Columns of its own rows that their labels are made of.
        name_joins: Sources in other tables that the labels are made of.
    """

    priority: int
    task: str
    oid: str
    table: CompiledTable | None
    conditions: tuple[CompiledCondition, ...]
    choose_by: Reference | None
    cases: tuple[tuple[Case | None, CompiledMeaning], ...]
    name_columns: tuple[str, ...]
    name_joins: tuple[CompiledSource, ...]
    _chosen: dict[Value, CompiledMeaning | None] = field(default_factory=dict)
    _uses: dict[Decoder, Use] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rule: Rule,
        table: CompiledTable | None,
        conditions: Sequence[Condition],
        catalogue: Catalogue,
        *,
        priority: int,
        task: str,
    ) -> CompiledRule:
        """Compile a rule whose names were checked."""
        meanings: Sequence[Meaning] = rule.choose.cases if rule.choose is not None else (rule,)
        compiled = [_compiled_meaning(meaning, rule, table, catalogue) for meaning in meanings]
        cases: Sequence[Case | None] = rule.choose.cases if rule.choose is not None else (None,)
        fields = _fields(compiled)
        sources = [s for field in fields for s in (table.texts.get(field, ()) if table else ())]
        return cls(
            priority=priority,
            task=task,
            oid=rule.oid or "",
            table=table,
            conditions=tuple(map(CompiledCondition, (*conditions, *rule.valid_if))),
            choose_by=rule.choose.place if rule.choose is not None else None,
            cases=tuple(zip(cases, compiled, strict=True)),
            name_columns=tuple(s.own_column for s in sources if s.own_column is not None),
            name_joins=tuple(source for source in sources if source.by),
        )

    def meaning(self, lookup: Lookup) -> CompiledMeaning | None:
        """What the object means in a row; None when no case fits."""
        if self.choose_by is None:
            return self.cases[0][1]
        value = lookup(self.choose_by)
        if value in self._chosen:
            return self._chosen[value]
        fits = (meaning for case, meaning in self.cases if case and _selects(case, value))
        meaning = next(fits, None)
        if len(self._chosen) < _REMEMBERED:
            self._chosen[value] = meaning
        return meaning

    def use(self, meaning: CompiledMeaning, lookup: Lookup) -> Use:
        """What a row's values are taken for when they mean this."""
        failure = self.failure(lookup)
        decode = meaning.decoder(lookup) if failure is None else _always(failure)
        use = self._uses.get(decode)
        if use is None:
            use = Use(self, decode, failure is None and meaning.takes_integers)
            if len(self._uses) < _REMEMBERED:
                self._uses[decode] = use
        return use

    def failure(self, lookup: Lookup) -> Quality | None:
        """Why no value of the row counts, or None when it does."""
        for condition in self.conditions:
            quality = condition.failure(lookup(condition.reference))
            if quality is not None:
                return quality
        return None

    def references(self) -> Iterator[Reference]:
        """Every other object that the meaning of a value depends on."""
        for condition in self.conditions:
            yield condition.reference
        if self.choose_by is not None:
            yield self.choose_by
        for _, meaning in self.cases:
            yield from meaning.references

    def fields(self) -> list[str]:
        """Fields that its labels are made of."""
        return _fields([meaning for _, meaning in self.cases])


@cache
def _always(quality: Quality) -> Decoder:
    return lambda _: quality


def _fields(meanings: Sequence[CompiledMeaning]) -> list[str]:
    templates = (t for meaning in meanings for texts in meaning.labels.values() for t in texts)
    return sorted({name for template in templates for name in template_fields(template)})


def _compiled_meaning(
    meaning: Meaning, rule: Rule, table: CompiledTable | None, catalogue: Catalogue
) -> CompiledMeaning:
    inherited = (
        meaning
        if meaning is rule
        else rule.model_copy(
            update={
                "sentinels": {**rule.sentinels, **meaning.sentinels},
                "valid": meaning.valid if meaning.valid != type(meaning.valid)() else rule.valid,
            }
        )
    )
    labels = {**(table.labels if table else {}), **rule.labels, **meaning.labels}
    metric = catalogue.metric(meaning.metric or "")
    return CompiledMeaning(metric, table, labels, inherited, meaning.decode or rule.decode)


def _selects(case: Case, value: Value) -> bool:
    return any(
        is_code(value, when)
        or (isinstance(when, str) and re.search(when, text_of(value)) is not None)
        for when in case.when
    )
