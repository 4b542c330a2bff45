"""What MIB files say of objects: names, OIDs, types, units, indexes.

pysmi parses; OIDs are resolved here, so that neither the standard modules nor those that only lend
a textual convention have to be at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pysmi.error import PySmiError  # type: ignore[import-untyped]
from pysmi.parser.dialect import smi_v1_relaxed  # type: ignore[import-untyped]
from pysmi.parser.smi import parserFactory  # type: ignore[import-untyped]

from omc.core.errors import ConfigurationError, Problem

Oid = tuple[int, ...]

_ROOTS: Mapping[str, Oid] = {
    "iso": (1,),
    "org": (1, 3),
    "dod": (1, 3, 6),
    "internet": (1, 3, 6, 1),
    "mgmt": (1, 3, 6, 1, 2),
    "mib-2": (1, 3, 6, 1, 2, 1),
    "transmission": (1, 3, 6, 1, 2, 1, 10),
    "experimental": (1, 3, 6, 1, 3),
    "private": (1, 3, 6, 1, 4),
    "enterprises": (1, 3, 6, 1, 4, 1),
    "snmpV2": (1, 3, 6, 1, 6),
    "snmpModules": (1, 3, 6, 1, 6, 3),
}
_TRUTH = {1: "true", 2: "false"}
#: Textual conventions of SNMPv2-TC and its like: base type and size.
_WELL_KNOWN: Mapping[str, tuple[str, int | None]] = {
    "DisplayString": ("OCTET STRING", None),
    "SnmpAdminString": ("OCTET STRING", None),
    "OwnerString": ("OCTET STRING", None),
    "PhysAddress": ("OCTET STRING", None),
    "MacAddress": ("OCTET STRING", 6),
    "DateAndTime": ("OCTET STRING", None),
    "TruthValue": ("INTEGER", None),
    "TimeStamp": ("TimeTicks", None),
    "AutonomousType": ("OBJECT IDENTIFIER", None),
}
#: Types that refer to each other more deeply are a mistake.
_DEEPEST = 8
_UNREADABLE = ("not-accessible", "accessible-for-notify", "write-only")


@dataclass(frozen=True, slots=True)
class MibType:
    """The type behind an object's syntax.

    Attributes:
        base: `INTEGER`, `OCTET STRING`, `OBJECT IDENTIFIER`, `IpAddress`, `Counter64` ...
        name: As the MIB calls it: `DisplayString`, or the base.
        codes: Names of an enumeration's codes.
        size: Octets, where it is fixed.
    """

    base: str
    name: str
    codes: Mapping[int, str] = field(default_factory=dict)
    size: int | None = None


@dataclass(frozen=True, slots=True)
class IndexObject:
    """One object of an INDEX clause."""

    name: str
    type: MibType
    implied: bool = False


@dataclass(frozen=True, slots=True)
class MibObject:
    """One readable object.

    Attributes:
        name: Its name.
        oid: Of the object, without an instance.
        type: Its type.
        units: The UNITS clause, or "".
        description: The DESCRIPTION clause in one line.
        index: INDEX of its table; None for a scalar.
        table: Name of its table; "" for a scalar.
    """

    name: str
    oid: Oid
    type: MibType
    units: str
    description: str
    index: tuple[IndexObject, ...] | None
    table: str


@dataclass(frozen=True, slots=True)
class MibSet:
    """Several MIB modules together.

    Attributes:
        modules: Their names.
        objects: What can be read, in the order of OIDs.
    """

    modules: tuple[str, ...]
    objects: tuple[MibObject, ...]

    @classmethod
    def load(cls, files: Sequence[Path]) -> MibSet:
        """Read MIB files.

        Raises:
            ConfigurationError: a file cannot be read or is no MIB, or a module is missing without
                which OIDs cannot be told.
        """
        parser = parserFactory(**smi_v1_relaxed)()
        modules = [(file, module) for file in files for module in _parse(parser, file)]
        return _Resolver(modules).mib_set()


def _parse(parser: Any, file: Path) -> list[Any]:
    try:
        text = file.read_bytes().decode("utf-8", "replace")
        modules: list[Any] = parser.parse(text)
    except OSError as error:
        text = f"cannot be read: {error.strerror}"
        raise ConfigurationError([Problem(str(file), 0, 0, text)]) from None
    except PySmiError as error:
        line = int(getattr(error, "lineno", 0) or 0)
        text = f"no valid MIB: {getattr(error, 'msg', error)}"
        raise ConfigurationError([Problem(str(file), line, 0, text)]) from None
    return modules


class _Resolver:
    """Names of all modules in one space: within the MIBs of one vendor they are unique."""

    def __init__(self, modules: Sequence[tuple[Path, Any]]) -> None:
        self._names = tuple(name for _, (name, *_) in modules)
        self._parents: dict[str, Sequence[Any]] = {}
        self._types: dict[str, Any] = {}
        self._objects: list[tuple[Path, Any]] = []
        self._by_name: dict[str, Any] = {}
        self._by_oid: dict[Oid, Any] = {}
        self._imported: dict[str, str] = {}
        for file, (_, _, imports, declarations) in modules:
            for module, symbols in (imports or {}).items():
                self._imported.update(dict.fromkeys(symbols, module))
            for declaration in declarations or ():
                self._declare(file, declaration)

    def _declare(self, file: Path, declaration: Any) -> None:
        kind, name = declaration[0], declaration[1]
        if kind == "typeDeclaration":
            self._types[name] = declaration[2][-1]
        elif kind != "trapTypeClause":
            place = _part(declaration, "objectIdentifier")
            if place is not None:
                self._parents[name] = place[1]
        if kind == "objectTypeClause":
            self._objects.append((file, declaration))
            self._by_name[name] = declaration

    def mib_set(self) -> MibSet:
        problems: dict[str, Problem] = {}
        for file, declaration in self._objects:
            try:
                self._by_oid[self._oid(declaration[1])] = declaration
            except _UnknownParent as unknown:
                module = self._imported.get(unknown.name, "a module that is not named")
                text = f"{unknown.name} comes from {module}: give its file, too"
                problems[unknown.name] = Problem(str(file), 0, 0, text)
        if problems:
            raise ConfigurationError(list(problems.values()))
        found = [self._object(oid, self._by_oid[oid]) for oid in sorted(self._by_oid)]
        return MibSet(self._names, tuple(made for made in found if made is not None))

    def _object(self, oid: Oid, declaration: Any) -> MibObject | None:
        """An object that can be read; None for tables, entries and what only traps carry."""
        _, name, syntax, *_ = declaration
        access = _part(declaration, "MaxAccessPart")
        if syntax[0] == "conceptualTable" or _part(declaration, "INDEX") is not None:
            return None
        if access is not None and access[1] in _UNREADABLE:
            return None
        entry = self._entry_of(oid)
        units, description = _part(declaration, "UNITS"), _part(declaration, "DESCRIPTION")
        return MibObject(
            name=name,
            oid=oid,
            type=self._type(syntax),
            units=units[1] if units else "",
            description=" ".join(str(description[1]).split()) if description else "",
            index=tuple(self._index(entry)) if entry is not None else None,
            table=self._table_of(oid) if entry is not None else "",
        )

    def _oid(self, name: str, depth: int = 0) -> Oid:
        if name in _ROOTS:
            return _ROOTS[name]
        parts = self._parents.get(name)
        if parts is None or depth > 64:
            raise _UnknownParent(name)
        found: Oid = ()
        for part in parts:
            if isinstance(part, str):
                found = self._oid(part, depth + 1)
            else:
                found = (*found, int(part[1] if isinstance(part, tuple) else part))
        return found

    # -- tables ------------------------------------------------------------------------------------

    def _entry_of(self, oid: Oid) -> Any | None:
        """The declaration of the entry that an object is a column of."""
        parent = self._by_oid.get(oid[:-1])
        rowlike = parent is not None and (_part(parent, "INDEX") or _part(parent, "AUGMENTS"))
        return parent if rowlike else None

    def _table_of(self, oid: Oid) -> str:
        table = self._by_oid.get(oid[:-2])
        return str(table[1]) if table is not None else ""

    def _index(self, entry: Any) -> Iterator[IndexObject]:
        augmented = _part(entry, "AUGMENTS")
        clause = _part(entry, "INDEX")
        if clause is None and augmented is not None:
            other = next((self._by_name[w] for w in _words(augmented) if w in self._by_name), None)
            clause = _part(other, "INDEX") if other is not None else None
        for implied, name in clause[1] if clause is not None else ():
            declared = self._by_name.get(name)
            of_type = self._type(declared[2]) if declared else MibType("INTEGER", "INTEGER")
            yield IndexObject(name, of_type, bool(implied))

    # -- types -------------------------------------------------------------------------------------

    def _type(self, syntax: Any, depth: int = 0) -> MibType:
        name = str(syntax[1]) if len(syntax) > 1 else str(syntax[0])
        codes = {code: text for text, code in _constraint(syntax, "enumSpec")}
        size = _fixed_size(syntax)
        known = self._types.get(name)
        if known is not None and depth < _DEEPEST:
            below = self._type(known, depth + 1)
            return MibType(below.base, name, codes or below.codes, size or below.size)
        base, well_known_size = _WELL_KNOWN.get(name, (name, None))
        if name == "TruthValue":
            codes = _TRUTH
        return MibType(base, name, codes, size or well_known_size)


class _UnknownParent(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _part(declaration: Iterable[Any], tag: str) -> Any | None:
    """The clause of a declaration that begins with a tag."""
    return next((p for p in declaration if isinstance(p, tuple) and p and p[0] == tag), None)


def _words(part: Any) -> list[str]:
    found: list[str] = []
    for item in part[1:]:
        found += [item] if isinstance(item, str) else _words((None, *item)) if item else []
    return found


def _constraint(syntax: Any, tag: str) -> list[Any]:
    part = _part(syntax, tag)
    return list(part[1]) if part is not None else []


def _fixed_size(syntax: Any) -> int | None:
    sizes = _constraint(syntax, "octetStringSubType")
    fixed = len(sizes) == 1 and len(set(sizes[0])) == 1
    return int(sizes[0][0]) if fixed else None
