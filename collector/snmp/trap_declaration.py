"""What people write in config/traps/*.yaml: what a trap tells, about what, and how bad it is.

Alarms that traps tell of are rules of kind `told`, or `state` where polls see them too; that they
exist and have the labels that a declaration gives is checked when the files are loaded.
docs/alarms.md explains the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from omc.core.errors import ConfigurationError, Problem
from omc.core.metric import IDENTITY_LABELS, CatalogueModel, Text
from omc.core.yaml_source import Location, YamlFile, load_yaml, shown, validate

_OID = re.compile(r"[0-2](\.(0|[1-9]\d{0,9})){2,127}")

#: X.733 clause 8.1.2.3.
Severity = Literal["cleared", "indeterminate", "warning", "minor", "major", "critical"]


def _oid(text: str) -> str:
    if _OID.fullmatch(text) is None:
        raise ValueError(f"found {shown(text)}, expected a numeric OID without a leading dot")
    return text


Oid = Annotated[str, AfterValidator(_oid)]
#: Which object of a trap: its place among them, counted from 1, or the OID that its name begins
#: with.
Pick = Annotated[int, Field(ge=1, strict=True)] | Oid


class SeverityCode(CatalogueModel):
    """Where a trap says how bad it is: the codes of vendors agree on nothing.

    Attributes:
        of: The object that holds the code.
        codes: Code -> severity; a code that is not there is indeterminate.
    """

    of: Pick
    codes: Annotated[Mapping[int, Severity], Field(min_length=1)]


class TrapDeclaration(CatalogueModel):
    """One trap, or several that tell of one alarm.

    Attributes:
        name: As the MIB calls it; unique.
        title: What it means.
        oids: snmpTrapOID -> what it says: a severity, `cleared`, `coded` (the trap holds a code),
            or `event`: no alarm, the poll that it sets off tells the state.
        alarm: The alarm that it tells of.
        object: Label -> the objects that name what the alarm is about, joined by `/`.
        severity: For `coded`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")]
    title: Text
    oids: Annotated[Mapping[Oid, Severity | Literal["coded", "event"]], Field(min_length=1)]
    alarm: str | None = None
    object: Mapping[str, tuple[Pick, ...]] = Field(default_factory=dict)
    severity: SeverityCode | None = None


class _TrapFile(CatalogueModel):
    """One file of config/traps: traps of one family of devices."""

    about: Text
    traps: tuple[TrapDeclaration, ...]


class TrapSet:
    """Declarations by the OID of their traps.

    Args:
        declarations: Of unique names; a later one wins where two speak of one OID.
    """

    def __init__(self, declarations: Iterable[TrapDeclaration]) -> None:
        self._by_oid = {oid: declared for declared in declarations for oid in declared.oids}

    @classmethod
    def load(cls, folders: Iterable[Path], told: Mapping[str, tuple[str, ...]]) -> TrapSet:
        """Read every `*.yaml` of the folders; a later folder replaces declarations by name.

        Args:
            folders: Where the files lie.
            told: Alarms that may be told of -> labels that name their object.

        Raises:
            ConfigurationError: with every problem of every file.
        """
        declarations: dict[str, TrapDeclaration] = {}
        problems: list[Problem] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
            try:
                file = load_yaml(path)
                content = validate(file, _TrapFile)
            except ConfigurationError as error:
                problems.extend(error.problems)
                continue
            problems.extend(_problems(file, content, told))
            declarations |= {declared.name: declared for declared in content.traps}
        if problems:
            raise ConfigurationError(problems)
        return cls(declarations.values())

    def get(self, oid: str) -> TrapDeclaration | None:
        """What is declared of a trap; None for one that nobody knows."""
        return self._by_oid.get(oid)


def _problems(
    file: YamlFile, content: _TrapFile, told: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for index, declared in enumerate(content.traps):
        for place, text in _faults(declared, told):
            yield file.problem(("traps", index, *place), f"{declared.name}: {text}")
        for oid in declared.oids:
            if oid in seen:
                text = f"{declared.name}: {oid} is declared as {seen[oid]} already"
                yield file.problem(("traps", index, "oids", oid), text, at_key=True)
            seen[oid] = declared.name


def _faults(
    declared: TrapDeclaration, told: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Location, str]]:
    words = set(declared.oids.values())
    if ("coded" in words) != (declared.severity is not None):
        yield (), "'coded' and the key 'severity' belong together"
    if (words != {"event"}) != (declared.alarm is not None):
        yield (), "what tells a severity names an 'alarm', and an event names none"
    if declared.alarm is None:
        return
    if declared.alarm not in told:
        yield (
            ("alarm",),
            f"found {shown(declared.alarm)}; no rule of kind 'told' or 'state' is called so",
        )
        return
    given = {*IDENTITY_LABELS, *declared.object}
    if given != set(told[declared.alarm]):
        labels = ", ".join(told[declared.alarm])
        yield ("object",), f"the rule {declared.alarm} is about {labels}"
