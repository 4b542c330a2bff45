"""What to ask a device, and when: profiles compiled into poll tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from collector.decoding.reference import Condition
from collector.profiles.poll_task import GROUP_MULTIPLES, Column, PollTask, Sweep
from collector.profiles.profile import PollGroup, Profile, Rule, Table, TextSources
from collector.profiles.rivals import Rivals, rivals_of
from collector.profiles.rules import CompiledRule, CompiledTable
from collector.profiles.text_references import Need, TextReferences, needs_of
from collector.profiles.text_source import CompiledSource, compile_sources
from omc.core.catalogue import Catalogue

__all__ = ["GROUP_MULTIPLES", "Column", "Dependent", "Plan", "PollTask", "Sweep", "compile_plan"]


@dataclass(frozen=True, slots=True)
class Dependent:
    """A rule whose rows mean something else when another object changes.

    Attributes:
        rule: The rule.
        same_row: Only the row with the same index changes its meaning, else any row may.
    """

    rule: CompiledRule
    same_row: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a poller and a reader have to know about one kind of device.

    Attributes:
        profile: Name of the profile that leads the plan.
        tasks: What to read, most frequent first, sweeps last; never empty.
        labels_refresh: Seconds after which labels are read anew.
        no_bulk: The agent must not be asked with GETBULK.
        max_repetitions: Upper limit for GETBULK, or None when the poller's own applies.
        tables: By name.
        texts: Text sources of the device, `vendor` and `model` included.
        rules: By task name and OID (of the scalar or column).
        infos: Rules of info metrics by task name.
        dependents: By OID of the scalar or column that they depend on, and by the name of a table
            whose labels they carry.
        columns: The OID of every column that is read.
        rivals: Rules that may give the same series as another one, by that one's priority.
    """

    profile: str
    tasks: tuple[PollTask, ...]
    labels_refresh: float
    no_bulk: bool
    max_repetitions: int | None
    tables: Mapping[str, CompiledTable] = field(repr=False)
    texts: Mapping[str, tuple[CompiledSource, ...]] = field(repr=False)
    rules: Mapping[str, Mapping[str, tuple[CompiledRule, ...]]] = field(repr=False)
    infos: Mapping[str, tuple[CompiledRule, ...]] = field(repr=False)
    dependents: Mapping[str, tuple[Dependent, ...]] = field(repr=False)
    columns: frozenset[str] = field(repr=False)
    rivals: Rivals = field(repr=False)


def compile_plan(profiles: Sequence[Profile], catalogue: Catalogue) -> Plan:
    """Turn profiles into a plan; where two give the same series, the earlier profile wins.

    Args:
        profiles: As `ProfileSet.resolve` returns them: the device's own first.
        catalogue: The one the profiles were checked against.
    """
    return _Compiler(profiles, catalogue).plan()


@dataclass(slots=True)
class _TaskDraft:
    """A task while its rules are collected."""

    name: str
    group: PollGroup
    sweep: Sweep | None
    max_repetitions: int | None = None
    rules: list[CompiledRule] = field(default_factory=list)
    repetitions: dict[str, int | None] = field(default_factory=dict)


