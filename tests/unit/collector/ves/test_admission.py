"""Who is admitted, and whose tries are counted."""

from __future__ import annotations

import asyncio
import base64

import pytest
from argon2 import PasswordHasher

from collector.ves.admission import Admission, TooManyTries
from omc.core.clock import ManualClock
from omc.core.passwords import Passwords

UNITS = [f"du-{number}" for number in range(12)]
PASSWORD = "sent-with-every-event"
HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def admission() -> Admission:
    return Admission(Passwords(dict.fromkeys(UNITS, HASH)), ManualClock())


async def test_units_behind_one_address_that_prove_themselves_at_once_are_all_admitted() -> None:
    one = admission()
    told = [one.admit(None, basic(unit, PASSWORD), "192.0.2.1") for unit in UNITS]
    assert await asyncio.gather(*told) == [f"user:{unit}" for unit in UNITS]


async def test_right_passwords_leave_five_tries_to_wrong_ones() -> None:
    one = admission()
    for number, unit in enumerate(UNITS[:5]):
        assert await one.admit(None, basic(unit, PASSWORD), "192.0.2.1") == f"user:{unit}"
        assert await one.admit(None, basic(unit, f"wrong-{number}"), "192.0.2.1") is None
    with pytest.raises(TooManyTries):
        await one.admit(None, basic(UNITS[0], "wrong again"), "192.0.2.1")
    assert await one.admit(None, basic(UNITS[0], PASSWORD), "192.0.2.1") == "user:du-0"
    assert await one.admit(None, basic(UNITS[0], "wrong"), "192.0.2.2") is None
