"""The socket that traps and informs come in at.

Whatever a stranger may send ends in a count: shed, oversized, malformed, refused. Only what could
be read, and is of somebody we listen to, goes on.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog

from collector.snmp.ber import MalformedMessage
from collector.snmp.credentials import UsmUser
from collector.snmp.trap_log import TrapLog
from collector.snmp.trap_message import (
    LONGEST_MESSAGE,
    EngineQuestion,
    NoNotification,
    Notification,
    RefusedTrap,
    ReplayedTrap,
    message_version,
    read_community_message,
)
from collector.snmp.trap_reading import TrapReader
from collector.source_allowance import SourceAllowance
from omc.bus.base import Bus
from omc.core.clock import Clock

if TYPE_CHECKING:
    from collector.snmp.trap_users import TrapUsers

log = structlog.get_logger(__name__)

#: Datagrams read at a stretch before others get their turn.
_AT_A_STRETCH = 50
#: Asked of the kernel, which grants what net.core.rmem_max allows.
_RECEIVE_BUFFER = 8 * 1024 * 1024
#: Informs that wait for their answer.
_MOST_PROMISED = 10_000
_USM = 3
_IPV4_IN_IPV6 = "::ffff:"

_RESULTS: dict[type[Exception], str] = {
    MalformedMessage: "malformed",
    NoNotification: "request",
    RefusedTrap: "refused",
    ReplayedTrap: "replayed",
    EngineQuestion: "handshake",
}

Address = tuple[Any, ...]


class TrapReceiver:
    """Hears notifications until it is closed: use it with `async with`.

    An inform is answered once what it tells is kept: who gets no answer sends it again.

    Args:
        reader: Understands them.
        bus: Where events go.
        clock: Stamps what comes.
        host: Address to listen on.
        port: UDP port; 0 lets the system choose.
        communities: Of v1 and v2c; empty for any.
        users: Of v3; empty for none.
        allowance: How many each source may send.
        kept: Returns when what was told so far is on disk; None: informs are answered at once.

    Attributes:
        host: As given.
        results: Datagrams by how they ended.
        log: Kinds of notifications that came.
    """

    def __init__(
        self,
        reader: TrapReader,
        bus: Bus,
        clock: Clock,
        *,
        host: str,
        port: int,
        communities: Sequence[str],
        users: Iterable[UsmUser],
        allowance: SourceAllowance,
        kept: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._reader = reader
        self._bus = bus
        self._clock = clock
        self.host = host
        self._port = port
        self._communities = [community.encode() for community in communities]
        self._wanted_users = list(users)
        self._users: TrapUsers | None = None
        self._allowance = allowance
        self._kept = kept
        self._promised: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue(_MOST_PROMISED)
        self._stack = AsyncExitStack()
        self._socket: socket.socket | None = None
        self.results: Counter[str] = Counter()
        self.log = TrapLog()

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else self._port

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            OSError: the address cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self.host, self._port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        opened = socket.socket(family, kind, protocol)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            opened.setblocking(False)
            opened.bind(address)
        except OSError:
            opened.close()
            raise
        self._socket = opened
        if self._wanted_users:
            self._users = await asyncio.to_thread(self._open_users)
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        answering = tasks.create_task(self._answer_what_is_kept(), name="trap-answers")
        self._stack.callback(answering.cancel)
        loop.add_reader(opened, self._drain, opened)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            await self._stack.aclose()
            self._socket.close()

    def _open_users(self) -> TrapUsers:
        # pysnmp takes a second to import: only those who have users wait for it.
        from collector.snmp.trap_users import TrapUsers

        return TrapUsers(self._wanted_users, self._send, self._clock)

    def _drain(self, opened: socket.socket) -> None:
        for _ in range(_AT_A_STRETCH):
            try:
                message, sender = opened.recvfrom(LONGEST_MESSAGE + 1)
            except BlockingIOError:
                return
            except OSError:  # an earlier answer could not be delivered (ICMP)
                continue
            self.results[self._taken(message, sender)] += 1

    def _taken(self, message: bytes, sender: Address) -> str:
        """As `_receive`; our own mistakes cost one datagram and not the receiver."""
        try:
            return self._receive(message, sender)
        except Exception:
            log.exception("trap_failed_internally", source=sender[0])
            return "internal"

    def _receive(self, message: bytes, sender: Address) -> str:
        """Take one datagram; how it ended, as a word."""
        source = str(sender[0]).removeprefix(_IPV4_IN_IPV6)
        if not self._allowance.takes(source, self._clock.monotonic()):
            if self._allowance.shed(source) == 1:
                log.warning("trap_flood", source=source)
            return "shed"
        if len(message) > LONGEST_MESSAGE:
            return "oversized"
        try:
            notification, answer = self._open(message, sender)
        except tuple(_RESULTS) as reason:
            return _RESULTS[type(reason)]
        now = self._clock.time_ms()
        reading = self._reader.read(notification, source, now)
        self.log.note(source, notification, reading, now)
        if reading.event is not None:
            self._bus.emit(reading.event)
        if answer is not None:
            self._promise(answer, sender)
        return reading.understanding.value

    def _open(self, message: bytes, sender: Address) -> tuple[Notification, bytes | None]:
        """The notification in a message, and what an inform is to be answered.

        Raises:
            MalformedMessage: it cannot be read.
            NoNotification: it is something else.
            RefusedTrap: we do not listen to its sender.
            ReplayedTrap: it was sent long ago.
            EngineQuestion: it asked who we are, and was answered.
        """
        if message_version(message) == _USM:
            if self._users is None:
                raise RefusedTrap("no users are set")
            return self._users.open(message, sender)
        read = read_community_message(message)
        if not self._accepts(read.community):
            raise RefusedTrap("another community")
        return read.notification, read.answer

    def _accepts(self, community: bytes) -> bool:
        return not self._communities or any(
            hmac.compare_digest(community, accepted) for accepted in self._communities
        )

    def _promise(self, answer: bytes, sender: Address) -> None:
        if self._kept is None:
            self._send(answer, sender)
        elif not self._promised.full():  # else it is sent again
            self._promised.put_nowait((answer, sender))

    async def _answer_what_is_kept(self) -> None:
        while True:
            answers = [await self._promised.get()]
            while not self._promised.empty():
                answers.append(self._promised.get_nowait())
            if self._kept is not None:
                await self._kept()
            for answer, sender in answers:
                self._send(answer, sender)

    def _send(self, message: bytes, address: Address) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message, address)
        except (
            OSError
        ) as error:  # the sender asks again; an inform that is not answered is repeated
            log.debug("trap_answer_not_sent", reason=str(error))
