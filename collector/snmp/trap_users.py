"""SNMPv3 traps and informs, opened by pysnmp's engine; slow to import, so only where users are set.

For a trap the sender is the authoritative engine (RFC 3412 section 6): nobody tells us its engine
id beforehand, and keys are localised to it (RFC 3414 section 2.6). So the id is read from outside
the message, and the user is made known to pysnmp for it. For an inform we are authoritative, and
pysnmp answers discovery and the clock's report; its answer to the inform itself is handed on, to be
sent once what the inform tells is kept. Whether a trap is of now, `trap_window` knows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp  # type: ignore[import-untyped]
from pysnmp.carrier.base import AbstractTransportDispatcher  # type: ignore[import-untyped]
from pysnmp.entity import config, engine  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413 import ntfrcv  # type: ignore[import-untyped]
from pysnmp.proto import errind, rfc1902  # type: ignore[import-untyped]

from collector.snmp.ber import MalformedMessage
from collector.snmp.credentials import UsmUser
from collector.snmp.pysnmp_questions import AUTH_PROTOCOLS, PRIV_PROTOCOLS, plain
from collector.snmp.trap_message import (
    EngineQuestion,
    Notification,
    RefusedTrap,
    ReplayedTrap,
    notification_of,
)
from collector.snmp.trap_window import TrapWindow
from collector.snmp.usm_message import UsmHeader, read_header
from collector.varbind import Value
from omc.core.clock import Clock

Address = tuple[Any, ...]
Send = Callable[[bytes, Address], None]

#: Engines of senders whose keys are kept; the one that has been silent for longest goes first.
_MOST_ENGINES = 10_000
#: Octets of an engine id (RFC 3411, SnmpEngineID).
_ENGINE_ID_LENGTHS = range(5, 33)
#: Security levels as pysnmp and RFC 3411 number them.
_NO_AUTH, _AUTH_NO_PRIV, _AUTH_PRIV = 1, 2, 3
#: What belongs to the handshake of an inform and is no refusal (RFC 3414 section 4).
_HANDSHAKE = (errind.UnknownEngineID, errind.NotInTimeWindow)


class _Dispatcher(AbstractTransportDispatcher):  # type: ignore[misc]
    """Takes what pysnmp would send; it answers before it says what it has heard."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: bytes | None = None

    def send_message(self, message: bytes, domain: Any, address: Any) -> None:
        self.answer = bytes(message)


@dataclass(slots=True)
class _Outcome:
    """What became of one message.

    Attributes:
        heard: Varbinds of the notification; None for none.
        level: Security level that it came with.
        failure: Why the security model turned it down; None if it did not.
    """

    heard: list[Any] | None = None
    level: int = _NO_AUTH
    failure: Any = None


