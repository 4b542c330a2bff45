"""An OLT with 4,096 ONTs: swept completely, on time, and its fast metrics are never late.

The agent is synthetic: no public recording has ONT rows of a Huawei OLT. Its time is virtual. An
answer takes 20 ms, and the optics of an ONT 30 ms more, unless the OLT asked it less than a minute
ago: reading them makes the OLT ask the ONT itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import pytest

from collector.profiles.profile_set import ProfileSet
from collector.snmp.device import SWEEP_SHARE, Device, PlanBook
from collector.snmp.exchange import Reply, Request
from collector.snmp.fetch import PollResult
from collector.snmp.limits import AgentLimits
from collector.varbind import Value
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import SeriesTable
from omc.core.resources import config_folder
from tests.agents.in_memory import MemoryAgent, drive

PORTS, ONTS = 32, 128
INTERVAL = 60.0
GPON = "1.3.6.1.4.1.2011.6.128.1.1.2"
OPTICS = f"{GPON}.51.1."
BOARD_CPU = "1.3.6.1.4.1.2011.2.6.7.1.1.2.1.5"
TRAFFIC = "1.3.6.1.4.1.2011.6.128.1.1.4.23.1"
#: Every PON port: an ifIndex as the SmartAX packs it, slots 1 and 2 with 16 ports each.
IF_INDEXES = [0xFA000000 + (1 + port // 16 << 13) + (port % 16 << 8) for port in range(PORTS)]


@cache
def book() -> PlanBook:
    catalogue = Catalogue.load(config_folder() / "metrics")
    return PlanBook(ProfileSet.load([config_folder() / "profiles"], catalogue), catalogue)


def olt() -> dict[str, Value]:
    rows: dict[str, Value] = {
        "1.3.6.1.2.1.1.1.0": b"Huawei Integrated Access Software",
        "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.2011.2.248",
        "1.3.6.1.2.1.1.3.0": 100,
        f"{BOARD_CPU}.0.9": 30,
    }
    for port, if_index in enumerate(IF_INDEXES):
        rows[f"1.3.6.1.2.1.31.1.1.1.1.{if_index}"] = b"GPON %d" % port
        rows[f"{GPON}.21.1.10.{if_index}"] = 1
        rows[f"{GPON}.21.1.16.{if_index}"] = ONTS
        for ont in range(ONTS):
            index = f"{if_index}.{ont}"
            rows[f"{GPON}.43.1.3.{index}"] = b"HWTC" + (port * ONTS + ont).to_bytes(4, "big")
            rows[f"{GPON}.46.1.15.{index}"] = 1
            rows[f"{GPON}.46.1.20.{index}"] = 2500 + ont
            rows[f"{TRAFFIC}.3.{index}"] = 10**9 + ont
            for column, value in {1: 45, 2: 12, 3: 210, 4: -1950 - ont, 5: 3300, 6: 8000}.items():
                rows[f"{OPTICS}{column}.{index}"] = value
    return rows


class SlowOlt(MemoryAgent):
    """Takes its time."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(olt())
        self._clock = clock
        self._asked_at: dict[str, float] = {}
        self.optics: list[tuple[float, str]] = []

    def reply(self, request: Request) -> Reply:
        reply = super().reply(request)
        seconds = 0.02
        for oid, _ in reply.varbinds:
            if oid.startswith(OPTICS):
                ont = oid.split(".", 15)[-1]
                self.optics.append((self._clock.monotonic(), ont))
                if self._clock.monotonic() - self._asked_at.get(ont, -1e9) > 60.0:
                    self._asked_at[ont] = self._clock.monotonic()
                    seconds += 0.03
        self._clock.advance(seconds)
        return reply


@dataclass
class Watch:
    """What an hour of polling came to. Times are seconds since the first poll."""

    durations: list[float] = field(default_factory=list)
    fast_after: list[float] = field(default_factory=list)
    read: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    polls_with_optics: list[tuple[float, int]] = field(default_factory=list)


