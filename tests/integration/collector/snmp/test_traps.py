"""Traps and informs that net-snmp's own commands send."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from collector.snmp.credentials import AuthProtocol, PrivProtocol, UsmUser
from collector.snmp.trap_declaration import TrapSet
from collector.snmp.trap_message import LONGEST_MESSAGE
from collector.snmp.trap_reading import TrapNode, TrapReader
from collector.snmp.trap_receiver import TrapReceiver
from collector.source_allowance import SourceAllowance
from omc.bus.local import LocalBus
from omc.core.clock import SystemClock
from omc.core.model import Event
from omc.core.resources import config_folder
from tests.servers.snmp_notifier import ENGINE, SnmpNotifier
from tests.unit.alarms.watching import catalogue, shipped_rules

PON_LOS = "1.3.6.1.4.1.2011.6.128.1.1.12.2.1.0.108"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
FRAME_SLOT_PORT = (
    *("1.3.6.1.4.1.2011.1", "i", "0"),
    *("1.3.6.1.4.1.2011.2", "i", "1"),
    *("1.3.6.1.4.1.2011.3", "i", "3"),
)

PRIVATE = UsmUser("private", AuthProtocol.SHA256, "auth-password", PrivProtocol.AES128, "priv-pass")
SIGNED = UsmUser("signed", AuthProtocol.SHA1, "sign-password")
OLD = UsmUser("old", AuthProtocol.MD5, "auth-password", PrivProtocol.DES, "priv-pass")
OPEN = UsmUser("open")
AS_PRIVATE = (
    *("-v3", "-lauthPriv", "-uprivate"),
    *("-aSHA-256", "-Aauth-password", "-xAES", "-Xpriv-pass"),
)
AS_SIGNED = ("-v3", "-lauthNoPriv", "-usigned", "-aSHA", "-Asign-password")
AS_OLD = ("-v3", "-lauthPriv", "-uold", "-aMD5", "-Aauth-password", "-xDES", "-Xpriv-pass")
AS_OPEN = ("-v3", "-lnoAuthNoPriv", "-uopen")


class Hearing:
    """A receiver, whatever it told, and a sender."""

    def __init__(self, receiver: TrapReceiver, folder: Path, events: list[Event]) -> None:
        self.receiver = receiver
        self.send = SnmpNotifier(receiver.port, folder)
        self.events = events

    async def results(self, count: int = 1) -> dict[str, int]:
        """How so many datagrams ended."""
        async with asyncio.timeout(10):
            while self.receiver.results.total() < count:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        return dict(self.receiver.results)


@asynccontextmanager
async def hearing(
    folder: Path,
    communities: Sequence[str] = (),
    users: Sequence[UsmUser] = (),
    allowance: SourceAllowance | None = None,
    kept: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Hearing]:
    traps = TrapSet.load([config_folder() / "traps"], shipped_rules().told(catalogue()))
    events: list[Event] = []
    bus = LocalBus()
    bus.listen(None, events.append)
    receiver = TrapReceiver(
        TrapReader(traps, [TrapNode("OLT1", "VYE001", "127.0.0.1")]),
        bus,
        SystemClock(),
        host="127.0.0.1",
        port=0,
        communities=communities,
        users=users,
        allowance=allowance or SourceAllowance(100, 1000),
        kept=kept,
    )
    async with receiver:
        yield Hearing(receiver, folder, events)


async def test_a_v2c_trap_becomes_an_event_with_severity_and_object(tmp_path: Path) -> None:
    async with hearing(tmp_path) as told:
        await told.send.trap("", PON_LOS, *FRAME_SLOT_PORT)
        assert await told.results() == {"known": 1}
    (event,) = told.events
    assert (event.text, event.severity) == ("pon_port_down", "major")
    assert dict(event.labels) == {"site": "VYE001", "node": "OLT1", "pon": "0/1/3"}


async def test_a_v1_trap_says_the_same_by_enterprise_and_number(tmp_path: Path) -> None:
    enterprise, number = "1.3.6.1.4.1.2011.6.128.1.1.12.2.1", "109"
    async with hearing(tmp_path) as told:
        arguments = (enterprise, "127.0.0.1", "6", number, "", *FRAME_SLOT_PORT)
        await told.send.trap(*arguments, options=("-v1", "-cpublic"))
        generic = ("1.3.6.1.4.1.9", "127.0.0.1", "2", "0", "")
        await told.send.trap(*generic, options=("-v1", "-cpublic"))
        assert await told.results(2) == {"known": 2}
    assert [(e.text, e.severity) for e in told.events] == [
        ("pon_port_down", "cleared"),
        ("linkDown", ""),
    ]


async def test_an_inform_is_acknowledged(tmp_path: Path) -> None:
    async with hearing(tmp_path) as told:
        assert await told.send.inform("", LINK_DOWN)
        assert await told.results() == {"known": 1}


@pytest.mark.parametrize("options", [("-v2c", "-cpublic"), AS_PRIVATE], ids=["v2c", "v3"])
async def test_an_inform_is_acknowledged_once_what_it_tells_is_kept(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    is_kept = asyncio.Event()

    async def kept() -> None:
        await is_kept.wait()

    async with hearing(tmp_path, users=[PRIVATE], kept=kept) as told:
        assert not await told.send.inform("", LINK_DOWN, options=options)
        is_kept.set()
        assert await told.send.inform("", LINK_DOWN, options=options)


async def test_another_community_is_refused_and_its_inform_not_acknowledged(tmp_path: Path) -> None:
    async with hearing(tmp_path, communities=["secret", "other"]) as told:
        assert not await told.send.inform("", LINK_DOWN)
        assert await told.results(2) == {"refused": 2}
        assert await told.send.inform("", LINK_DOWN, options=("-v2c", "-cother"))
    assert len(told.events) == 1


@pytest.mark.parametrize("options", [AS_PRIVATE, AS_SIGNED, AS_OLD, AS_OPEN], ids=str)
async def test_v3_traps_and_informs_of_every_user_are_heard(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    async with hearing(tmp_path, users=[PRIVATE, SIGNED, OLD, OPEN]) as told:
        for engine in (ENGINE, "0x80000000019999"):
            await told.send.trap("", PON_LOS, *FRAME_SLOT_PORT, options=(*options, "-e", engine))
        assert await told.results(2) == {"known": 2}
        assert await told.send.inform("", PON_LOS, *FRAME_SLOT_PORT, options=options)
        assert told.receiver.results["known"] == 3
    assert [event.severity for event in told.events] == ["major"] * 3


WRONG = {
    "wrong password": (*AS_SIGNED[:-1], "-Awrong-password"),
    "wrong privacy password": (*AS_PRIVATE[:-1], "-Xwrong-password"),
    "unknown user": ("-v3", "-lnoAuthNoPriv", "-unobody"),
    "not signed": ("-v3", "-lnoAuthNoPriv", "-usigned"),
    "not encrypted": ("-v3", "-lauthNoPriv", "-uprivate", "-aSHA-256", "-Aauth-password"),
}


@pytest.mark.parametrize("options", WRONG.values(), ids=WRONG)
async def test_v3_traps_that_prove_nothing_are_refused(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    async with hearing(tmp_path, users=[PRIVATE, SIGNED]) as told:
        await told.send.trap("", PON_LOS, *FRAME_SLOT_PORT, options=(*options, "-e", ENGINE))
        assert await told.results() == {"refused": 1}
        assert not await told.send.inform("", PON_LOS, *FRAME_SLOT_PORT, options=options)
    assert told.events == []


async def test_without_users_v3_is_refused(tmp_path: Path) -> None:
    async with hearing(tmp_path) as told:
        await told.send.trap("", PON_LOS, options=(*AS_OPEN, "-e", ENGINE))
        assert await told.results() == {"refused": 1}


async def test_unknown_traps_are_kept_with_what_they_held(tmp_path: Path) -> None:
    async with hearing(tmp_path) as told:
        for _ in range(2):
            await told.send.trap(
                "", "1.3.6.1.4.1.99999.0.7", "1.3.6.1.4.1.99999.1.0", "s", "Cửa mở"
            )
        assert await told.results(2) == {"unknown": 2}
    (heard,) = told.receiver.log.latest()
    assert (heard.source, heard.node, heard.oid) == ("127.0.0.1", "OLT1", "1.3.6.1.4.1.99999.0.7")
    assert heard.count == 2
    assert heard.objects == {"1.3.6.1.4.1.99999.1.0": "Cửa mở"}


async def test_a_flood_is_shed_and_counted(tmp_path: Path) -> None:
    async with hearing(tmp_path, allowance=SourceAllowance(0.001, 2)) as told:
        for _ in range(4):
            await told.send.trap("", LINK_DOWN)
        assert await told.results(4) == {"known": 2, "shed": 2}


async def _caught(folder: Path, *options: str) -> bytes:
    """What net-snmp sends, on its way."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as catcher:
        catcher.bind(("127.0.0.1", 0))
        catcher.setblocking(False)
        notifier = SnmpNotifier(catcher.getsockname()[1], folder)
        await notifier.trap("", PON_LOS, *FRAME_SLOT_PORT, options=options)
        async with asyncio.timeout(10):
            return await loop.sock_recv(catcher, 65535)


