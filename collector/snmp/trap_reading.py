"""From a notification to an event: which node it is about, what it tells, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from collector.snmp.trap_declaration import Pick, TrapDeclaration, TrapSet
from collector.snmp.trap_message import Notification
from collector.varbind import Value
from omc.core.model import Event, EventKind, sorted_labels

#: Characters of a text that becomes a part of an alarm's identity.
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class TrapNode:
    """A node that traps may come from.

    Attributes:
        name: Unique node name.
        site: Site code, or "".
        address: As the inventory writes it.
    """

    name: str
    site: str
    address: str


class Understanding(StrEnum):
    """How far a notification could be read."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NO_NODE = "no_node"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class TrapReading:
    """What a notification was understood to say.

    Attributes:
        understanding: How far it could be read.
        node: Name of the node it is about; "" when the inventory has none of its address.
        declared: What is declared of it; None when nothing is.
        event: What is to be announced; None without a node.
    """

    understanding: Understanding
    node: str
    declared: TrapDeclaration | None
    event: Event | None


class TrapReader:
    """Understands notifications.

    Args:
        traps: What is declared.
        nodes: The inventory's nodes. An address that several of them share names none.
    """

    def __init__(self, traps: TrapSet, nodes: Iterable[TrapNode]) -> None:
        self._traps = traps
        self._nodes = _by_address(nodes)

    def read(self, notification: Notification, source: str, time_ms: int) -> TrapReading:
        """Understand one.

        Args:
            notification: What came.
            source: IP address of the sender.
            time_ms: When it came: the clocks of devices are not to be trusted.
        """
        # Behind a forwarder only the message itself says whose it is (RFC 3584 section 3.1).
        node = self._nodes.get(notification.address) or self._nodes.get(source)
        declared = self._traps.get(notification.oid)
        if node is None:
            return TrapReading(Understanding.NO_NODE, "", declared, None)
        labels = {"site": node.site, "node": node.name}
        text, severity = notification.oid, ""
        understanding = Understanding.KNOWN if declared else Understanding.UNKNOWN
        if declared is not None:
            text = declared.name
            named = _object(declared, notification)
            if declared.alarm is not None and named is None:
                understanding = Understanding.INCOMPLETE
            elif declared.alarm is not None and named is not None:
                severity = _severity(declared, notification)
                text, labels = (declared.alarm, labels | named) if severity else (text, labels)
        source_name = f"trap:{node.name}"
        pairs = sorted_labels({name: value for name, value in labels.items() if value})
        event = Event(EventKind.TRAP, source_name, time_ms, pairs, text, severity=severity)
        return TrapReading(understanding, node.name, declared, event)


def _by_address(nodes: Iterable[TrapNode]) -> dict[str, TrapNode]:
    found: dict[str, TrapNode] = {}
    shared: set[str] = set()
    for node in nodes:
        if node.address in found:
            shared.add(node.address)
        found[node.address] = node
    return {address: node for address, node in found.items() if address not in shared}


def _object(declared: TrapDeclaration, notification: Notification) -> dict[str, str] | None:
    """Labels that name the alarm's object; None when the trap does not hold all of them."""
    labels: dict[str, str] = {}
    for label, picks in declared.object.items():
        texts = [value_text(_picked(pick, notification)) for pick in picks]
        if not all(texts):
            return None
        labels[label] = "/".join(texts)[:_LONGEST_LABEL]
    return labels


def _severity(declared: TrapDeclaration, notification: Notification) -> str:
    """The severity that a trap tells; "" for an event."""
    said = declared.oids[notification.oid]
    if said == "event":
        return ""
    if said != "coded" or declared.severity is None:
        return said
    code = _picked(declared.severity.of, notification)
    known = declared.severity.codes.get(code) if isinstance(code, int) else None
    return known or "indeterminate"


def _picked(pick: Pick, notification: Notification) -> Value:
    if isinstance(pick, int):
        varbinds = notification.varbinds
        return varbinds[pick - 1][1] if pick <= len(varbinds) else None
    inside = f"{pick}."
    for name, value in notification.varbinds:
        if name == pick or name.startswith(inside):
            return value
    return None


def value_text(value: Value) -> str:
    """A value as people read it: printable text as it is, other octets in hexadecimal."""
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return str(value)
    try:
        text = value.rstrip(b"\0").decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.hex(":")
    return text if text.isprintable() else value.hex(":")
