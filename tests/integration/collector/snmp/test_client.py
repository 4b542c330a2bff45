"""Sessions over real sockets: how many, how long, and how they end."""

from __future__ import annotations

import asyncio
import gc
import time
from pathlib import Path

import pytest

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target
from collector.snmp.exchange import Exchange, Get, PollDeadline, RequestTimeout
from collector.snmp.get import get
from collector.snmp.session import Session
from collector.varbind import Varbind
from omc.core.clock import SystemClock
from omc.core.errors import Unreachable
from tests.agents.agent import Agent
from tests.agents.lies import Silent, Slow
from tests.agents.messages import integer

UP_TIME = "1.3.6.1.2.1.1.3.0"
ROWS = {UP_TIME: integer(7)}


def open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


async def read(on: Session, deadline: float = 5.0) -> list[Varbind]:
    return await on.run(get([UP_TIME], on.limits), deadline)


async def test_open_sockets_are_bounded_and_every_session_is_served() -> None:
    async with Agent(ROWS) as agent, SnmpClient(SystemClock(), max_open_sockets=4) as client:
        before = open_files()
        sessions = [client.session(Target("127.0.0.1", agent.port)) for _ in range(40)]
        for _ in range(2):
            async with asyncio.TaskGroup() as tasks:
                reads = [tasks.create_task(read(on), name="read") for on in sessions]
            assert all(task.result() == [(UP_TIME, 7)] for task in reads)
            assert client.open_sockets == 4
            assert open_files() - before <= 4


async def test_a_session_keeps_its_socket_between_polls() -> None:
    async with Agent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port))
        for _ in range(5):
            await read(on)
        assert client.counts.sockets_opened == 1


async def test_all_sockets_are_closed_at_the_end() -> None:
    async with Agent(ROWS) as agent:
        before = open_files()
        async with SnmpClient(SystemClock()) as client:
            sessions = [client.session(Target("127.0.0.1", agent.port)) for _ in range(20)]
            for on in sessions:
                await read(on)
            assert open_files() - before == 20
        assert open_files() == before


async def test_a_closed_session_gives_its_socket_back() -> None:
    async with Agent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port))
        await read(on)
        on.close()
        assert client.open_sockets == 0
        with pytest.raises(RuntimeError):
            await read(on)


async def test_closing_a_session_ends_the_exchange_that_runs() -> None:
    async with Silent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port))
        running = asyncio.create_task(read(on), name="read")
        await asyncio.sleep(0.05)
        on.close()
        with pytest.raises(Unreachable, match="closed"):
            await running
        assert client.open_sockets == 0


async def test_a_wait_for_a_socket_ends_at_the_deadline() -> None:
    async with Silent(ROWS) as agent, SnmpClient(SystemClock(), max_open_sockets=1) as client:
        target = Target("127.0.0.1", agent.port, timeout=0.5, retries=0)
        first, second = client.session(target), client.session(target)
        holding = asyncio.create_task(read(first), name="holding")
        await asyncio.sleep(0.02)
        with pytest.raises(PollDeadline, match="all sockets were busy"):
            await read(second, deadline=0.1)
        with pytest.raises(RequestTimeout):
            await holding


async def test_a_session_runs_one_exchange_at_a_time() -> None:
    async with Slow(ROWS, 0.1, 1) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port))
        running = asyncio.create_task(read(on), name="read")
        await asyncio.sleep(0.02)
        with pytest.raises(RuntimeError, match="busy"):
            await read(on)
        assert await running == [(UP_TIME, 7)]


async def test_cancelling_closes_the_exchange_and_the_session_goes_on() -> None:
    closed: list[str] = []

    def stubborn() -> Exchange[None]:
        try:
            while True:
                yield Get([UP_TIME])
        finally:
            closed.append("closed")

    async with Slow(ROWS, 0.05, 1) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port))
        running = asyncio.create_task(on.run(stubborn(), 10.0), name="run")
        await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert closed == ["closed"]
        assert await read(on) == [(UP_TIME, 7)]