def _spoilt(message: bytes, randomness: Random) -> bytes:
    """Truncated, with other bits, with more behind it, or larger than anything we take."""
    kind = randomness.randrange(4)
    if kind == 0:
        return message[: randomness.randrange(1, len(message))]
    if kind == 1:
        return message + randomness.randbytes(randomness.randrange(1, 50))
    if kind == 2:
        return message + bytes(randomness.randrange(LONGEST_MESSAGE, 60_000))
    spoilt = bytearray(message)
    for _ in range(randomness.randrange(1, 6)):
        spoilt[randomness.randrange(len(spoilt))] ^= randomness.randrange(1, 256)
    return bytes(spoilt)


async def test_whatever_strangers_send_is_counted_and_tells_nothing(tmp_path: Path) -> None:
    wrong = WRONG["wrong privacy password"]
    messages = [
        await _caught(tmp_path, *options)
        for options in (("-v2c", "-cpublic"), (*AS_PRIVATE, "-e", ENGINE), (*wrong, "-e", ENGINE))
    ]
    randomness, rounds = Random(7), 1000
    allowance = SourceAllowance(1e6, 1e6)
    # Another community is wanted, so nothing of this may be heard, whole or spoilt.
    async with hearing(tmp_path, ["secret"], [PRIVATE], allowance) as told:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.connect(("127.0.0.1", told.receiver.port))
            for sent in range(1, rounds + 1):
                stranger.send(_spoilt(randomness.choice(messages), randomness))
                if sent % 3 == 0:  # the kernel has room for few of the largest
                    await told.results(sent)
        results = await told.results(rounds)
        assert told.events == []
        assert sum(results.values()) == rounds
        assert results.keys() <= {"malformed", "refused", "oversized", "request", "handshake"}
        assert {"malformed", "refused", "oversized"} <= results.keys()
        assert await told.send.inform("", LINK_DOWN, options=("-v2c", "-csecret"))
