"""One device: who it is, what is read when, and what a failure costs. No network."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from collector.profiles.profile_set import ProfileSet
from collector.snmp.device import Device, PlanBook
from collector.snmp.exchange import Bulk, Get, Next, PollDeadline, Reply, Request, RequestTimeout
from collector.snmp.fetch import PollResult
from collector.snmp.limits import AgentLimits
from collector.varbind import Value
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock
from omc.core.model import SeriesTable
from omc.core.resources import config_folder
from tests.agents.in_memory import MemoryAgent, drive

SYSTEM: dict[str, Value] = {
    "1.3.6.1.2.1.1.1.0": b"A router",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.99999.1",
    "1.3.6.1.2.1.1.3.0": 123_456,
    "1.3.6.1.2.1.1.5.0": b"VPC0001",
}
OLT: dict[str, Value] = {
    **SYSTEM,
    "1.3.6.1.2.1.1.1.0": b"Huawei Integrated Access Software",
    "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.2011.2.248",
}
PON_PORT = 4_194_304_000
DDM_RX = "1.3.6.1.4.1.2011.6.128.1.1.2.51.1.4"
ONT_STATE = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1.15"
ONT_SERIAL = "1.3.6.1.4.1.2011.6.128.1.1.2.43.1.3"


@cache
def book() -> PlanBook:
    catalogue = Catalogue.load(config_folder() / "metrics")
    return PlanBook(ProfileSet.load([config_folder() / "profiles"], catalogue), catalogue)


def interfaces(count: int) -> dict[str, Value]:
    rows: dict[str, Value] = {}
    for index in range(1, count + 1):
        rows[f"1.3.6.1.2.1.31.1.1.1.1.{index}"] = f"Gi0/0/{index}".encode()
        rows[f"1.3.6.1.2.1.2.2.1.7.{index}"] = 1
        rows[f"1.3.6.1.2.1.2.2.1.8.{index}"] = 1 if index % 2 else 2
        rows[f"1.3.6.1.2.1.31.1.1.1.6.{index}"] = 10**12 + index
    return rows


def onts(count: int) -> dict[str, Value]:
    rows: dict[str, Value] = {f"1.3.6.1.2.1.31.1.1.1.1.{PON_PORT}": b"GPON 0/0/0"}
    for ont in range(count):
        rows[f"{ONT_SERIAL}.{PON_PORT}.{ont}"] = b"HWTC" + ont.to_bytes(4, "big")
        rows[f"{ONT_STATE}.{PON_PORT}.{ont}"] = 1
        rows[f"{DDM_RX}.{PON_PORT}.{ont}"] = -2000 - ont
    return rows


class Bench:
    """A device, its agent, and a clock held still."""

    def __init__(self, agent: MemoryAgent, profile: str = "auto", interval: float = 60.0) -> None:
        self.clock = ManualClock()
        self.table = SeriesTable()
        self.agent = agent
        self.device = Device(
            "VPC0001-router",
            {"site": "VPC0001", "node": "VPC0001-router"},
            interval,
            profile,
            book(),
            self.table,
            self.clock,
            AgentLimits(),
        )

    def poll(self) -> PollResult:
        result = PollResult()
        drive(self.device.poll(result), self.agent)
        return result


def values(result: PollResult, metric: str) -> dict[str, float]:
    return {
        series.key: value
        for batch in result.batches
        for series, value in zip(batch.series, batch.values, strict=True)
        if series.metric.name == metric
    }


def asked_columns(agent: MemoryAgent) -> set[str]:
    return {c for r in agent.asked if isinstance(r, Bulk | Next) for c in r.cursor.span.columns}


def test_an_unknown_device_is_read_by_the_standard_mibs() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(3)}))
    result = bench.poll()
    assert bench.device.profile == "generic"
    states = values(result, "interface_oper_state")
    assert list(states.values()) == [1.0, 2.0, 1.0]
    assert all('node="VPC0001-router"' in key and 'site="VPC0001"' in key for key in states)
    assert result.answered
    assert not result.problems


def test_a_known_device_gets_its_vendors_profile_and_a_named_one_is_not_questioned() -> None:
    assert Bench(MemoryAgent(OLT)).poll().answered
    automatic, named = Bench(MemoryAgent(OLT)), Bench(MemoryAgent(OLT), profile="if-mib")
    automatic.poll()
    named.poll()
    assert automatic.device.profile == "huawei-smartax"
    assert named.device.profile == "if-mib"


def test_a_description_of_raw_octets_with_newlines_is_one_line_of_text() -> None:
    walk: dict[str, Value] = {
        **SYSTEM,
        "1.3.6.1.2.1.1.1.0": b"Huawei Integrated\r\nAccess Software\0\xff",
        "1.3.6.1.2.1.1.2.0": ".1.3.6.1.4.1.2011.2.999",
    }
    bench = Bench(MemoryAgent(walk))
    bench.poll()
    assert bench.device.profile == "huawei-smartax"


def test_a_device_is_identified_once_and_again_after_it_was_silent() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(1)}))

    def identifications() -> int:
        asked = [r.oids for r in bench.agent.asked if isinstance(r, Get)]
        return sum("1.3.6.1.2.1.1.2.0" in oids and len(oids) == 2 for oids in asked)

    bench.poll()
    bench.poll()
    assert identifications() == 1
    drive(bench.device.probe(), bench.agent)
    bench.poll()
    assert identifications() == 2


def test_a_device_that_was_replaced_by_another_kind_loses_its_old_series() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(2)}))
    bench.poll()
    assert any("Gi0/0/2" in series.key for series in bench.table)
    bench.agent = MemoryAgent({**OLT, **onts(1)})
    drive(bench.device.probe(), bench.agent)
    bench.poll()
    assert bench.device.profile == "huawei-smartax"
    assert not any("Gi0/0/2" in series.key for series in bench.table)


def test_seldom_read_objects_are_not_asked_at_every_poll() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(2)}))
    bench.poll()
    first = asked_columns(bench.agent)
    bench.agent.asked.clear()
    bench.poll()
    second = asked_columns(bench.agent)
    assert "1.3.6.1.2.1.31.1.1.1.1" in first - second
    assert "1.3.6.1.2.1.2.2.1.8" in first & second


class LosesColumn(MemoryAgent):
    """Does not answer what is asked of one column."""

    lost = "1.3.6.1.2.1.2.2.1.7"

    def reply(self, request: Request) -> Reply:
        if isinstance(request, Bulk | Next) and self.lost in request.cursor.span.columns:
            raise RequestTimeout("no answer")
        return super().reply(request)


def test_a_lost_column_costs_itself_and_nothing_else() -> None:
    bench = Bench(LosesColumn({**SYSTEM, **interfaces(2)}))
    result = bench.poll()
    assert values(result, "interface_admin_state") == {}
    assert len(values(result, "interface_oper_state")) == 2
    assert result.problems == ["no answer"]
    assert not result.given_up


class DiesAfter(MemoryAgent):
    """Answers some requests and then no more."""

    left = 12

    def reply(self, request: Request) -> Reply:
        self.left -= 1
        if self.left < 0:
            raise RequestTimeout("no answer")
        return super().reply(request)


def test_a_device_that_dies_in_mid_poll_keeps_what_was_read_and_is_given_up() -> None:
    bench = Bench(DiesAfter({**SYSTEM, **interfaces(2)}))
    result = bench.poll()
    assert result.given_up
    assert result.samples > 0
    assert len(bench.agent.asked) < 60


def test_a_device_that_says_nothing_raises() -> None:
    class Silent(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            raise RequestTimeout("no answer")

    with pytest.raises(RequestTimeout):
        Bench(Silent({})).poll()


def test_a_known_device_that_says_nothing_raises_the_same() -> None:
    class Silenced(MemoryAgent):
        silent = False

        def reply(self, request: Request) -> Reply:
            if self.silent:
                raise RequestTimeout("no answer")
            return super().reply(request)

    agent = Silenced({**SYSTEM, **interfaces(2)})
    bench = Bench(agent)
    bench.poll()
    agent.silent = True
    with pytest.raises(RequestTimeout):
        bench.poll()


def test_a_large_table_is_read_a_little_at_every_poll() -> None:
    rows = onts(1500)
    for column in (2, 3, 5):
        base = DDM_RX.removesuffix(".4")
        rows |= {
            f"{base}.{column}.{PON_PORT}.{ont}": 3300 if column == 5 else 10 for ont in range(1500)
        }
    bench = Bench(MemoryAgent({**OLT, **rows}))
    readings: dict[str, float] = {}
    counts = []
    for _ in range(14):
        result = bench.poll()
        readings |= values(result, "pon_ont_rx_power_dbm")
        swept = [batch for batch in result.batches if batch.source.endswith("slow/ont_optics")]
        counts.append(sum(map(len, swept)))
        bench.clock.advance(60.0)
    assert len(readings) == 1500
    assert readings[min(readings)] == -20.0
    assert sum(counts) == 4 * 1500
    # 600 rows of seven columns a minute, and a page more.
    assert max(counts) <= 600 * 7 + 50
    assert sum(count > 0 for count in counts) == 2


def test_a_sweep_rests_for_its_minimum_interval() -> None:
    bench = Bench(MemoryAgent({**OLT, **onts(5)}))
    swept = []
    for minute in range(40):
        if values(bench.poll(), "pon_ont_rx_power_dbm"):
            swept.append(minute)
        bench.clock.advance(60.0)
    assert len(swept) == 3
    assert all(later - earlier >= 15 for earlier, later in pairwise(swept))


def test_states_in_a_large_table_are_read_sooner_when_hastened_and_what_burdens_is_not() -> None:
    bench = Bench(MemoryAgent({**OLT, **onts(5)}))
    swept: dict[str, list[int]] = {"pon_ont_up": [], "pon_ont_rx_power_dbm": []}
    for tenth in range(6):
        result = bench.poll()
        for metric, at in swept.items():
            if values(result, metric):
                at.append(tenth)
        bench.clock.advance(10.0)
        bench.device.hasten_sweeps()
    assert swept == {"pon_ont_up": [0, 3], "pon_ont_rx_power_dbm": [0]}


class Slow(MemoryAgent):
    """Every answer takes half a second."""

    clock: ManualClock

    def reply(self, request: Request) -> Reply:
        self.clock.advance(0.5)
        return super().reply(request)


def test_a_sweep_of_a_slow_device_waits_for_the_next_poll_instead_of_making_this_one_late() -> None:
    agent = Slow({**OLT, **onts(800)})
    bench = Bench(agent)
    agent.clock = bench.clock
    readings: dict[str, float] = {}
    for _ in range(60):
        began = bench.clock.monotonic()
        readings |= values(bench.poll(), "pon_ont_rx_power_dbm")
        took = bench.clock.monotonic() - began
        # A third of the interval for the sweeps, and a page more; the rest is the fast part.
        assert took < 60.0
        bench.clock.advance(60.0 - took)
    assert len(readings) == 800


def test_a_deadline_in_a_sweep_keeps_what_was_read_and_starts_the_sweep_anew() -> None:
    bench = Bench(MemoryAgent({**OLT, **onts(300)}))
    result = PollResult()
    exchange = bench.device.poll(result)
    request = next(exchange)
    while not (isinstance(request, Bulk) and DDM_RX in request.cursor.span.columns):
        request = exchange.send(bench.agent(request))
    request = exchange.send(bench.agent(request))
    with pytest.raises(StopIteration):
        exchange.throw(PollDeadline("the time for the poll was over"))
    assert result.given_up
    assert len(values(result, "pon_ont_rx_power_dbm")) > 0
    bench.clock.advance(16 * 60.0)
    again = [values(bench.poll(), "pon_ont_rx_power_dbm") for _ in range(3)]
    assert len({key for found in again for key in found}) == 300


def test_batches_say_when_their_series_come_again() -> None:
    bench = Bench(MemoryAgent({**OLT, **interfaces(1), **onts(3)}), interval=30.0)
    intervals = {batch.source.rpartition(":")[2]: batch.interval for batch in bench.poll().batches}
    assert intervals["fast"] == 30.0
    assert intervals["slow/ont_optics"] == 900.0


def test_a_device_knows_every_series_it_has_given() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(4)}))
    result = bench.poll()
    given = {series.key for batch in result.batches for series in batch.series}
    assert given
    assert {series.key for series in bench.device.series()} == given


def test_a_reading_that_turns_bad_names_its_series() -> None:
    rows: dict[str, Value] = {**OLT, **onts(2)}
    bench = Bench(MemoryAgent(rows))
    bench.poll()
    dark = {**rows, f"{DDM_RX}.{PON_PORT}.1": 2147483647}
    bench.agent = MemoryAgent(dark)
    bench.clock.advance(16 * 60)
    events = bench.poll().events
    named = [series.key for event in events for series in event.series]
    assert [key for key in named if "pon_ont_rx_power_dbm" in key and 'ont="1"' in key]


def test_a_closed_device_leaves_no_series_behind() -> None:
    bench = Bench(MemoryAgent({**SYSTEM, **interfaces(4)}))
    bench.poll()
    assert len(bench.table) > 10
    bench.device.close()
    assert len(bench.table) == 0
