"""Whatever stands in a walk, polling it raises nothing and gives only numbers.

Walks of ours are mutated line by line: types and values exchanged, OIDs bent, rows lost, doubled
and put out of order. Most go through memory, for speed; some are served by a real agent over UDP.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.snmp.device import Device, PlanBook
from collector.snmp.fetch import PollResult
from collector.snmp.limits import AgentLimits
from omc.core.clock import ManualClock
from omc.core.model import SeriesTable
from omc.simulator.recording import Recording
from tests.agents.in_memory import MemoryAgent, drive
from tests.recorded_device import RECORDINGS, recorded_names, serve_and_poll
from tests.replayed_device import IDENTITY, shipped_catalogue, shipped_profiles
from tests.sample_data import column_lengths_agree

NAMES = recorded_names()
LINES = {name: (RECORDINGS / f"{name}.snmprec").read_bytes().splitlines() for name in NAMES}
PROFILES = {
    name: (RECORDINGS / f"{name}.expected").read_text(encoding="utf-8").splitlines()[0].split()[1]
    for name in NAMES
}

TYPES = [b"2", b"4", b"4x", b"4e", b"5", b"6", b"64", b"65", b"66", b"67", b"68", b"70", b"129"]
NUMBERS = ["0", "-1", "1", "7", "65535", "2147483647", "-2147483648", "4294967295", str(2**64 - 1)]
TEXTS = [
    "",
    "N/A",
    "-99.9 dBm",
    "1,2",
    "Float: nan",
    "Float: inf",
    "Double: 1e308",
    "9f78047f800000",
]
values = st.one_of(
    st.sampled_from([text.encode() for text in (*NUMBERS, *TEXTS)]),
    st.binary(max_size=20).map(lambda octets: octets.replace(b"\n", b"").replace(b"\r", b"")),
    st.integers(-(2**63), 2**64 - 1).map(lambda number: str(number).encode()),
)
Edit = Callable[[list[bytes], int], None]


def _retype(kind: bytes) -> Edit:
    def edit(lines: list[bytes], at: int) -> None:
        oid, _, value = lines[at].split(b"|", 2)
        lines[at] = b"|".join((oid, kind, value))

    return edit


def _revalue(new: bytes) -> Edit:
    def edit(lines: list[bytes], at: int) -> None:
        oid, kind, _ = lines[at].split(b"|", 2)
        lines[at] = b"|".join((oid, kind, new))

    return edit


def _bend(arc: int, place: int) -> Edit:
    def edit(lines: list[bytes], at: int) -> None:
        oid, rest = lines[at].split(b"|", 1)
        arcs = oid.split(b".")
        arcs[-1 - place % 3] = str(arc).encode()
        lines.append(b".".join(arcs) + b"|" + rest)

    return edit


def _lose(lines: list[bytes], at: int) -> None:
    """One row is gone, and the next one is there twice."""
    lines[at] = lines[(at + 1) % len(lines)]


def _deepen(lines: list[bytes], at: int) -> None:
    oid, rest = lines[at].split(b"|", 1)
    lines.append(oid + b".1.2.3|" + rest)


edits = st.one_of(
    st.sampled_from(TYPES).map(_retype),
    values.map(_revalue),
    st.builds(_bend, st.sampled_from([0, 1, 255, 256, 2**31, 2**32 - 1]), st.integers(0, 2)),
    st.just(_lose),
    st.just(_deepen),
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, Recording]:
    """A profile, and a walk of its device that has been tampered with."""
    name = draw(st.sampled_from(NAMES))
    lines = list(LINES[name])
    for at, edit in draw(st.lists(st.tuples(st.integers(0, 10_000), edits), max_size=30)):
        edit(lines, at % len(lines))
    profile = draw(st.sampled_from(["auto", PROFILES[name]]))
    return profile, Recording.parse(name, b"\n".join(lines))


def assert_only_numbers(result: PollResult) -> None:
    for batch in result.batches:
        assert column_lengths_agree(batch)
        assert all(map(math.isfinite, batch.values))
        for series, value in zip(batch.series, batch.values, strict=True):
            valid, states = series.metric.valid, series.metric.states
            assert not states or int(value) in states
            assert valid.min is None or value >= valid.min
            assert valid.max is None or value <= valid.max


@settings(max_examples=150)
@given(first=mutated(), second=mutated())
def test_a_device_polled_from_memory_raises_nothing(
    first: tuple[str, Recording], second: tuple[str, Recording]
) -> None:
    profile, recording = first
    clock = ManualClock()
    device = Device(
        *("node", IDENTITY, 60.0, profile, PlanBook(shipped_profiles(), shipped_catalogue())),
        *(SeriesTable(), clock, AgentLimits()),
        with_origins=True,
        whole_sweeps=True,
    )
    for walk in (recording, recording, second[1]):  # the same again, then another device's
        rows = {".".join(map(str, oid)): walk.value(place) for place, oid in enumerate(walk.oids)}
        result = PollResult()
        drive(device.poll(result), MemoryAgent(rows), most=100_000)
        assert_only_numbers(result)
        clock.advance(3600.0)


@settings(max_examples=25)
@given(case=mutated())
def test_a_device_polled_over_the_network_raises_nothing(case: tuple[str, Recording]) -> None:
    profile, recording = case
    _, result = asyncio.run(serve_and_poll(recording, profile))
    assert result.answered
    assert_only_numbers(result)
