"""Over real UDP: what a careful manager makes of agents that lie."""

from __future__ import annotations

import asyncio
import time

import pytest

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Community, Target, Version
from collector.snmp.exchange import PollDeadline, RequestTimeout
from collector.snmp.get import get
from collector.snmp.session import Session
from collector.snmp.walk import WalkEnd, walk
from collector.varbind import Varbind
from omc.core.errors import ProtocolViolation
from tests.agents import lies
from tests.agents.agent import GEN_ERR, NO_SUCH_NAME, TOO_BIG, Agent
from tests.agents.messages import (
    COUNTER32,
    COUNTER64,
    GET_BULK,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    OPAQUE,
    TIME_TICKS,
    Tlv,
    arcs,
    integer,
    octets,
)

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
WALKED, AFTER = "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.11"
ROWS = (
    {SYS_UP_TIME: integer(123_456, TIME_TICKS)}
    | {f"{WALKED}.{n}": integer(n, COUNTER32) for n in range(1, 41)}
    | {f"{AFTER}.{n}": integer(n) for n in range(1, 3)}
)
EXPECTED = [(f"{WALKED}.{n}", n) for n in range(1, 41)]


def session(
    client: SnmpClient,
    agent: Agent,
    *,
    timeout: float = 0.1,
    retries: int = 2,
    version: Version = Version.V2C,
    max_repetitions: int = 50,
) -> Session:
    return client.session(
        Target(
            "127.0.0.1",
            agent.port,
            Community(version),
            timeout=timeout,
            retries=retries,
            max_repetitions=max_repetitions,
            site="VPC0001",
            node="csr-1",
        )
    )


async def walked(
    on: Session, column: str = WALKED, deadline: float = 20.0
) -> tuple[WalkEnd, list[Varbind]]:
    rows: list[Varbind] = []
    end = await on.run(walk(column, on.limits, lambda page, *_: rows.extend(page)), deadline)
    return end, rows


async def read_complete(on: Session) -> None:
    end, rows = await walked(on)
    assert end.complete, end.error
    assert rows == EXPECTED


# -- honest answers, for comparison ----------------------------------------------------------------


@pytest.mark.parametrize("version", list(Version))
async def test_an_honest_agent_is_read(client: SnmpClient, version: Version) -> None:
    async with Agent(ROWS) as agent:
        on = session(client, agent, version=version)
        await read_complete(on)
        assert await on.run(get([SYS_UP_TIME], on.limits), 5.0) == [(SYS_UP_TIME, 123_456)]
        assert client.counts.second_opinions == 0


async def test_a_column_at_the_end_of_the_mib_is_read_without_a_second_opinion(
    client: SnmpClient,
) -> None:
    async with Agent(ROWS) as agent:
        on = session(client, agent)
        for requests in (3, 2):
            agent.requests.clear()
            end, rows = await walked(on, AFTER)
            assert end.complete
            assert len(rows) == 2
            assert len(agent.requests) == requests
        assert client.counts.second_opinions == 0


async def test_values_of_every_type_are_read(client: SnmpClient) -> None:
    rows = {
        f"{WALKED}.1": integer(-5),
        f"{WALKED}.2": integer(2**32 - 1, COUNTER32),
        f"{WALKED}.3": integer(2**64 - 1, COUNTER64),
        f"{WALKED}.4": octets("Vĩnh Yên".encode()),
        f"{WALKED}.5": octets(b""),
        f"{WALKED}.6": Tlv(0x06, b"\x2b\x06\x01"),
        f"{WALKED}.7": Tlv(0x40, bytes([192, 0, 2, 1])),
        f"{WALKED}.8": Tlv(OPAQUE, b"\x9f\x78\x04\x41\x20\x00\x00"),
        f"{AFTER}.1": integer(1),
    }
    async with Agent(rows) as agent:
        _, found = await walked(session(client, agent))
    assert [value for _, value in found] == [
        -5,
        2**32 - 1,
        2**64 - 1,
        "Vĩnh Yên".encode(),
        b"",
        "1.3.6.1",
        "192.0.2.1",
        b"\x9f\x78\x04\x41\x20\x00\x00",
    ]


