"""Wrong passwords: whoever guesses waits, also when all guesses come at once."""

from __future__ import annotations

import asyncio
import base64

from omc.api.access import Caller, Doorman
from omc.api.attempts import Attempts, MustWait
from omc.core.clock import ManualClock
from omc.core.settings import Role
from tests.unit.api.test_access import USER

WHO = ("lan", "10.0.0.7")
LAN = Caller("lan", Role.OPERATOR)


async def tried(attempts: Attempts, found: Caller | None) -> str:
    try:
        return "in" if await attempts.check(WHO, lambda: found) else "wrong"
    except MustWait:
        return "wait"


async def test_of_many_guesses_at_once_only_the_free_ones_are_checked() -> None:
    attempts = Attempts(ManualClock())
    results = await asyncio.gather(*(tried(attempts, None) for _ in range(50)))
    assert results.count("wrong") == 4
    assert results.count("wait") == 46


async def test_the_right_password_at_its_turn_makes_all_well() -> None:
    clock = ManualClock()
    attempts = Attempts(clock)
    for _ in range(4):
        await tried(attempts, None)
    assert await tried(attempts, LAN) == "wait"
    clock.advance(2)
    assert await tried(attempts, LAN) == "in"
    assert await tried(attempts, LAN) == "in"


async def test_programs_that_ask_at_once_with_the_right_password_all_come_in() -> None:
    attempts = Attempts(ManualClock())
    results = await asyncio.gather(*(tried(attempts, LAN) for _ in range(20)))
    assert results == ["in"] * 20


def test_who_guesses_for_days_waits_no_longer_than_a_minute() -> None:
    clock = ManualClock()
    attempts = Attempts(clock)
    for _ in range(2000):
        clock.advance(60)
        attempts.failed(WHO)
    assert attempts.wait(WHO) == 60


def test_a_name_is_claimed_by_basic_credentials_only() -> None:
    doorman = Doorman([USER], [], "local")
    basic = base64.b64encode(b"lan:guess").decode()
    assert doorman.claimed(f"Basic {basic}") == "lan"
    assert doorman.claimed("Basic no base64!") == ""
    assert doorman.claimed("Bearer local") is None
    assert doorman.claimed("") is None
