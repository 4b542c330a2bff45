"""Which edge nodes are to be asked for their births, and when.

Asking costs the network a message of everything each. So a node is asked again only after a pause
that doubles, and of all nodes only so many a second: after a restart of ours a whole province has
to be asked.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from omc.core.sparkplug import REBIRTH, DataType, Payload

NodeT = TypeVar("NodeT", bound=Hashable)

#: Nodes asked in one call, at most: it is called once a second.
AT_ONCE = 10
#: A node that does not answer is asked so often of our own accord, then only when it says anything.
TRIES = 3
_LONGEST_PAUSE = 3600.0


@dataclass(slots=True)
class _Wish:
    """One node's births.

    Attributes:
        at: Monotonic time of the next question.
        asked: Questions so far.
        again: Something came since the last question that cannot be read without the births.
        is_silent: It was reported as one that does not answer.
    """

    at: float
    asked: int = 0
    again: bool = True
    is_silent: bool = False


class Rebirths(Generic[NodeT]):
    """Questions that are open.

    Args:
        pause: Seconds until a node is asked for the second time.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._wishes: dict[NodeT, _Wish] = {}

    def want(self, node: NodeT, at: float) -> None:
        """The births of a node are needed, to be asked for at a monotonic time."""
        wish = self._wishes.setdefault(node, _Wish(at))
        wish.again = True

    def answered(self, node: NodeT) -> None:
        """The births came, or are not needed any more."""
        self._wishes.pop(node, None)

    def due(self, now: float) -> list[NodeT]:
        """The nodes to ask now."""
        due: list[NodeT] = []
        for node, wish in self._wishes.items():
            if len(due) == AT_ONCE:
                break
            if wish.at <= now and (wish.asked < TRIES or wish.again):
                wish.at = now + min(self._pause * 2**wish.asked, _LONGEST_PAUSE)
                wish.asked += 1
                wish.again = False
                due.append(node)
        return due

    def silent(self, now: float) -> list[NodeT]:
        """The nodes that have not answered any question, each once."""
        found = [
            node
            for node, wish in self._wishes.items()
            if wish.asked >= TRIES and wish.at <= now and not (wish.again or wish.is_silent)
        ]
        for node in found:
            self._wishes[node].is_silent = True
        return found


def rebirth_command(now_ms: int) -> bytes:
    """The NCMD by which an edge node is asked for its births (5.17)."""
    payload = Payload(timestamp=now_ms)
    payload.metrics.add(
        name=REBIRTH, timestamp=now_ms, datatype=DataType.BOOLEAN, boolean_value=True
    )
    return bytes(payload.SerializeToString())