# -- lies about rows -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", list(Version))
async def test_a_walk_that_loops_is_refused(client: SnmpClient, version: Version) -> None:
    async with lies.Looping(ROWS, last=f"{WALKED}.20", back=WALKED) as agent:
        end, rows = await walked(session(client, agent, version=version, max_repetitions=8))
        assert isinstance(end.error, ProtocolViolation)
        assert "does not increase" in str(end.error)
        assert rows == EXPECTED[:20]


async def test_a_walk_without_end_is_stopped(client: SnmpClient) -> None:
    async with lies.Endless(ROWS) as agent:
        on = session(client, agent)
        rows: list[Varbind] = []
        end = await on.run(
            walk(WALKED, on.limits, lambda page, *_: rows.extend(page), max_rows=500), 10.0
        )
        assert "more than 500 rows" in str(end.error)
        assert [oid for oid, _ in rows] == [f"{WALKED}.{n}" for n in range(1, len(rows) + 1)]


async def test_an_agent_that_repeats_what_it_was_asked_is_refused(client: SnmpClient) -> None:
    async with lies.Stuck(ROWS) as agent:
        end, rows = await walked(session(client, agent))
        assert "does not increase" in str(end.error)
        assert rows == []


@pytest.mark.parametrize("liar", [lies.Unsorted, lies.Repeating])
async def test_rows_out_of_order_or_sent_twice_are_read_once_each(
    client: SnmpClient, liar: type[Agent]
) -> None:
    async with liar(ROWS) as agent:
        end, rows = await walked(session(client, agent, max_repetitions=7))
        assert end.complete
        assert dict(rows) == dict(EXPECTED)
        assert len(rows) == len(EXPECTED)


@pytest.mark.parametrize("most", [1, 3, 39, 40])
async def test_short_pages_are_read_on(client: SnmpClient, most: int) -> None:
    async with lies.Short(ROWS, most) as agent:
        await read_complete(session(client, agent))


async def test_instances_nobody_asked_for_are_left_out(client: SnmpClient) -> None:
    async with lies.Unasked(ROWS) as agent:
        on = session(client, agent)
        wanted = [SYS_UP_TIME, f"{WALKED}.1"]
        assert dict(await on.run(get(wanted, on.limits), 5.0)).keys() == set(wanted)


# -- error-status ----------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 10, 25])
async def test_too_big_makes_requests_smaller_without_a_second_opinion(
    client: SnmpClient, most: int
) -> None:
    async with lies.TooBig(ROWS, most) as agent:
        on = session(client, agent)
        await read_complete(on)
        assert on.limits.repetitions <= most
        agent.requests.clear()
        await read_complete(on)
        assert all(request.repetitions <= most for request in agent.requests)
        wanted = [oid for oid, _ in EXPECTED[:12]]
        assert dict(await on.run(get(wanted, on.limits), 5.0)) == dict(EXPECTED[:12])
        assert client.counts.second_opinions == 0


STATUSES = {
    1: "tooBig",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
    18: "other",
}


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("status", STATUSES)
async def test_an_error_status_in_the_middle_is_reported_and_the_rest_kept(
    client: SnmpClient, version: Version, status: int
) -> None:
    async with lies.Failing(ROWS, f"{WALKED}.23", status) as agent:
        on = session(client, agent, version=version)
        for _ in range(2):
            end, rows = await walked(on)
            assert f"answered {STATUSES[status]}" in str(end.error)
            assert rows == EXPECTED[:22]
        assert client.counts.second_opinions == 1


@pytest.mark.parametrize("version", list(Version))
async def test_no_such_name_ends_a_walk_as_it_should(client: SnmpClient, version: Version) -> None:
    async with lies.EndsWith(ROWS, NO_SUCH_NAME) as agent:
        end, rows = await walked(session(client, agent, version=version), AFTER)
        assert end.complete
        assert len(rows) == 2


@pytest.mark.parametrize("version", list(Version))
async def test_an_error_in_place_of_the_end_is_no_end(client: SnmpClient, version: Version) -> None:
    async with lies.EndsWith(ROWS, GEN_ERR) as agent:
        end, rows = await walked(session(client, agent, version=version), AFTER)
        assert "answered genErr" in str(end.error)
        assert len(rows) == 2


