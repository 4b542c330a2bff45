"""Who may come in."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from omc.api.access import Caller, Doorman, local_token
from omc.core.settings import Role, TokenSettings, UserSettings

#: The cheapest that the format allows: these tests are not about strength.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("bí mật")
USER = UserSettings.model_construct(name="lan", role=Role.OPERATOR, password_hash=SecretStr(_HASH))
TOKEN = TokenSettings.model_construct(
    name="wall", role=Role.VIEWER, token=SecretStr("a-long-token-for-the-wall")
)
DOORMAN = Doorman([USER], [TOKEN], "the-local-token")


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "caller"),
    [
        ("Bearer a-long-token-for-the-wall", Caller("wall", Role.VIEWER)),
        ("bearer the-local-token", Caller("local", Role.ADMIN)),
        (_basic("lan", "bí mật"), Caller("lan", Role.OPERATOR)),
        (_basic("lan", "wrong"), None),
        (_basic("nobody", "bí mật"), None),
        ("Bearer the-local", None),
        ("Bearer ", None),
        ("Basic %%%", None),
        ("Basic /w==", None),
        ("Digest x", None),
        ("", None),
    ],
)
def test_only_who_proves_it_comes_in(header: str, caller: Caller | None) -> None:
    assert DOORMAN.admit(header) == caller


def test_a_role_includes_the_lower_ones() -> None:
    operator = Caller("lan", Role.OPERATOR)
    assert operator.may(Role.VIEWER)
    assert operator.may(Role.OPERATOR)
    assert not operator.may(Role.ADMIN)


def test_nobody_comes_in_with_nothing() -> None:
    assert Doorman([], [], "").admit("Bearer ") is None
    assert Doorman([], [], "").by_token("") is None


def test_the_local_token_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    token = local_token(tmp_path / "data")
    assert local_token(tmp_path / "data") == token
    assert len(token) >= 32
    mode = (tmp_path / "data" / "api.token").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
