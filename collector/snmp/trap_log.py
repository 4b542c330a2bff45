"""Which traps have been heard, and how often, those included that nobody has declared."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from collector.snmp.trap_declaration import TrapDeclaration
from collector.snmp.trap_message import Notification
from collector.snmp.trap_reading import TrapReading, Understanding, value_text
from collector.varbind import Varbind

_MOST_KINDS = 1000
_MOST_OBJECTS = 20
_LONGEST_VALUE = 80


@dataclass(slots=True)
class HeardTrap:
    """One kind of trap of one source.

    Times are Unix milliseconds, UTC.

    Attributes:
        source: IP address of the sender.
        oid: snmpTrapOID.
        first_ms: When it first came.
        last_ms: When it last came.
        count: How often it came.
        understanding: How far the last one could be read.
        node: Node of the inventory; "" for none.
        declared: What is declared of it; None for nothing.
        varbinds: Objects of the last one.
    """

    source: str
    oid: str
    first_ms: int
    last_ms: int
    count: int
    understanding: Understanding
    node: str
    declared: TrapDeclaration | None
    varbinds: tuple[Varbind, ...]

    @property
    def objects(self) -> dict[str, str]:
        """Objects of the last one as people read them, the first few of them."""
        shown = self.varbinds[:_MOST_OBJECTS]
        return {name: value_text(value)[:_LONGEST_VALUE] for name, value in shown}


class TrapLog:
    """Kinds of traps by source, the latest last.

    Attributes:
        forgotten: Kinds that had to go because there were too many; the longest silent go first.
    """

    def __init__(self, most_kinds: int = _MOST_KINDS) -> None:
        self._most_kinds = most_kinds
        self._heard: OrderedDict[tuple[str, str], HeardTrap] = OrderedDict()
        self.forgotten = 0

    def note(
        self, source: str, notification: Notification, reading: TrapReading, time_ms: int
    ) -> None:
        """Take note of one that came."""
        key = (source, notification.oid)
        before = self._heard.pop(key, None)
        self._heard[key] = HeardTrap(
            source,
            notification.oid,
            before.first_ms if before else time_ms,
            time_ms,
            before.count + 1 if before else 1,
            reading.understanding,
            reading.node,
            reading.declared,
            notification.varbinds,
        )
        if len(self._heard) > self._most_kinds:
            self._heard.popitem(last=False)
            self.forgotten += 1

    def latest(self) -> list[HeardTrap]:
        """All kinds, the one that came last first."""
        return list(reversed(self._heard.values()))
