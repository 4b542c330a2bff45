"""A profile drafted from what a device said and what its MIBs say: valid, and to be reviewed.

What fits a metric of the catalogue is written as a rule; the rest stands in comments beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from collector.drafting.mib import IndexObject, MibObject, MibSet, Oid
from collector.drafting.rule_draft import RuleWriter, dotted, quoted
from collector.drafting.walk import Walk, examples, one_line
from collector.drafting.walk_shape import objects_of
from omc.core.catalogue import Catalogue

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"

_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
_NAME_LIKE = re.compile(r"(?:name|descr|descriptor|description|label|alias)$", re.IGNORECASE)
_INTERFACE_INDEX = "ifIndex"


def draft(name: str, walk: Walk, mibs: MibSet, catalogue: Catalogue) -> str:
    """Write a profile as YAML.

    Args:
        name: Of the profile.
        walk: Of the device; objects of the MIBs that it does not have are left out.
        mibs: The device's MIBs; may be empty, then objects are only listed.
        catalogue: Where metrics are looked for.
    """
    return "\n".join(_Draft(name, walk, mibs, catalogue).lines()) + "\n"


class _Draft:
    """One profile being written."""

    def __init__(self, name: str, walk: Walk, mibs: MibSet, catalogue: Catalogue) -> None:
        self._name = name
        self._walk = walk
        self._mibs = mibs
        self._catalogue = catalogue
        self._objects = [object_ for object_ in mibs.objects if walk.under(object_.oid)]

    def lines(self) -> Iterator[str]:
        """The file."""
        yield from self._head()
        yield from self._scalars()
        yield from self._tables()
        yield from self._unexplained()

    def _head(self) -> Iterator[str]:
        object_id, descr = self._walk.text(SYS_OBJECT_ID), self._walk.text(SYS_DESCR)
        indexes = [part for object_ in self._objects for part in object_.index or ()]
        has_interfaces = any(part.name == _INTERFACE_INDEX for part in indexes)
        yield "# A draft: review every metric, unit, sentinel and name before it is used."
        yield f"name: {self._name}"
        yield f"title: {quoted(descr or self._name)}"
        yield f"mibs: [{', '.join(self._mibs.modules)}]"
        yield "evidence: recording"
        yield f"extends: [{'if-mib' if has_interfaces else 'system'}]"
        if re.fullmatch(r"[0-2](\.\d+)+", object_id):
            yield "detect:"
            yield f'  - {{sys_object_id: "{object_id}"}}  # perhaps only the first part of it'
        else:
            yield "# detect: there was no sysObjectID (1.3.6.1.2.1.1.2.0)"

    def _scalars(self) -> Iterator[str]:
        writer = RuleWriter(self._walk, self._catalogue)
        scalars = [object_ for object_ in self._objects if object_.index is None]
        body = [line for scalar in scalars for line in writer.lines(scalar)]
        yield from ["", "scalars:"] if _has_rule(body) else [""]
        yield from body

    def _tables(self) -> Iterator[str]:
        tables: dict[Oid, list[MibObject]] = {}
        for object_ in self._objects:
            if object_.index is not None:
                tables.setdefault(object_.oid[:-1], []).append(object_)
        bodies = [list(self._table(columns)) for columns in tables.values()]
        yield from ["", "tables:"] if any(map(_has_rule, bodies)) else [""]
        for body in bodies:
            yield from body

    def _table(self, columns: Sequence[MibObject]) -> Iterator[str]:
        index = columns[0].index or ()
        parts = _part_names(index)
        name_column = next((column for column in columns if _is_name(column)), None)
        text = _row_name(name_column, index, parts)
        writer = RuleWriter(self._walk, self._catalogue, "    ", parts, named=bool(text))
        body: list[str] = []
        for column in columns:
            body += [writer.comment(column)] if column is name_column else writer.lines(column)
        if not _has_rule(body):
            yield from (line[2:] for line in body)
            return
        kinds = [_index_part(part, name) for part, name in zip(index, parts, strict=True)]
        yield f"  - name: {_snake(columns[0].table or columns[0].name)}"
        yield f"    index: [{', '.join(kinds)}]"
        yield from [f"    texts: {{name: {text}}}"] if text else []
        yield "    metrics:"
        yield from body

    def _unexplained(self) -> Iterator[str]:
        """What the device has and none of the MIBs explains."""
        known = [object_.oid for object_ in self._objects]
        oids = self._walk.oids_under(_ENTERPRISES, known)
        if oids:
            yield from ["", "# Objects that none of the MIBs explains:"]
        for oid, indexes in sorted(objects_of(oids).items()):
            values = [self._walk.value((*oid, *index)) for index in indexes]
            yield f"# {dotted(oid)} {len(indexes)} rows: {one_line(examples(values))}"


def _row_name(column: MibObject | None, index: Sequence[IndexObject], parts: Sequence[str]) -> str:
    """Where a row's name comes from, as YAML; "" where there is none."""
    if column is not None:
        return f"{{column: {dotted(column.oid)}}}"
    if [part.name for part in index] == [_INTERFACE_INDEX]:
        return f"{{label: interfaces.interface, by: {parts[0]}}}"
    return ""


def _is_name(object_: MibObject) -> bool:
    return object_.type.base == "OCTET STRING" and _NAME_LIKE.search(object_.name) is not None


def _has_rule(body: Sequence[str]) -> bool:
    return any(line.lstrip().startswith("- ") for line in body)


def _part_names(index: Sequence[IndexObject]) -> list[str]:
    names: list[str] = []
    for part in index:
        name = _snake(part.name)
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names


def _index_part(part: IndexObject, name: str) -> str:
    if part.type.base == "IpAddress":
        return f"{{name: {name}, kind: ipv4}}"
    kind = {"OCTET STRING": "octets", "OBJECT IDENTIFIER": "oid"}.get(part.type.base)
    if kind is None:
        return name
    length = "implied" if part.implied else part.type.size or "prefixed"
    return f"{{name: {name}, kind: {kind}, length: {length}}}"


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"t_{plain}"