@pytest.fixture(scope="module")
def an_hour() -> tuple[Watch, SlowOlt]:
    clock = ManualClock(monotonic=0.0)
    agent, watch = SlowOlt(clock), Watch()
    identity = {"site": "VPC0001", "node": "OLT"}
    table = SeriesTable()
    device = Device(
        "OLT", identity, INTERVAL, "auto", book(), table, clock, AgentLimits(), with_origins=True
    )
    for poll in range(60):
        began_ms, began = clock.time_ms(), clock.monotonic()
        result = PollResult()
        drive(device.poll(result), agent)
        watch.durations.append(clock.monotonic() - began)
        optics = 0
        for batch in result.batches:
            for series, time_ms in zip(batch.series, batch.times, strict=True):
                name = series.metric.name
                if name == "cpu_utilisation_ratio":
                    watch.fast_after.append((time_ms - began_ms) / 1000)
                if name.startswith("pon_ont"):
                    times = watch.read.setdefault(name, {}).setdefault(series.key, [])
                    times.append(poll * INTERVAL)
                optics += name == "pon_ont_rx_power_dbm"
        watch.polls_with_optics.append((poll * INTERVAL, optics))
        clock.advance(INTERVAL - watch.durations[-1])
    return watch, agent


@pytest.mark.parametrize(
    ("metric", "within", "again"),
    [
        ("pon_ont_up", 5 * 60, 6 * 60),
        ("pon_ont_rx_power_dbm", 15 * 60, 16 * 60),
        ("pon_ont_temperature_celsius", 15 * 60, 16 * 60),
        ("pon_ont_bytes_total", 15 * 60, 16 * 60),
    ],
)
def test_every_ont_is_read_in_time_and_in_time_again(
    an_hour: tuple[Watch, SlowOlt], metric: str, within: float, again: float
) -> None:
    series = an_hour[0].read[metric]
    assert len(series) == PORTS * ONTS
    assert max(times[0] for times in series.values()) <= within
    gaps = [later - earlier for times in series.values() for earlier, later in pairwise(times)]
    assert max(gaps) <= again


def test_no_poll_is_late_and_the_fast_metrics_come_first(an_hour: tuple[Watch, SlowOlt]) -> None:
    watch, _ = an_hour
    assert len(watch.fast_after) == 60
    assert max(watch.fast_after[1:]) < 1.0
    # The share of the sweeps, a page more, and what is read fast before and between them.
    assert max(watch.durations) < INTERVAL * SWEEP_SHARE + 5.0


def test_the_budget_is_kept(an_hour: tuple[Watch, SlowOlt]) -> None:
    watch, _ = an_hour
    # The budget counts rows of all seven columns, of which six exist here; a page may go over.
    assert max(count for _, count in watch.polls_with_optics) <= 600 * 7 / 6 + 10
    started = [at for at, count in watch.polls_with_optics if count]
    breaks = [later - earlier for earlier, later in pairwise(started) if later - earlier > INTERVAL]
    assert len(breaks) == 3


def test_optics_are_read_port_by_port_so_that_each_ont_is_asked_once(
    an_hour: tuple[Watch, SlowOlt],
) -> None:
    _, agent = an_hour
    first_sweep = [ont for at, ont in agent.optics if at < 15 * 60]
    ports = [ont.split(".")[0] for ont in first_sweep]
    assert [port for port, after in pairwise([*ports, ""]) if port != after] == [
        str(if_index) for if_index in IF_INDEXES
    ]
    assert set(Counter(first_sweep).values()) == {6}


def test_a_busy_olt_is_left_alone_even_in_the_middle_of_a_sweep() -> None:
    clock = ManualClock()
    agent = SlowOlt(clock)
    device = Device(
        "OLT", {"node": "OLT"}, INTERVAL, "auto", book(), SeriesTable(), clock, AgentLimits()
    )
    seen = []
    for poll in range(6):
        if poll in (2, 4):
            cpu = 95 if poll == 2 else 30
            agent = SlowOlt(clock)
            agent.replace(f"{BOARD_CPU}.0.9", cpu)
        before = len(agent.optics)
        drive(device.poll(PollResult()), agent)
        seen.append(len(agent.optics) > before)
        clock.advance(INTERVAL)
    assert seen == [True, True, False, False, True, True]
