"""One rule of a drafted profile: metric, labels, decoding, and sentinels to review."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collector.drafting.metric_guess import Guess, guess
from collector.drafting.mib import MibObject, Oid
from collector.drafting.walk import Walk, examples, one_line
from collector.varbind import Value
from omc.core.catalogue import Catalogue

#: Numbers that agents use for "none", if they turn up in a walk.
_SUSPICIOUS = (2147483647, -2147483648, 4294967295, 65535, 65534, 32767, -32768, -9999, -999, -1)
_SAYS_NONE = re.compile(
    r"(-?\d{2,10}|-1)\b[^.;]{0,30}?\b(?:invalid|unknown|not (?:available|supported|applicable)"
    r"|no (?:value|reading|sensor)|n/a)",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60


@dataclass(slots=True)
class RuleWriter:
    """Writes the rules of one table, or of all scalars.

    Attributes:
        walk: What the device said.
        catalogue: Where metrics are looked for.
        indent: Before every line.
        parts: Names of the index parts; none for scalars.
        named: Its rows have a `{name}`.
    """

    walk: Walk
    catalogue: Catalogue
    indent: str = ""
    parts: Sequence[str] = ()
    named: bool = False
    _taken: Counter[str] = field(default_factory=Counter)

    def lines(self, object_: MibObject) -> Iterator[str]:
        """The rule of an object, or a comment where no metric fits."""
        values = self.walk.under(object_.oid)
        found = guess(object_, self.catalogue)
        if found is None or not any(isinstance(value, int | float | bytes) for value in values):
            yield self.comment(object_)
            return
        self._taken[found.metric.name] += 1
        instance = ".0" if object_.index is None else ""
        body = [
            f"oid: {dotted(object_.oid)}{instance}",
            f"object: {object_.name}",
            f"metric: {found.metric.name}",
            *self._labels(object_, found),
            *_decode(object_, found),
            *_sentinels(object_, values),
        ]
        yield f"{self.indent}  # {one_line(_about(object_, values))}"
        for number, line in enumerate(body):
            yield f"{self.indent}  {'  ' if number else '- '}{line}"

    def comment(self, object_: MibObject) -> str:
        """What is known of an object that is not read."""
        about = _about(object_, self.walk.under(object_.oid))
        return f"{self.indent}  # {dotted(object_.oid)} {one_line(about)}"

    def _labels(self, object_: MibObject, found: Guess) -> Iterator[str]:
        """One label that tells rows apart; with the object's name where two share a metric."""
        if not found.metric.labels:
            return
        index = ".".join(f"{{{part}}}" for part in self.parts)
        own = object_.name if found.generic or self._taken[found.metric.name] > 1 else ""
        names = ["{name}", index] if self.named else [index]
        texts = [text for name in names if (text := " ".join(filter(None, [name, own])))]
        if texts:
            inside = ", ".join(map(quoted, texts))
            yield f"labels: {{{found.metric.labels[0]}: [{inside}]}}"


def _about(object_: MibObject, values: Sequence[Value]) -> str:
    """Name, some values, unit and codes."""
    about = f"{object_.name}: {examples(values)}"
    about += f"; unit {object_.units}" if object_.units else ""
    codes = ", ".join(f"{text}({code})" for code, text in sorted(object_.type.codes.items()))
    return f"{about}; {codes}" if codes else about


def _decode(object_: MibObject, found: Guess) -> Iterator[str]:
    if found.states is not None:
        pairs = ", ".join(f"{code}: {state}" for code, state in sorted(found.states.items()))
        yield f"decode: {{states: {{{pairs}}}}}"
        return
    factor = found.unit.factor if found.unit is not None else 1.0
    steps = ["number"] if object_.type.base == "OCTET STRING" else []
    if object_.type.base == "TimeTicks":
        steps.append("timeticks")
    elif factor != 1.0:
        steps.append(f"{{scale: {factor:.12g}}}")
    if steps:
        yield f"decode: [{', '.join(steps)}]"


def _sentinels(object_: MibObject, values: Sequence[Value]) -> Iterator[str]:
    """Numbers that the MIB calls invalid, or that look so in the walk."""
    if object_.type.codes or object_.type.base.startswith("Counter"):
        return
    said = [int(number) for number in _SAYS_NONE.findall(object_.description)]
    seen = [number for number in _SUSPICIOUS if number in values]
    inside = ", ".join(f"{number}: not_supported" for number in dict.fromkeys([*said, *seen]))
    if inside:
        yield f"sentinels: {{{inside}}}  # review"


def quoted(text: str) -> str:
    """Text as a double-quoted YAML scalar."""
    plain = " ".join(text.split())[:_LONGEST_LABEL].replace("\\", "/").replace('"', "'")
    return f'"{plain}"'


def dotted(oid: Oid) -> str:
    """An OID as text."""
    return ".".join(map(str, oid))
