"""An exchange driven a little at every poll, so that a large table never delays the rest."""

from __future__ import annotations

from collections.abc import Callable

from collector.snmp.exchange import Exchange, PollDeadline, Reply, Request, RequestTimeout


class PagedExchange:
    """Suspends an exchange between two of its requests and takes it up again later.

    Args:
        exchange: Not started yet.
    """

    def __init__(self, exchange: Exchange[None]) -> None:
        self._exchange = exchange
        self._pending: Request | None = None
        self._started = False
        self.finished = False

    def advance(self, may_go_on: Callable[[int], bool]) -> Exchange[None]:
        """Go on from page to page to the end, or for as long as there is leave to.

        Timeouts are the inner exchange's to handle; a deadline ends it for good.

        Args:
            may_go_on: Asked before every page with the number of varbinds read so far in this
                call.
        """
        if not self._started:
            self._started = True
            self._resume(None)
        taken = 0
        while not self.finished and self._pending is not None and may_go_on(taken):
            try:
                reply = yield self._pending
            except RequestTimeout as timeout:
                self._raise(timeout)
                continue
            except PollDeadline:
                self.close()
                raise
            taken += max(1, len(reply.varbinds))
            self._resume(reply)

    def close(self) -> None:
        """Give the exchange up."""
        self._exchange.close()
        self.finished = True

    def _resume(self, reply: Reply | None) -> None:
        try:
            # A generator that has not begun takes None only, and typing cannot say so.
            self._pending = self._exchange.send(reply)  # type: ignore[arg-type]
        except StopIteration:
            self.finished = True

    def _raise(self, timeout: RequestTimeout) -> None:
        try:
            self._pending = self._exchange.throw(timeout)
        except StopIteration:
            self.finished = True