class TrapUsers:
    """Everybody whose SNMPv3 notifications are heard.

    Args:
        users: By unique name.
        send: Sends what the engine answers to what is no inform: reports, our engine id and clock.
        clock: Tells the engine that time passes.
    """

    def __init__(self, users: Iterable[UsmUser], send: Send, clock: Clock) -> None:
        self._users = {user.name.encode(): user for user in users}
        self._keys = {name: _master_keys(user) for name, user in self._users.items()}
        self._send = send
        self._clock = clock
        self._dispatcher = _Dispatcher()
        self._engine = engine.SnmpEngine()
        self._engine.register_transport_dispatcher(self._dispatcher)
        self._engines: OrderedDict[bytes, set[bytes]] = OrderedDict()
        self._window = TrapWindow(clock)
        self._outcome = _Outcome()
        for user in self._users.values():
            self._make_known(user, None)
        ntfrcv.NotificationReceiver(self._engine, self._hear)
        observer = self._engine.observer
        observer.register_observer(self._note_level, "rfc3412.receiveMessage:request")
        observer.register_observer(self._note_failure, "rfc3412.prepareDataElements:sm-failure")

    def open(self, message: bytes, sender: Address) -> tuple[Notification, bytes | None]:
        """The notification in a message, and what an inform is to be answered.

        Raises:
            MalformedMessage: it cannot be read.
            RefusedTrap: its user is unknown, or it is not proved to be of that user.
            ReplayedTrap: it is, and was sent long ago.
            EngineQuestion: it was a question about our engine, and was answered.
        """
        header = read_header(message)
        user = self._claimed(header)
        outcome = self._processed(message, sender)
        answer = self._dispatcher.answer
        if answer is not None and outcome.heard is None:
            self._send(answer, sender)
        if isinstance(outcome.failure, _HANDSHAKE):
            raise EngineQuestion("answered")
        if outcome.failure is not None:
            raise RefusedTrap(str(outcome.failure))
        if outcome.heard is None:
            raise MalformedMessage("no notification")
        if user is None or outcome.level < _level_of(user):
            raise RefusedTrap("less protection than is set for the user")
        # pysnmp itself keeps the window of informs, by our own clock.
        is_proved = outcome.level > _NO_AUTH and not self._is_ours(header)
        if is_proved and not self._window.admits(header):
            raise ReplayedTrap("it was sent long ago")
        varbinds = [(str(oid), _value(value)) for oid, value in outcome.heard]
        return notification_of(varbinds), answer

    def _processed(self, message: bytes, sender: Address) -> _Outcome:
        """What the engine makes of a message."""
        self._outcome = outcome = _Outcome()
        self._dispatcher.answer = None
        address = udp.UdpTransportAddress(sender)
        # What the engine notes of every message it forgets after five minutes of ticks, else never.
        self._dispatcher.handle_timer_tick(self._clock.monotonic())
        try:
            self._engine.message_dispatcher.receive_message(
                self._engine, udp.DOMAIN_NAME, address, message
            )
        except Exception as error:  # noqa: BLE001 - strangers make it fail in many ways
            raise MalformedMessage(type(error).__name__) from None
        return outcome

    def _is_ours(self, header: UsmHeader) -> bool:
        """Whether a message names us as the authoritative engine: it is an inform."""
        return header.engine_id == bytes(self._engine.snmpEngineID)

    def _claimed(self, header: UsmHeader) -> UsmUser | None:
        """The user that a message names, made known for the engine that it names."""
        engine_id, name = header.engine_id, header.user
        user = self._users.get(name)
        if user is None and name:
            raise RefusedTrap("unknown user")
        if user is not None and not self._is_ours(header) and len(engine_id) in _ENGINE_ID_LENGTHS:
            self._remember(engine_id, name, user)
        return user

    def _remember(self, engine_id: bytes, name: bytes, user: UsmUser) -> None:
        known = self._engines.setdefault(engine_id, set())
        self._engines.move_to_end(engine_id)
        if name not in known:
            known.add(name)
            self._make_known(user, rfc1902.OctetString(engine_id))
        if len(self._engines) > _MOST_ENGINES:
            oldest, names = self._engines.popitem(last=False)
            for forgotten in names:
                config.delete_v3_user(
                    self._engine, self._users[forgotten].name, rfc1902.OctetString(oldest)
                )

    def _make_known(self, user: UsmUser, engine_id: Any) -> None:
        keys = self._keys[user.name.encode()]
        config.add_v3_user(self._engine, user.name, securityEngineId=engine_id, **keys)

    def _hear(
        self, engine_: Any, reference: Any, context_id: Any, context: Any, varbinds: Any, _: Any
    ) -> None:
        self._outcome.heard = list(varbinds)

    def _note_level(self, engine_: Any, point: str, variables: dict[str, Any], _: Any) -> None:
        self._outcome.level = int(variables["securityLevel"])

    def _note_failure(self, engine_: Any, point: str, variables: dict[str, Any], _: Any) -> None:
        self._outcome.failure = variables.get("statusInformation", {}).get("errorIndication")


def _level_of(user: UsmUser) -> int:
    if user.priv_protocol is not None:
        return _AUTH_PRIV
    return _AUTH_NO_PRIV if user.auth_protocol is not None else _NO_AUTH


def _master_keys(user: UsmUser) -> dict[str, Any]:
    """Keys before they are localised: a megabyte is hashed for each, once and not for every engine.

    Source: RFC 3414 section A.2.
    """
    keys: dict[str, Any] = {}
    if user.auth_protocol is None:
        return keys
    auth = AUTH_PROTOCOLS[user.auth_protocol]
    master = config.AUTH_SERVICES[auth].hash_passphrase(rfc1902.OctetString(user.auth_key.encode()))
    kind = config.USM_KEY_TYPE_MASTER
    keys |= {"authProtocol": auth, "authKey": master, "authKeyType": kind}
    if user.priv_protocol is not None:
        priv = PRIV_PROTOCOLS[user.priv_protocol, user.key_expansion]
        phrase = rfc1902.OctetString(user.priv_key.encode())
        master = config.PRIV_SERVICES[priv].hash_passphrase(auth, phrase)
        keys |= {"privProtocol": priv, "privKey": master, "privKeyType": kind}
    return keys


def _value(value: Any) -> Value:
    return str(value.prettyPrint()) if isinstance(value, rfc1902.IpAddress) else plain(value)
