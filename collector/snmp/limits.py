"""What has been learned about one agent: how much it answers at once, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from collector.snmp.exchange import Answer

#: Walks or gets for which an agent's word is taken before it is asked again.
_TRUST = 100
#: Walks without a failure before more rows are asked for again; doubles with every relapse.
_PATIENCE = 50
_LONGEST_PATIENCE = 5000
#: Walks of a span whose columns are read one by one, before they are tried in one go again.
_APART = 100
#: Pages whose order is remembered as right, for one device.
_REMEMBERED_PAGES = 4096
#: Rows without a value that are remembered, for one device.
_REMEMBERED_SKIPS = 1024


@dataclass(slots=True)
class _Word:
    """What the agent said about a place in its MIB, and how often that may still be believed."""

    position: str
    answer: Answer
    trust: int


class AgentLimits:
    """The memory of one device's transport, kept from poll to poll.

    Attributes:
        bulk: GETBULK may be used: not with SNMPv1, not where a profile forbids it.
        max_repetitions: Never ask for more rows at a time.
        repetitions: Rows to ask for at a time now.
        get_size: Instances to ask for in one GET.
    """

    __slots__ = (
        "_apart",
        "_failed_before",
        "_good_walks",
        "_last_columns",
        "_pages",
        "_patience",
        "_rows",
        "_skips",
        "_words",
        "bulk",
        "get_size",
        "max_repetitions",
        "repetitions",
    )

    def __init__(self, *, bulk: bool = True, max_repetitions: int = 50, get_size: int = 24) -> None:
        self.bulk = bulk
        self.max_repetitions = max_repetitions
        self.repetitions = max_repetitions
        self.get_size = get_size
        self._good_walks = 0
        self._patience = _PATIENCE
        self._failed_before = False
        self._rows: dict[str, int] = {}
        self._skips: dict[tuple[str, str], str] = {}
        self._words: dict[str, _Word] = {}
        self._pages: set[int] = set()
        self._last_columns: set[str] = set()
        self._apart: dict[str, int] = {}

    def repetitions_for(self, span: str, ceiling: int | None, done: int = 0) -> int:
        """Rows to ask for: one more than are left of the span, so that its end is seen at once.

        Args:
            span: Its name.
            ceiling: Upper limit for the span.
            done: Rows that this walk has read already.
        """
        repetitions = self.repetitions
        if ceiling is not None and ceiling < repetitions:
            repetitions = ceiling
        left = self._rows.get(span, repetitions + done) - done
        return left + 1 if 0 <= left < repetitions else repetitions

    def rows_of(self, span: str) -> int | None:
        """How many rows a span had when it was read last; None if it was not."""
        return self._rows.get(span)

    def together(self, span: str) -> bool:
        """Whether the columns of a span may be read in one go."""
        left = self._apart.get(span, 0)
        if left > 0:
            self._apart[span] = left - 1
        return left == 0

    def part(self, span: str) -> None:
        """Reading the columns of a span in one go went wrong: read each by itself for a while."""
        self._apart[span] = _APART

    def shrink(self, failed: int) -> int:
        """`failed` rows were too many: remember it, and return how many to try now."""
        self.repetitions = min(self.repetitions, max(1, failed // 2))
        if self._failed_before:
            self._patience = min(_LONGEST_PATIENCE, self._patience * 2)
        self._failed_before = True
        self._good_walks = 0
        return self.repetitions

    def walked(self, column: str, rows: int) -> None:
        """A column was read to its end; after many of them more rows at a time are tried."""
        self._rows[column] = rows
        if self.repetitions < self.max_repetitions:
            self._good_walks += 1
            if self._good_walks >= self._patience:
                self._good_walks = 0
                grown = self.repetitions + self.repetitions // 4 + 1
                self.repetitions = min(self.max_repetitions, grown)

    def knows_page(self, page: int) -> bool:
        """Whether a page with this hash of its OIDs has been found in order before."""
        return page in self._pages

    def remember_page(self, page: int) -> None:
        """This page's OIDs are in order."""
        if len(self._pages) >= _REMEMBERED_PAGES:
            self._pages.clear()
        self._pages.add(page)

    def ends_mib(self, column: str) -> bool:
        """Whether there was nothing more after this column when it was walked last."""
        return column in self._last_columns

    def remember_mib_end(self, column: str) -> None:
        """There is nothing more after this column, as far as the agent lets us see."""
        self._last_columns.add(column)

    def recall(self, oid: str, position: str) -> Answer | None:
        """What the agent said about `oid` when it stopped at `position`, if still believed."""
        word = self._words.get(oid)
        if word is None or word.position != position or word.trust <= 0:
            return None
        word.trust -= 1
        return word.answer

    def remember(self, oid: str, position: str, answer: Answer) -> None:
        """The agent said `answer` about what follows `position` in the column (or GET) `oid`."""
        self._words[oid] = _Word(position, answer, _TRUST)

    def skip_after(self, column: str, position: str) -> str | None:
        """The row without a value that follows a position of a column, if one is known."""
        return self._skips.get((column, position))

    def remember_skip(self, column: str, position: str, oid: str) -> None:
        """The row after `position` has no value, so that it is not received like others."""
        if len(self._skips) >= _REMEMBERED_SKIPS:
            self._skips.clear()
        self._skips[column, position] = oid
