from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher
from pydantic import SecretStr

from dashboards.console.ended_sessions import EndedSessions
from dashboards.console.sessions import Sessions, cookie_secret
from omc.api.access import Caller, Doorman
from omc.api.attempts import Attempts
from omc.core.clock import ManualClock
from omc.core.settings import Role, TokenSettings, UserSettings

HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def user(name: str, password: str, role: Role = Role.OPERATOR) -> UserSettings:
    hashed = SecretStr(HASHER.hash(password))
    return UserSettings.model_construct(name=name, role=role, password_hash=hashed)


def sessions(
    doorman: Doorman, clock: ManualClock, signed_with: str = "ours", kept: Path | None = None
) -> Sessions:
    ended = EndedSessions(kept or Path("there is none"), clock)
    return Sessions(doorman, signed_with, clock, 60.0, ended)


def cookie_of(known: Sessions, caller: Caller) -> str:
    return known.cookie(known.begin(caller))


LAN = user("lan", "bí mật")


def test_a_cookie_is_known_again_also_after_a_restart() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    cookie = cookie_of(sessions(doorman, clock), caller)
    session = sessions(Doorman([LAN], [], "local"), clock).read(cookie)
    assert session is not None
    assert (session.caller.name, session.caller.role) == ("lan", Role.OPERATOR)


def test_a_session_ends_when_its_time_is_over() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    known = sessions(doorman, clock)
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    cookie = cookie_of(known, caller)
    session = known.read(cookie)
    assert session is not None
    clock.advance(59)
    assert not known.is_over(session)
    clock.advance(1)
    assert known.is_over(session)
    assert known.read(cookie) is None


def test_whoever_is_removed_or_has_another_password_is_out() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    cookie = cookie_of(sessions(doorman, clock), caller)
    assert sessions(Doorman([], [], "local"), clock).read(cookie) is None
    other = Doorman([user("lan", "mật khẩu mới")], [], "local")
    assert sessions(other, clock).read(cookie) is None


def test_a_role_that_was_taken_away_is_gone_though_the_cookie_is_old() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    cookie = cookie_of(sessions(doorman, clock), caller)
    demoted = LAN.model_copy(update={"role": Role.VIEWER})
    session = sessions(Doorman([demoted], [], "local"), clock).read(cookie)
    assert session is not None
    assert session.caller.role is Role.VIEWER


def test_forged_and_foreign_cookies_are_nobodys() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    cookie = cookie_of(sessions(doorman, clock), caller)
    for forged in ("", "x", cookie[:-2], cookie_of(sessions(doorman, clock, "other"), caller)):
        assert sessions(doorman, clock).read(forged) is None


def test_a_token_comes_in_with_its_role() -> None:
    token = SecretStr("a-token-of-twenty-letters")
    wall = TokenSettings.model_construct(name="wall", role=Role.VIEWER, token=token)
    doorman = Doorman([], [wall], "local")
    caller = doorman.by_token("a-token-of-twenty-letters")
    assert caller is not None
    session = sessions(doorman, clock := ManualClock()).read(
        cookie_of(sessions(doorman, clock), caller)
    )
    assert session is not None
    assert not session.caller.may(Role.OPERATOR)


def test_the_secret_is_made_once_and_only_the_service_reads_it(tmp_path: Path) -> None:
    secret = cookie_secret(tmp_path / "data")
    assert cookie_secret(tmp_path / "data") == secret
    assert (tmp_path / "data" / "console.secret").stat().st_mode & 0o077 == 0


def test_after_a_few_wrong_passwords_one_waits_longer_every_time() -> None:
    clock = ManualClock()
    attempts = Attempts(clock)
    who, waits = ("lan", "10.0.0.7"), []
    for _ in range(12):
        wait = attempts.wait(who)
        waits.append(wait)
        clock.advance(wait)
        attempts.failed(who)
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:7] == [2, 4, 8]
    assert waits[-1] == 60
    assert attempts.wait(("lan", "10.0.0.8")) == 0
    attempts.succeeded(who)
    assert attempts.wait(who) == 0


def test_a_session_that_is_ending_is_known_and_renewed() -> None:
    clock, doorman = ManualClock(), Doorman([LAN], [], "local")
    known, caller = sessions(doorman, clock), doorman.by_password("lan", "bí mật")
    assert caller is not None
    session = known.read(cookie_of(known, caller))
    assert session is not None
    clock.advance(53)
    assert not known.is_ending(session)
    clock.advance(2)
    assert known.is_ending(session)
    assert not known.is_ending(known.renewed(session))


def test_programs_are_told_from_people() -> None:
    doorman = Doorman([LAN], [], "local")
    person, program = doorman.by_password("lan", "bí mật"), doorman.by_token("local")
    assert person is not None
    assert program is not None
    assert (doorman.is_program(person), doorman.is_program(program)) == (False, True)


def test_who_logs_out_is_out_with_every_cookie_also_after_a_restart(tmp_path: Path) -> None:
    clock, doorman, kept = ManualClock(), Doorman([LAN], [], "local"), tmp_path / "ended"
    caller = doorman.by_password("lan", "bí mật")
    assert caller is not None
    known = sessions(doorman, clock, kept=kept)
    session, other = known.begin(caller), known.begin(caller)
    cookies = [known.cookie(session), known.cookie(known.renewed(session))]
    known.end(session)
    assert known.is_over(session)
    for after in (known, sessions(doorman, clock, kept=kept)):
        assert [after.read(cookie) for cookie in cookies] == [None, None]
        assert after.read(known.cookie(other)) == other
    clock.advance(61)
    known.end(known.begin(caller))
    assert session.number not in kept.read_text(encoding="ascii")  # its cookies have run out