@pytest.mark.parametrize("status", [TOO_BIG, GEN_ERR, 16])
@pytest.mark.parametrize("version", list(Version))
async def test_one_refused_instance_costs_no_other(
    client: SnmpClient, status: int, version: Version
) -> None:
    wanted = [oid for oid, _ in EXPECTED[:9]]
    async with lies.Failing(ROWS, wanted[4], status) as agent:
        on = session(client, agent, version=version)
        errors: list[ProtocolViolation] = []
        found = await on.run(get(wanted, on.limits, errors.append), 5.0)
        assert dict(found).keys() == set(wanted) - {wanted[4]}
        assert [wanted[4] in str(error) for error in errors] == [True]


@pytest.mark.parametrize("version", list(Version))
async def test_one_missing_instance_costs_no_other(client: SnmpClient, version: Version) -> None:
    wanted = [f"{WALKED}.{n}" for n in (1, 2, 99, 3)]
    async with Agent(ROWS) as agent:
        on = session(client, agent, version=version)
        for _ in range(2):
            found = await on.run(get(wanted, on.limits), 5.0)
            assert dict(found) == {f"{WALKED}.{n}": n for n in (1, 2, 3)}


@pytest.mark.parametrize("tag", [NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE])
async def test_a_row_without_a_value_is_skipped(client: SnmpClient, tag: int) -> None:
    async with Agent(ROWS | {f"{WALKED}.7": Tlv(tag)}) as agent:
        end, rows = await walked(session(client, agent, max_repetitions=20))
        assert end.complete
        assert rows == EXPECTED[:6] + EXPECTED[7:]


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("rows", [[7], [1, 2, 3, 4, 5, 6], [20, 21], [38, 39, 40], [1, 7, 40]])
async def test_rows_of_null_are_stepped_over_wherever_they_stand(
    client: SnmpClient, rows: list[int], version: Version
) -> None:
    nulls = {f"{WALKED}.{row}": Tlv(NULL) for row in rows}
    async with Agent(ROWS | nulls) as agent:
        on = session(client, agent, version=version, max_repetitions=2)
        for _ in range(2):
            end, found = await walked(on)
            assert end.complete
            assert found == [row for row in EXPECTED if row[0] not in nulls]
            opinions = client.counts.second_opinions
        await walked(on)
        assert client.counts.second_opinions == opinions


# -- lies about datagrams --------------------------------------------------------------------------


async def test_answers_to_other_requests_are_ignored(client: SnmpClient) -> None:
    async with lies.WrongRequestId(ROWS, honest_later=True) as agent:
        await read_complete(session(client, agent))
        assert client.counts.retries == 0


async def test_answers_to_other_requests_only_are_silence(client: SnmpClient) -> None:
    async with lies.WrongRequestId(ROWS, honest_later=False) as agent:
        with pytest.raises(RequestTimeout, match="no answer"):
            await walked(session(client, agent, timeout=0.05))


async def test_garbage_before_an_answer_is_counted_and_ignored(client: SnmpClient) -> None:
    async with lies.Garbage(ROWS, honest_later=True) as agent:
        await read_complete(session(client, agent, timeout=1.0))
        assert client.counts.garbled >= 5
        assert client.counts.retries == 0


async def test_garbage_only_is_told_from_silence(client: SnmpClient) -> None:
    async with lies.Garbage(ROWS, honest_later=False) as agent:
        on = session(client, agent, timeout=0.05)
        with pytest.raises(RequestTimeout, match="cannot be read") as caught:
            await on.run(get([SYS_UP_TIME], on.limits), 5.0)
        assert (caught.value.site, caught.value.node) == ("VPC0001", "csr-1")


async def test_answers_cut_in_the_middle_make_pages_smaller(client: SnmpClient) -> None:
    async with lies.Truncated(ROWS, most=10) as agent:
        on = session(client, agent)
        await read_complete(on)
        assert on.limits.repetitions == 6
        agent.requests.clear()
        await read_complete(on)
        assert len(agent.requests) == 7


async def test_answers_longer_than_the_receive_buffer_make_pages_smaller(
    client: SnmpClient,
) -> None:
    long = {f"{WALKED}.{n}": octets(bytes(200)) for n in range(1, 41)}
    async with Agent(ROWS | long) as agent:
        end, rows = await walked(session(client, agent))
        assert end.complete
        assert len(rows) == 40


