"""What is known of every PON: its port, which ONTs answer, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from omc.core.model import Series

PORT, ONT, CAUSE = "pon_port_up", "pon_ont_up", "pon_ont_last_down_cause"
READ = frozenset({PORT, ONT, CAUSE})

_DOWN, _UP = 0.0, 1.0
_DYING_GASP = 7.0
#: Causes that say nothing of fibre or mains: unknown, deactivated, reset, refused, other.
_SAY_NOTHING = frozenset({0.0, 8.0, 9.0, 10.0, 11.0})


class PonName(NamedTuple):
    """A PON port, and where its OLT stands ("" for nowhere)."""

    site: str
    node: str
    pon: str

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """As series and alarms have them, empty ones left out."""
        named = (("node", self.node), ("pon", self.pon), ("site", self.site))
        return tuple(pair for pair in named if pair[1])

    def __str__(self) -> str:
        return f"{self.node} {self.pon}"


class Ont:
    """One ONT.

    Attributes:
        up: Whether it is in operation; None while that was not read.
        seen_ms: When that was read or told, Unix milliseconds.
        gasped: Whether it went with a dying gasp when it last went; None if nothing is known.
        cause_ms: When that was read or told.
    """

    __slots__ = ("cause_ms", "gasped", "seen_ms", "up")

    def __init__(self) -> None:
        self.up: bool | None = None
        self.seen_ms = 0
        self.gasped: bool | None = None
        self.cause_ms = 0


class PonState:
    """One PON.

    Attributes:
        name: Which.
        port_up: Whether the OLT hears any ONT; None if it does not say so, or is not meant to.
        onts: By number.
        lost: Numbers of ONTs that went since the last verdict.
    """

    __slots__ = ("lost", "name", "onts", "port_up")

    def __init__(self, name: PonName) -> None:
        self.name = name
        self.port_up: bool | None = None
        self.onts: dict[str, Ont] = {}
        self.lost: dict[str, None] = {}

    def take(self, series: Series, value: float, time_ms: int) -> bool:
        """Note a reading of one of `READ`; True if it tells of a loss."""
        metric = series.metric.name
        if metric == PORT:
            before, self.port_up = self.port_up, {_UP: True, _DOWN: False}.get(value)
            return self.port_up is False and before is not False
        number = series.labels.get("ont", "")
        if metric == ONT:
            return self.see(number, time_ms, up=value == _UP)
        ont = self._ont(number)
        ont.gasped = None if value in _SAY_NOTHING else value == _DYING_GASP
        ont.cause_ms = time_ms
        return False

    def see(self, number: str, time_ms: int, *, up: bool, gasped: bool | None = None) -> bool:
        """Note whether an ONT is in operation; True if it just went."""
        ont = self._ont(number)
        went = ont.up is True and not up
        ont.up, ont.seen_ms = up, time_ms
        if gasped is not None:
            ont.gasped, ont.cause_ms = gasped, time_ms
        if up:
            self.lost.pop(number, None)
        elif went:
            self.lost[number] = None
        return went

    def _ont(self, number: str) -> Ont:
        ont = self.onts.get(number)
        if ont is None:
            ont = self.onts[number] = Ont()
        return ont

    def is_known_since(self, time_ms: int) -> bool:
        """Whether it is known of every ONT if it is in operation, and of those lost why not."""
        seen = bool(self.onts) and all(ont.seen_ms >= time_ms for ont in self.onts.values())
        return seen and all(self.onts[number].cause_ms >= time_ms for number in self.lost)

    def gasps(self, numbers: Iterable[str], since_ms: int) -> list[bool]:
        """Of those of these ONTs of which it is known since then: whether they gasped."""
        onts = [self.onts[number] for number in numbers if number in self.onts]
        return [o.gasped for o in onts if o.gasped is not None and o.cause_ms >= since_ms]

    def down(self) -> list[str]:
        """Numbers of ONTs that are not in operation."""
        return [number for number, ont in self.onts.items() if ont.up is False]

    def are_back(self, numbers: Iterable[str]) -> list[str]:
        """Those of these ONTs that are in operation."""
        return [n for n in numbers if (ont := self.onts.get(n)) is not None and ont.up]

    @property
    def in_operation(self) -> int:
        """How many ONTs are."""
        return sum(ont.up is True for ont in self.onts.values())
