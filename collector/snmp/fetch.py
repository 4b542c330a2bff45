"""Fetching scalars and columns from one device, and what it costs when an agent fails at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collector.normalising.refusal import Refusal
from collector.snmp.exchange import Exchange, RequestTimeout
from collector.snmp.get import get
from collector.snmp.limits import AgentLimits
from collector.snmp.span import Span
from collector.snmp.walk import OnPage, walk
from collector.varbind import Varbind
from omc.core.clock import Clock
from omc.core.errors import ProtocolViolation
from omc.core.model import Batch, Event

#: A device that leaves this many requests in a row unanswered is given up for this poll.
SILENT_AFTER = 2


class GivenUp(Exception):
    """The device does not answer any more."""


@dataclass(slots=True)
class PollResult:
    """What one poll brought, complete or not.

    Attributes:
        batches: One a task that was read; some may be empty.
        events: Changes of quality.
        problems: What went wrong on the way, in words.
        rejected: Readings that were no sample in this poll, by reason.
        refusals: The same one by one, where the device was made `with_origins`.
        answered: The device said anything at all.
        given_up: It stopped answering, or its time was over, before all was read.
    """

    batches: list[Batch] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    answered: bool = False
    given_up: bool = False

    @property
    def samples(self) -> int:
        """How many samples the batches hold."""
        return sum(len(batch) for batch in self.batches)


class Fetcher:
    """Fetches what polls need, one after another.

    Args:
        limits: The memory of the device's session.
        clock: Stamps scalars.

    Attributes:
        ceiling: Upper limit for GETBULK, or None when the device's own applies.
    """

    def __init__(self, limits: AgentLimits, clock: Clock) -> None:
        self.ceiling: int | None = None
        self._limits = limits
        self._clock = clock
        self._result = PollResult()
        self._silent = 0

    def begin(self, result: PollResult) -> None:
        """What goes wrong from now on is told to this result."""
        self._result, self._silent = result, 0

    def fetch(
        self, scalars: Sequence[str], spans: Iterable[Span], on_page: OnPage
    ) -> Exchange[bool]:
        """GET and walk; false when anything could not be read to its end."""
        complete = True
        if scalars:
            complete &= yield from self._guard(self._get(scalars, on_page))
        for span in spans:
            complete &= yield from self._fetch_span(span, on_page)
        return complete

    def _fetch_span(self, span: Span, on_page: OnPage) -> Exchange[bool]:
        """Walk columns that stand side by side in one go, or by themselves where that fails.

        What an agent makes of a step from one column to the next is not taken on trust: a column
        without rows is asked for by itself before it is believed to have none.
        """
        if len(span.columns) == 1:
            return (yield from self._guard(self._walk(span, on_page)))
        pages: list[list[Varbind]] = []

        def on_rows(varbinds: list[Varbind], time_ms: int, page: int) -> None:
            pages.append(varbinds)
            on_page(varbinds, time_ms, page)

        complete = True
        if self._limits.together(span.name):
            before = self._limits.rows_of(span.name)
            complete = yield from self._walk_together(span, on_rows)
            if complete and sum(map(len, pages)) == before:
                return True
        missing, together = span.without(pages), len(pages)
        failed, complete = not complete, complete or not pages
        if not complete:
            self._result.problems.append(f"walk of {span.name}: not read to its end")
        for column in missing:
            complete &= yield from self._guard(self._walk(span.single(column), on_rows))
        if failed or len(pages) > together > 0:
            self._limits.part(span.name)
        return complete

    def _walk_together(self, span: Span, on_page: OnPage) -> Exchange[bool]:
        """As `_walk`, but what fails is not told: it is about to be asked column by column."""
        before = len(self._result.problems)
        try:
            complete = yield from self._walk(span, on_page)
        except RequestTimeout:
            if not self._result.answered:
                raise
            return False
        del self._result.problems[before:]
        self._silent = 0
        self._result.answered = True
        return complete

    def _get(self, oids: Sequence[str], on_page: OnPage) -> Exchange[bool]:
        refused: list[ProtocolViolation] = []
        size = self._limits.get_size
        for start in range(0, len(oids), size):
            varbinds = yield from get(oids[start : start + size], self._limits, refused.append)
            page = hash(tuple([oid for oid, _ in varbinds]))
            on_page(varbinds, self._clock.time_ms(), page)
        self._result.problems.extend(str(error) for error in refused)
        return not refused

    def _walk(self, span: Span, on_page: OnPage) -> Exchange[bool]:
        ceiling = span.max_repetitions or self.ceiling
        end = yield from walk(span, self._limits, on_page, max_repetitions=ceiling)
        if end.error is not None:
            self._result.problems.append(str(end.error))
        return end.complete

    def _guard(self, step: Exchange[bool]) -> Exchange[bool]:
        """One lost request costs its own column; several in a row end the poll."""
        try:
            complete = yield from step
        except RequestTimeout as timeout:
            if not self._result.answered:
                raise
            self._silent += 1
            if self._silent >= SILENT_AFTER:
                raise GivenUp(str(timeout)) from timeout
            self._result.problems.append(str(timeout))
            return False
        self._silent = 0
        self._result.answered = True
        return complete
