"""The state machine of one exchange with one agent: sends what it asks, gives it what comes back.

No task, no timer and no future for a request: one reader is registered for the socket, and one
place in the deadline wheel is taken, for the whole exchange. Everything here happens in callbacks
of the event loop and never waits.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from collector.snmp.counts import TransportCounts
from collector.snmp.credentials import Target
from collector.snmp.exchange import (
    Bulk,
    Diagnose,
    Exchange,
    PollDeadline,
    Reply,
    Request,
    RequestTimeout,
)
from collector.snmp.sockets import (
    AgentSocket,
    Garbled,
    Reported,
    Undeliverable,
    Unproved,
)
from collector.snmp.user_socket import UserSocket
from collector.snmp.wheel import DeadlineWheel
from omc.core.clock import Clock
from omc.core.errors import AuthenticationRefused, OmcError, SourceError, Unreachable

T = TypeVar("T")
SourceErrorT = TypeVar("SourceErrorT", bound=SourceError)

#: Seconds until a host that refused a request is asked once more: its agent may be starting.
_REFUSED_WAIT = 0.25
#: Reports to one request that are taken for clocks out of step; one is normal after idle time.
_RESYNCS = 2


class Line(Protocol):
    """What a conversation needs to know of the session it is held in.

    Attributes:
        target: Whom it asks.
        socket: The open socket.
        trusted: The agent has answered these credentials before.
        clock: Monotonic time of deadlines.
        wheel: Wakes the conversation.
        counts: Where events are counted.
    """

    target: Target
    trusted: bool

    @property
    def socket(self) -> AgentSocket: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def wheel(self) -> DeadlineWheel: ...

    @property
    def counts(self) -> TransportCounts: ...

    def reopen(self) -> None:
        """Replace the socket by a new one to the same address; may raise `Undeliverable`."""
        ...

    def diagnose(self, request: Diagnose, then: Callable[[Reply | Exception], None]) -> None:
        """Ask a second library in the background."""
        ...

    def explain_refusal(self, then: Callable[[str | Exception | None], None]) -> None:
        """Find out in the background why an SNMPv3 engine refuses us.

        `then` gets the reason, "" when there is none to be had, None when it does not refuse us.
        """
        ...

    def stop_asking(self) -> None:
        """Cancel what runs in the background."""
        ...


class Conversation(Generic[T]):
    """Drives one exchange to its end.

    Args:
        line: The session.
        exchange: A fresh generator.
        deadline: Monotonic seconds.

    Attributes:
        result: What the exchange returned, or why it failed.
    """

    def __init__(self, line: Line, exchange: Exchange[T], deadline: float) -> None:
        self.result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.wheel_slot: int | None = None
        self._line = line
        self._clock = line.clock
        self._counts = line.counts
        self._timeout = line.target.timeout
        self._exchange = exchange
        self._deadline = deadline
        self._request: Request | None = None
        self._expires = math.inf
        self._attempts = 0
        self._reports = 0
        self._refusals = 0
        self._garbled = False
        self._unproved = False
        self._discovering = False
        self._rediscovered = False
        self._listening = False
        self._refusal = "the agent refuses this user, its keys or its security level"

    def start(self) -> None:
        """Send the first request."""
        if self.result.done():
            return
        try:
            request = next(self._exchange)
        except StopIteration as end:
            self.result.set_result(end.value)
        except Exception as error:  # noqa: BLE001 - the exchange's own; whoever awaits gets it
            self.result.set_exception(error)
        else:
            self._ask(request)
            self._line.wheel.add(self, min(self._expires, self._deadline))

    def stop(self) -> None:
        """Let go of the socket, finished or not."""
        self._request = None
        self._line.wheel.remove(self)
        self._deafen()
        self._line.stop_asking()
        if self.result.done() and not self.result.cancelled():
            self.result.exception()  # an error that nobody waits for any more is no warning

    def abandon(self, error: OmcError) -> None:
        """End with `error`, whatever the exchange would make of it."""
        self._fail(error)

    # -- the wheel -------------------------------------------------------------------------------

    def due(self, now: float) -> float | None:
        """As `Waiter.due`."""
        if self._request is None:
            return None
        if now >= self._deadline:
            self._expire()
            return None
        if now >= self._expires:
            self._timed_out()
        return None if self._request is None else min(self._expires, self._deadline)

    def _expire(self) -> None:
        """The time is over: what the exchange still returns is the result, more is not asked."""
        self._line.stop_asking()
        late = self._error(PollDeadline, "the time for the poll was over before all was read")
        try:
            self._exchange.throw(late)
        except StopIteration as end:
            self._finish(end.value)
        except Exception as error:  # noqa: BLE001 - the exchange's own; whoever awaits gets it
            self._fail(error)
        else:
            self._fail(late)

    def _timed_out(self) -> None:
        too_long = self._garbled and isinstance(self._request, Bulk)
        if self._attempts > 0 and not too_long:
            self._attempts -= 1
            self._counts.retries += 1
            self._transmit()
            return
        if isinstance(self._line.socket, UserSocket) and not self._discovering:
            self._question_silence()
            return
        self._give_up()

    def _give_up(self) -> None:
        self._counts.timeouts += 1
        if self._garbled:
            text = "answers cannot be read: malformed, or longer than 4,080 octets"
        else:
            times = self._line.target.retries + 1
            text = f"no answer within {self._timeout:g} s, asked {times} times"
        self._throw(
            RequestTimeout(
                text,
                site=self._line.target.site,
                node=self._line.target.node,
                endpoint=self._line.target.endpoint,
                garbled=self._garbled,
            )
        )

    def _question_silence(self) -> None:
        """An SNMPv3 agent fell silent: another engine at its address, a refusal, or just gone."""
        if not self._rediscovered:
            self._rediscovered = True
            self._attempts = 0
            self._deafen()
            try:
                self._line.reopen()
            except Undeliverable as error:
                self._undeliverable(error)
                return
            self._transmit()
        elif self._unproved:
            text = "answers do not prove to be of the agent: another may answer in its place"
            self._throw(self._error(AuthenticationRefused, text))
        elif self._line.trusted or self._garbled:
            self._give_up()
        else:
            self._refusal = (
                "the agent answers discovery, but not this user: most likely the privacy "
                "password or protocol is wrong"
            )
            self._explain_refusal()

    # -- requests --------------------------------------------------------------------------------

    def _ask(self, request: Request) -> None:
        self._request = request
        self._attempts = self._line.target.retries
        self._reports = 0
        self._refusals = 0
        self._garbled = False
        self._unproved = False
        self._rediscovered = False
        if isinstance(request, Diagnose):
            self._wait_for_background()
            self._line.diagnose(request, self._told)
        else:
            self._transmit()

    def _transmit(self) -> None:
        request = self._request
        self._expires = self._clock.monotonic() + self._timeout
        self._counts.requests += 1
        try:
            socket = self._line.socket
            if not self._listening:
                self._listen(socket)
            if isinstance(socket, UserSocket) and not socket.discovered:
                self._discovering = True
                socket.send_discovery()
            else:
                self._discovering = False
                socket.send(request)  # type: ignore[arg-type] # a Diagnose never comes here
        except Undeliverable as error:
            self._undeliverable(error)

    def _undeliverable(self, error: Undeliverable) -> None:
        """Ask once more after a short time: an agent that restarts is back soon."""
        self._counts.refusals += 1
        self._refusals += 1
        if self._refusals > 1:
            self._throw(self._error(Unreachable, f"cannot be reached: {error}"))
            return
        self._attempts = max(self._attempts, 1)
        wait = min(_REFUSED_WAIT, self._timeout)
        self._expires = self._clock.monotonic() + wait
        self._line.wheel.add(self, min(self._expires, self._deadline))

    # -- responses -------------------------------------------------------------------------------

    def _listen(self, socket: AgentSocket) -> None:
        asyncio.get_running_loop().add_reader(socket.fileno, self._readable)
        self._listening = True

    def _deafen(self) -> None:
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._line.socket.fileno)
            self._listening = False

    def _readable(self) -> None:
        socket, request = self._line.socket, self._request
        try:
            if self._discovering and isinstance(socket, UserSocket):
                if socket.receive_discovery():
                    self._transmit()
                return
            reply = socket.receive(request)  # type: ignore[arg-type] # deaf while diagnosing
        except Garbled:
            self._garbled = True
            self._counts.garbled += 1
        except Unproved:
            self._unproved = True
            self._counts.unproved += 1
        except Reported:
            self._reported()
        except Undeliverable as error:
            self._undeliverable(error)
        else:
            if reply is not None:
                self._line.trusted = True
                self._counts.replies += 1
                self._give(reply)

    def _reported(self) -> None:
        self._counts.reports += 1
        self._reports += 1
        if self._reports <= _RESYNCS:
            self._transmit()  # the Report told the engine's boots and time
        else:
            self._explain_refusal()

    # -- the exchange ----------------------------------------------------------------------------

    def _give(self, reply: Reply) -> None:
        try:
            request = self._exchange.send(reply)
        except StopIteration as end:
            self._finish(end.value)
        except Exception as error:  # noqa: BLE001 - the exchange's own; whoever awaits gets it
            self._fail(error)
        else:
            self._ask(request)

    def _throw(self, error: OmcError) -> None:
        try:
            request = self._exchange.throw(error)
        except StopIteration as end:
            self._finish(end.value)
        except Exception as raised:  # noqa: BLE001 - the exchange's own; whoever awaits gets it
            self._fail(raised)
        else:
            self._ask(request)

    def _finish(self, value: T) -> None:
        self._request = None
        self._deafen()
        if not self.result.done():
            self.result.set_result(value)

    def _fail(self, error: Exception) -> None:
        self._request = None
        self._deafen()
        if not self.result.done():
            self.result.set_exception(error)

    # -- second opinions -------------------------------------------------------------------------

    def _wait_for_background(self) -> None:
        """Only the deadline counts now; what the socket still holds is read later."""
        self._expires = math.inf
        self._deafen()

    def _told(self, reply: Reply | Exception) -> None:
        """The second library's answer to a `Diagnose`."""
        if self._request is None:
            return
        if isinstance(reply, Reply):
            self._give(reply)
        elif isinstance(reply, OmcError):
            self._throw(reply)
        else:
            self._fail(reply)

    def _explain_refusal(self) -> None:
        self._wait_for_background()
        self._line.explain_refusal(self._refused)

    def _refused(self, reason: str | Exception | None) -> None:
        if self._request is None:
            return
        if isinstance(reason, Exception):
            self._fail(reason)
        elif reason is None:
            self._give_up()
        else:
            self._throw(self._error(AuthenticationRefused, reason or self._refusal))

    def _error(self, kind: type[SourceErrorT], text: str) -> SourceErrorT:
        target = self._line.target
        return kind(text, site=target.site, node=target.node, endpoint=target.endpoint)
