"""Walks of ours in `tests/recordings`, served by a real agent and polled over UDP.

A walk is NAME.snmprec (OID|type|value, as snmpsim writes it); NAME.expected holds the profile that
has to be found, every sample that has to come out, and how many readings have no value and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target
from collector.snmp.device import Device, PlanBook, PollResult
from omc.core.clock import SystemClock
from omc.core.model import SeriesTable
from tests.agents.agent import Agent
from tests.agents.messages import COUNTER32, COUNTER64, GAUGE32, TIME_TICKS, Tlv, arcs, encode_oid
from tests.agents.messages import integer as _integer
from tests.agents.messages import octets as _octets
from tests.replayed_device import IDENTITY, bare_key, shipped_catalogue, shipped_profiles

RECORDINGS = Path(__file__).parent / "recordings"

_DEADLINE = 20.0
_OBJECT_IDENTIFIER = 0x06


def _object_identifier(text: str) -> Tlv:
    encoded = encode_oid(arcs(text))
    return Tlv(_OBJECT_IDENTIFIER, encoded[2:])


def _number(tag: int) -> Callable[[str], Tlv]:
    return lambda text: _integer(int(text), tag)


_TYPES: Mapping[str, Callable[[str], Tlv]] = {
    "2": lambda text: _integer(int(text)),
    "4": lambda text: _octets(text.encode()),
    "4x": lambda text: _octets(bytes.fromhex(text)),
    "6": _object_identifier,
    "65": _number(COUNTER32),
    "66": _number(GAUGE32),
    "67": _number(TIME_TICKS),
    "70": _number(COUNTER64),
}


def recorded_names() -> list[str]:
    """Names of the walks."""
    return sorted(path.stem for path in RECORDINGS.glob("*.snmprec"))


def recorded_rows(name: str) -> dict[str, Tlv]:
    """A walk as an agent needs it."""
    rows: dict[str, Tlv] = {}
    for line in (RECORDINGS / f"{name}.snmprec").read_text(encoding="utf-8").splitlines():
        oid, kind, value = line.split("|", 2)
        rows[oid] = _TYPES[kind](value)
    return rows


async def poll_recording(name: str) -> list[str]:
    """What a poll of everything makes of a walk, in the form of its `.expected`."""
    async with Agent(recorded_rows(name)) as agent:
        profile, result = await _poll(agent.port)
    lines = [f"profile {profile}", *sorted(_sample_lines(result))]
    return [*lines, *(f"rejected {n} {why}" for why, n in sorted(result.rejected.items()))]


def _sample_lines(result: PollResult) -> list[str]:
    return [
        f"{bare_key(series.key)} {value:.15g}"
        for batch in result.batches
        for series, value in zip(batch.series, batch.values, strict=True)
    ]


async def _poll(port: int) -> tuple[str, PollResult]:
    clock = SystemClock()
    result = PollResult()
    async with SnmpClient(clock) as client:
        session = client.session(Target("127.0.0.1", port))
        device = Device(
            IDENTITY["node"],
            IDENTITY,
            60.0,
            "auto",
            PlanBook(shipped_profiles(), shipped_catalogue()),
            SeriesTable(),
            clock,
            session.limits,
            whole_sweeps=True,
        )
        await session.run(device.poll(result), _DEADLINE)
    assert not result.problems, result.problems
    return device.profile, result
