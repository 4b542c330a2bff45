"""SNMPv3 messages that were damaged on the way, or made up: refused with a reason, nothing else."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.snmp.ber import MalformedMessage
from collector.snmp.credentials import AuthProtocol, PrivProtocol, UsmUser
from collector.snmp.trap_message import (
    EngineQuestion,
    NoNotification,
    RefusedTrap,
    ReplayedTrap,
)
from collector.snmp.trap_users import TrapUsers
from collector.snmp.usm_message import read_header
from omc.core.clock import ManualClock
from tests.servers.process import find_binary
from tests.servers.snmp_notifier import ENGINE

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
SENDER = ("127.0.0.1", 50000)
USER = UsmUser("omc", AuthProtocol.SHA1, "auth-password", PrivProtocol.AES128, "priv-password")
_OPTIONS = ("-v3", "-lauthPriv", "-uomc", "-aSHA", "-Aauth-password", "-xAES", "-Xpriv-password")


@cache
def sent() -> bytes:
    """What net-snmp sends for a lost link."""
    with TemporaryDirectory() as folder:
        return caught(Path(folder))


def caught(folder: Path, *options: str) -> bytes:
    """What it sends with these options; it keeps what it must remember in that folder."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(10)
        target = f"127.0.0.1:{port.getsockname()[1]}"
        command = [
            find_binary("snmptrap", "snmp"),
            *_OPTIONS,
            *options,
            "-e",
            ENGINE,
            "-m",
            "",
            target,
        ]
        subprocess.run(
            [*command, "", LINK_DOWN],
            check=True,
            env={"SNMP_PERSISTENT_DIR": str(folder / "snmp")},
        )
        return port.recv(2000)


@cache
def users() -> TrapUsers:
    """One user; what the engine answers is thrown away."""
    return TrapUsers([USER], lambda message, address: None, ManualClock())


def test_the_message_itself_is_read() -> None:
    notification, answer = users().open(sent(), SENDER)
    assert notification.oid == LINK_DOWN
    assert answer is None


def test_a_message_of_an_earlier_boot_is_refused_once_a_later_one_was_heard() -> None:
    with TemporaryDirectory() as folder:
        first, second = (caught(Path(folder), "-Z", times) for times in ("3,90000", "4,60"))
    assert [read_header(message).boots for message in (first, second)] == [3, 4]
    heard = TrapUsers([USER], lambda message, address: None, ManualClock())
    for message in (first, second):
        assert heard.open(message, SENDER)[0].oid == LINK_DOWN
    with pytest.raises(ReplayedTrap):
        heard.open(first, SENDER)
    heard.open(second, SENDER)


def test_a_message_is_refused_when_its_engine_s_clock_is_long_past_it() -> None:
    clock = ManualClock()
    heard = TrapUsers([USER], lambda message, address: None, clock)
    heard.open(sent(), SENDER)
    clock.advance(150)
    heard.open(sent(), SENDER)
    clock.advance(1)
    with pytest.raises(ReplayedTrap):
        heard.open(sent(), SENDER)
    clock.advance(600)  # the library itself has forgotten the engine by now
    with pytest.raises(ReplayedTrap):
        heard.open(sent(), SENDER)


@given(st.data())
def test_a_damaged_message_tells_nothing(data: st.DataObject) -> None:
    message = bytearray(sent())
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = bytes(message[: data.draw(st.integers(0, len(message)))] or message)
    if damaged == sent():
        return
    heard = None
    with contextlib.suppress(MalformedMessage, RefusedTrap, EngineQuestion, NoNotification):
        heard = users().open(damaged, SENDER)
    assert heard is None