class _Compiler:
    """Collects what the profiles say, task by task."""

    def __init__(self, profiles: Sequence[Profile], catalogue: Catalogue) -> None:
        self._profiles = profiles
        self._catalogue = catalogue
        self._owners: dict[str, Profile] = {}
        self._tables: dict[str, CompiledTable] = {}
        for profile in profiles:
            for table in profile.tables:
                if table.name not in self._tables:
                    self._owners[table.name] = profile
                    self._tables[table.name] = CompiledTable.of(table)
        self._texts = compile_sources(_nearest_texts(profiles))
        self._references = TextReferences(self._tables, self._texts)
        self._drafts: dict[str, _TaskDraft] = {}
        self._rivals: Rivals = {}
        self._priority = 0

    def plan(self) -> Plan:
        """Compile everything."""
        nearer: set[tuple[str | None, str]] = set()
        for profile in self._profiles:
            rules = [
                (rule, table) for rule, table in self._own(profile) if not nearer & _readings(rule)
            ]
            for rule, table in rules:
                self._add_rule(rule, table, profile.valid_if)
            nearer |= {reading for rule, _ in rules if rule.oid for reading in _readings(rule)}
        drafts = sorted(self._drafts.values(), key=_order)
        self._rivals = rivals_of(rule for draft in drafts for rule in draft.rules)
        tasks = tuple(self._task(draft) for draft in drafts)
        limits = [p.quirks.max_repetitions for p in self._profiles if p.quirks.max_repetitions]
        return Plan(
            profile=self._profiles[0].name,
            tasks=tasks,
            labels_refresh=self._profiles[0].labels_refresh,
            no_bulk=any(profile.quirks.no_bulk for profile in self._profiles),
            max_repetitions=min(limits, default=None),
            tables=self._tables,
            texts=self._texts,
            rules={draft.name: _by_oid(draft.rules) for draft in drafts},
            infos={draft.name: tuple(r for r in draft.rules if not r.oid) for draft in drafts},
            dependents=self._dependents(),
            columns=frozenset(
                column.oid for task in tasks for column in (*task.columns, *task.label_columns)
            ),
            rivals=self._rivals,
        )

    def _own(self, profile: Profile) -> Iterator[tuple[Rule, Table | None]]:
        for rule in profile.scalars:
            yield rule, None
        for table in profile.tables:
            if self._owners[table.name] is profile:
                for rule in table.metrics:
                    yield rule, table

    def _add_rule(self, rule: Rule, table: Table | None, conditions: Sequence[Condition]) -> None:
        draft = self._draft(rule, table)
        compiled = CompiledRule.of(
            rule,
            self._tables[table.name] if table is not None else None,
            conditions,
            self._catalogue,
            priority=self._priority,
            task=draft.name,
        )
        self._priority += 1
        draft.rules.append(compiled)
        draft.repetitions[compiled.oid] = table.max_repetitions if table is not None else None

    def _draft(self, rule: Rule, table: Table | None) -> _TaskDraft:
        if table is not None and table.sweep is not None:
            budget = table.sweep
            sweep = Sweep(
                budget.minimum_interval,
                budget.rows_per_minute,
                budget.pause_above_cpu,
                budget.by_rows_of,
            )
            name, group = f"{table.group}/{table.name}", table.group
            repetitions = table.max_repetitions
        else:
            group = rule.group or (table.group if table is not None else PollGroup.NORMAL)
            name, sweep, repetitions = str(group), None, None
        return self._drafts.setdefault(name, _TaskDraft(name, group, sweep, repetitions))

    def _task(self, draft: _TaskDraft) -> PollTask:
        gates = [c.reference for rule in draft.rules for c in rule.conditions]
        gate_columns = _distinct(gate.column for gate in gates)
        needs = [need.reference for rule in draft.rules for need in self._needs(rule)]
        scalars = [r.oid for r in draft.rules if r.oid and r.table is None]
        turns = self._turns(draft, dict.fromkeys(gate_columns, 0))
        return PollTask(
            name=draft.name,
            group=draft.group,
            scalars=_distinct([*(gate.scalar for gate in gates), *scalars]),
            columns=_columns(turns, draft, turns),
            label_scalars=_distinct(need.scalar for need in needs),
            label_columns=_columns((need.column for need in needs), draft, {}),
            sweep=draft.sweep,
        )

    def _turns(self, draft: _TaskDraft, turns: dict[str, int]) -> dict[str, int]:
        """Add the turns of a task's columns to those that are given: gates come first.

        A column that may only fill in for others waits for them, so that no value is taken from
        it that a better one is about to replace.
        """
        for rule in draft.rules:
            if rule.oid and rule.table is not None:
                better = [
                    turns[rival.oid] + 1
                    for rival in self._rivals.get(rule.priority, ())
                    if rival.priority < rule.priority and rival.oid in turns
                ]
                turns[rule.oid] = max([turns.get(rule.oid, 1), *better])
        return turns

    def _needs(self, rule: CompiledRule) -> Iterator[Need]:
        yield from self._references.of_rule(rule)
        for reference in rule.references():
            yield from needs_of(reference.place)

    def _dependents(self) -> dict[str, tuple[Dependent, ...]]:
        found: dict[str, dict[tuple[int, bool], Dependent]] = {}
        for rule in (rule for draft in self._drafts.values() for rule in draft.rules):
            for reference, same_row in self._needs(rule):
                place = reference.column or reference.scalar or ""
                key = (rule.priority, same_row)
                found.setdefault(place, {})[key] = Dependent(rule, same_row)
            for table in self._references.tables_of_rule(rule):
                found.setdefault(table, {})[rule.priority, False] = Dependent(rule, same_row=False)
        return {place: tuple(rules.values()) for place, rules in found.items()}


def _readings(rule: Rule) -> set[tuple[str | None, str]]:
    """Which objects it reads into which metrics: once a nearer profile does, no farther one may."""
    cases = rule.choose.cases if rule.choose is not None else ()
    return {(rule.oid, meaning.metric) for meaning in (rule, *cases) if meaning.metric is not None}


def _nearest_texts(profiles: Sequence[Profile]) -> dict[str, TextSources]:
    """Sources by name; what a farther profile says counts where the nearer gives no text."""
    texts: dict[str, TextSources] = {}
    for profile in profiles:
        own = {"vendor": profile.vendor, "model": profile.model, **profile.texts}
        for name, sources in own.items():
            texts[name] = (*texts.get(name, ()), *sources)
    return texts


def _by_oid(rules: Iterable[CompiledRule]) -> dict[str, tuple[CompiledRule, ...]]:
    found: dict[str, tuple[CompiledRule, ...]] = {}
    for rule in rules:
        if rule.oid:
            found[rule.oid] = (*found.get(rule.oid, ()), rule)
    return found


def _distinct(oids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(oid for oid in oids if oid is not None))


def _columns(
    oids: Iterable[str | None], draft: _TaskDraft, turns: Mapping[str, int]
) -> tuple[Column, ...]:
    return tuple(
        Column(oid, draft.repetitions.get(oid, draft.max_repetitions), turns.get(oid, 0))
        for oid in _distinct(oids)
    )


def _order(draft: _TaskDraft) -> tuple[bool, int, str]:
    return (draft.sweep is not None, GROUP_MULTIPLES[draft.group], draft.name)
