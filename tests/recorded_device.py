"""Walks of ours in `tests/recordings`, served by a real agent and polled over UDP.

A walk is NAME.snmprec (OID|type|value, as snmpsim writes it); NAME.expected holds the profile that
has to be found, every sample that has to come out, and how many readings have no value and why.
"""

from __future__ import annotations

from pathlib import Path

from collector.snmp.credentials import Target
from collector.snmp.fetch import PollResult
from omc.core.clock import SystemClock
from omc.service.single_poll import poll_once
from omc.simulator.demo_settings import Access
from omc.simulator.recording import Recording
from omc.simulator.replay import ReplayServer
from tests.replayed_device import IDENTITY, bare_key, shipped_catalogue, shipped_profiles

RECORDINGS = Path(__file__).parent / "recordings"

_DEADLINE = 20.0


def recorded_names() -> list[str]:
    """Names of the walks."""
    return sorted(path.stem for path in RECORDINGS.glob("*.snmprec"))


def recording_of(name: str) -> Recording:
    """A walk; each of its lines is a row."""
    recording = Recording.load(RECORDINGS / f"{name}.snmprec")
    assert not recording.faults, recording.faults
    return recording


async def poll_recording(name: str) -> list[str]:
    """What a poll of everything makes of a walk, in the form of its `.expected`."""
    profile, result = await serve_and_poll(recording_of(name), "auto")
    assert not result.problems, result.problems
    lines = [f"profile {profile}", *sorted(_sample_lines(result))]
    return [*lines, *(f"rejected {n} {why}" for why, n in sorted(result.rejected.items()))]


async def serve_and_poll(recording: Recording, profile: str) -> tuple[str, PollResult]:
    """The profile that was used, and what was read."""
    async with ReplayServer([recording], "127.0.0.1", 0, Access(), SystemClock()) as server:
        target = Target("127.0.0.1", server.served[0].port)
        catalogue, profiles = shipped_catalogue(), shipped_profiles()
        return await poll_once(target, profile, IDENTITY["node"], _DEADLINE, catalogue, profiles)


def _sample_lines(result: PollResult) -> list[str]:
    return [
        f"{bare_key(series.key)} {value:.15g}"
        for batch in result.batches
        for series, value in zip(batch.series, batch.values, strict=True)
    ]
