"""Where a value lies in a JSON document: `data.meters[*].Ua`.

Steps are joined by points. A path that is empty or `.` means the document itself.

    key         one key of an object; "a.b" in quotes where the key has points or brackets
    key?        the same, or nothing happens where the object has no such key
    *           every value of an object
    {name}      the same, and the key gets a name (for labels)
    [2]         one element of a list, from 0
    [*]         every element of a list; a lone object counts as a list of one
    [{name}]    the same, and the number gets a name; [{name:1}] counts from 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

_STEP = re.compile(
    r'"(?P<quoted>[^"]+)"'
    r"|\{(?P<every_key>[a-z][a-z0-9_]*)\}"
    r"|\[(?:(?P<index>[0-9]{1,5})|(?P<every>\*)"
    r"|\{(?P<every_index>[a-z][a-z0-9_]*)(?::(?P<first>[01]))?\})\]"
    r"|(?P<all>\*)"
    r'|(?P<key>[^.\[\]{}"?*]+)'
)


class _Kind(Enum):
    KEY = auto()
    OPTIONAL_KEY = auto()
    EVERY_KEY = auto()
    INDEX = auto()
    EVERY_INDEX = auto()


@dataclass(frozen=True, slots=True)
class _Step:
    """One step; `index` is the element, or the number of the first one."""

    kind: _Kind
    key: str = ""
    index: int = 0
    named: bool = False


_NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A parsed path. Made by `parse` only.

    Attributes:
        text: As it was written.
        names: What the path names, from left to right.
        key: The only step where the path is one plain key; else "".
    """

    text: str
    names: tuple[str, ...]
    key: str
    _steps: tuple[_Step, ...]

    @classmethod
    def parse(cls, text: str) -> JsonPath:
        """Read a path.

        Raises:
            ValueError: not a path; the text says where.
        """
        steps: list[_Step] = []
        names: list[str] = []
        position = 1 if text == "." else 0
        while position < len(text):
            if steps and text[position] == ".":
                position += 1
            elif steps and text[position] != "[":
                raise ValueError(f"path {text!r}: a point is missing before {text[position:]!r}")
            step, name, position = _parse_step(text, position)
            steps.append(step)
            if name in names:
                raise ValueError(f"path {text!r}: the name {{{name}}} stands there twice")
            names.extend([name] if name else [])
        key = steps[0].key if len(steps) == 1 and steps[0].kind is _Kind.KEY else ""
        return cls(text, tuple(names), key, tuple(steps))

    def find(self, document: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
        """Every value the path leads to, with what it names, in the order of `names`."""
        return _walk(document, self._steps, _NOTHING)

    def first(self, document: Any, default: Any = None) -> Any:
        """The first value the path leads to, or the default."""
        if self.key:
            return document.get(self.key, default) if type(document) is dict else default
        return next((value for value, _ in self.find(document)), default)


def _parse_step(text: str, position: int) -> tuple[_Step, str, int]:
    found = _STEP.match(text, position)
    if found is None:
        raise ValueError(f"path {text!r}: not understood from {text[position:]!r} on")
    end = found.end()
    key = found["quoted"] or found["key"]
    if key:
        optional = text[end : end + 1] == "?"
        kind = _Kind.OPTIONAL_KEY if optional else _Kind.KEY
        return _Step(kind, key=key), "", end + optional
    if found["index"]:
        return _Step(_Kind.INDEX, index=int(found["index"])), "", end
    name = found["every_key"] or found["every_index"] or ""
    if found["every_key"] or found["all"]:
        return _Step(_Kind.EVERY_KEY, named=bool(name)), name, end
    return _Step(_Kind.EVERY_INDEX, index=int(found["first"] or 0), named=bool(name)), name, end


def _walk(
    value: Any, steps: tuple[_Step, ...], named: tuple[str, ...]
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    if not steps:
        yield value, named
        return
    step, rest = steps[0], steps[1:]
    for name, inner in _children(value, step):
        yield from _walk(inner, rest, (*named, name) if step.named else named)


def _children(value: Any, step: _Step) -> Iterator[tuple[str, Any]]:
    if step.kind is _Kind.EVERY_INDEX:
        elements = value if type(value) is list else [value] if type(value) is dict else ()
        for number, element in enumerate(elements, step.index):
            yield str(number), element
    elif step.kind is _Kind.INDEX:
        if type(value) is list and step.index < len(value):
            yield "", value[step.index]
    elif step.kind is _Kind.OPTIONAL_KEY:
        yield "", value.get(step.key, value) if type(value) is dict else value
    elif type(value) is dict:
        if step.kind is _Kind.EVERY_KEY:
            yield from value.items()
        elif step.key in value:
            yield "", value[step.key]
