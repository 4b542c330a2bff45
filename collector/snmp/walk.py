"""Reading columns and instances: what a careful manager asks, and when it stops.

Walks stop at the end of the column, refuse OIDs that do not increase (an endless walk is a known
fault of agents), ask for less when the agent cannot answer, and never take a short answer for the
end: what looks like one is asked again, one row at a time, and then through a second library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.snmp.exchange import Exchange
from collector.snmp.limits import AgentLimits
from collector.varbind import Varbind
from omc.core.errors import ProtocolViolation

#: Takes a page of varbinds and the Unix milliseconds of its arrival.
OnPage = Callable[[list[Varbind], int], None]

#: Takes what an agent did against the protocol at one OID.
OnError = Callable[[ProtocolViolation], None]

#: No table of an access network is longer; an agent that goes on is making rows up.
MAX_ROWS = 1_000_000


@dataclass(slots=True)
class WalkEnd:
    """How a walk ended. What was read has been given to `on_page` in any case.

    Attributes:
        column: What was walked.
        rows: Rows read.
        error: Why the rest could not be read; None when the column was read to its end.
    """

    column: str
    rows: int = 0
    error: ProtocolViolation | None = None

    @property
    def complete(self) -> bool:
        """The column was read to its end."""
        return self.error is None


def walk(
    column: str,
    limits: AgentLimits,
    on_page: OnPage,
    *,
    max_repetitions: int | None = None,
    max_rows: int = MAX_ROWS,
) -> Exchange[WalkEnd]:
    """Read a column (or any subtree) to its end.

    Args:
        column: OID without leading dot.
        limits: The device's memory (`Session.limits`).
        on_page: Called once a page, with rows of this column only, strictly increasing.
        max_repetitions: Upper limit for this column, below the device's own.
        max_rows: Stop with an error after so many rows.

    Raises:
        RequestTimeout: not even one row was answered any more.
        PollDeadline: the time for the whole exchange is over.
    """
    raise NotImplementedError
    yield  # type: ignore[unreachable]


def get(
    oids: Sequence[str], limits: AgentLimits, on_error: OnError | None = None
) -> Exchange[list[Varbind]]:
    """Read instances; one that is missing or refused does not cost the others.

    Args:
        oids: Complete OIDs (with the `.0` of a scalar), without leading dot.
        limits: The device's memory (`Session.limits`).
        on_error: Told about each OID that the agent refused with an error-status.

    Returns:
        Those that exist, in no promised order.

    Raises:
        RequestTimeout: not even one instance was answered any more.
        PollDeadline: the time for the whole exchange is over.
    """
    raise NotImplementedError
    yield  # type: ignore[unreachable]