async def test_an_error_of_the_exchange_reaches_who_runs_it_and_nobody_else() -> None:
    def broken() -> Exchange[None]:
        yield Get([UP_TIME])
        raise KeyError("a fault of the poll's own")

    async with Agent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        bad, good = (client.session(Target("127.0.0.1", agent.port)) for _ in range(2))
        with pytest.raises(KeyError):
            await bad.run(broken(), 5.0)
        assert await read(good) == [(UP_TIME, 7)]
        assert await read(bad) == [(UP_TIME, 7)]


async def test_a_partial_result_after_the_deadline_is_the_result() -> None:
    def patient() -> Exchange[str]:
        try:
            yield Get([UP_TIME])
        except PollDeadline:
            return "what there was"
        return "all"

    async with Silent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port, timeout=5.0))
        assert await on.run(patient(), 0.1) == "what there was"


async def test_an_exchange_that_goes_on_after_the_deadline_is_cut_off() -> None:
    def greedy() -> Exchange[None]:
        while True:
            try:
                yield Get([UP_TIME])
            except PollDeadline:
                continue

    async with Silent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", agent.port, timeout=5.0))
        with pytest.raises(PollDeadline):
            await on.run(greedy(), 0.1)


async def test_a_host_name_is_resolved() -> None:
    async with Agent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        assert await read(client.session(Target("localhost", agent.port))) == [(UP_TIME, 7)]


async def test_an_unknown_host_name_is_told() -> None:
    async with SnmpClient(SystemClock()) as client:
        on = client.session(Target("no-such-host.invalid"))
        with pytest.raises(Unreachable, match=r"'no-such-host\.invalid' could not be resolved"):
            await read(on)
        assert client.open_sockets == 0


async def test_ipv6_is_spoken() -> None:
    async with Agent(ROWS, host="::1") as agent, SnmpClient(SystemClock()) as client:
        assert await read(client.session(Target("::1", agent.port))) == [(UP_TIME, 7)]


async def test_an_ipv6_port_where_nobody_listens_is_told_at_once() -> None:
    async with Agent(ROWS, host="::1") as agent:
        port = agent.port
    async with SnmpClient(SystemClock()) as client:
        with pytest.raises(Unreachable, match="connection refused") as caught:
            await read(client.session(Target("::1", port)))
        assert caught.value.endpoint == f"[::1]:{port}"


async def test_the_end_of_the_client_ends_the_exchanges_that_run() -> None:
    async with Silent(ROWS) as agent:
        async with SnmpClient(SystemClock()) as client:
            on = client.session(Target("127.0.0.1", agent.port, timeout=60.0))
            running = asyncio.create_task(read(on, deadline=60.0), name="read")
            await asyncio.sleep(0.02)
        with pytest.raises(Unreachable, match="closed"):
            await running


async def test_an_agent_that_starts_a_moment_later_is_read() -> None:
    async with Agent(ROWS) as agent:
        port = agent.port
    async with SnmpClient(SystemClock()) as client:
        on = client.session(Target("127.0.0.1", port))
        reading = asyncio.create_task(read(on), name="read")
        await asyncio.sleep(0.1)
        late = Agent(ROWS)
        late.port = port
        async with late:
            assert await reading == [(UP_TIME, 7)]


async def test_the_body_of_a_client_raises_what_it_raises() -> None:
    with pytest.raises(KeyError):
        async with SnmpClient(SystemClock()):
            raise KeyError("plain, not in a group")


async def test_waiting_costs_no_cpu() -> None:
    async with Silent(ROWS) as agent, SnmpClient(SystemClock()) as client:
        target = Target("127.0.0.1", agent.port, timeout=1.0, retries=0)
        sessions = [client.session(target) for _ in range(50)]
        async with asyncio.TaskGroup() as tasks:
            started = time.process_time()
            for on in sessions:
                tasks.create_task(_silent(on), name="silent")
        assert time.process_time() - started < 0.2


async def _silent(on: Session) -> None:
    with pytest.raises(RequestTimeout):
        await read(on)