async def test_a_malformed_variable_does_not_break_the_library(client: SnmpClient) -> None:
    async with lies.Malformed(ROWS) as agent, Agent(ROWS) as honest:
        end, rows = await walked(session(client, agent))
        assert "a row that cannot be read" in str(end.error)
        assert rows == []
        await read_complete(session(client, honest))


async def test_a_report_to_a_community_is_no_end(client: SnmpClient) -> None:
    async with lies.Reporting(ROWS) as agent:
        end, _ = await walked(session(client, agent, timeout=0.05, retries=0))
        assert "an error-status that it did not repeat" in str(end.error)


async def test_answers_sent_three_times_are_read_once(client: SnmpClient) -> None:
    async with lies.Duplicating(ROWS) as agent:
        on = session(client, agent, max_repetitions=7)
        await read_complete(on)
        await asyncio.sleep(0.02)
        await read_complete(on)


# -- loss, slowness, silence -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
async def test_a_fifth_of_all_datagrams_lost_costs_time_and_no_rows(
    client: SnmpClient, seed: int
) -> None:
    async with lies.Lossy(ROWS, 0.2, seed) as agent:
        on = session(client, agent, timeout=0.03, retries=4, max_repetitions=5)
        for _ in range(3):
            await read_complete(on)
        assert client.counts.retries > 0


async def test_a_slow_agent_is_waited_for(client: SnmpClient) -> None:
    async with lies.Slow(ROWS, delay=0.05, requests=100) as agent:
        await read_complete(session(client, agent, timeout=0.5))
        assert client.counts.retries == 0


async def test_an_answer_after_the_timeout_is_not_taken_for_the_next_one(
    client: SnmpClient,
) -> None:
    async with lies.Slow(ROWS, delay=0.15, requests=2) as agent:
        on = session(client, agent, timeout=0.1, max_repetitions=10)
        await read_complete(on)
        assert client.counts.retries == 2
        await read_complete(on)


async def test_silence_ends_after_all_retries(client: SnmpClient) -> None:
    async with lies.Silent(ROWS) as agent:
        on = session(client, agent, timeout=0.05, retries=3)
        started = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            await on.run(get([SYS_UP_TIME], on.limits), 5.0)
        assert time.monotonic() - started >= 0.2
        assert len(agent.requests) == 4
        assert caught.value.endpoint == f"127.0.0.1:{agent.port}"


async def test_silence_to_large_requests_makes_them_smaller(client: SnmpClient) -> None:
    async with lies.SilentAbove(ROWS, most=12) as agent:
        on = session(client, agent, timeout=0.03, retries=1)
        await read_complete(on)
        assert on.limits.repetitions == 12
        agent.requests.clear()
        await read_complete(on)
        assert {request.kind for request in agent.requests} == {GET_BULK}


async def test_a_deadline_cuts_a_poll_and_what_was_read_is_kept(client: SnmpClient) -> None:
    async with lies.Slow(ROWS, delay=0.05, requests=1000) as agent:
        on = session(client, agent, timeout=1.0, max_repetitions=2)
        rows: list[Varbind] = []
        with pytest.raises(PollDeadline):
            await on.run(walk(WALKED, on.limits, lambda page, *_: rows.extend(page)), 0.4)
        assert rows == EXPECTED[: len(rows)]
        assert 1 <= len(rows) <= 16  # 0.05 s for every two


async def test_a_dead_neighbour_delays_nobody(client: SnmpClient) -> None:
    async with lies.Silent(ROWS) as silent, Agent(ROWS) as honest:
        dead = session(client, silent, timeout=60.0, retries=0)
        alive = session(client, honest)
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(dead.run(get([SYS_UP_TIME], dead.limits), 60.0))
            for _ in range(20):
                await read_complete(alive)
            assert not waiting.done()
            waiting.cancel()


def test_the_agents_own_encoding_round_trips() -> None:
    assert arcs("1.3.6.1.4.1.2011.2147483647") == (1, 3, 6, 1, 4, 1, 2011, 2147483647)
