from __future__ import annotations

import pytest

from collector.snmp.exchange import Answer, Diagnose, Get, Reply, Request, RequestTimeout
from collector.snmp.get import get
from collector.snmp.limits import AgentLimits
from omc.core.errors import ProtocolViolation
from tests.agents.in_memory import TIME_MS, MemoryAgent, column, drive

SYSTEM = "1.3.6.1.2.1.1"
SCALARS = column(SYSTEM, [(n, 0) for n in range(1, 41)])
OIDS = list(SCALARS)


def sizes(agent: MemoryAgent) -> list[int]:
    return [len(request.oids) for request in agent.asked if isinstance(request, Get)]


def test_instances_are_read_in_pieces() -> None:
    agent = MemoryAgent(SCALARS)
    assert dict(drive(get(OIDS, AgentLimits(get_size=24)), agent)) == SCALARS
    assert sizes(agent) == [24, 16]


def test_nothing_asked_is_nothing_sent() -> None:
    agent = MemoryAgent(SCALARS)
    assert drive(get([], AgentLimits()), agent) == []
    assert agent.asked == []


def test_what_is_missing_is_absent_and_costs_nothing() -> None:
    agent = MemoryAgent({oid: value for oid, value in SCALARS.items() if oid != OIDS[3]})
    found = drive(get(OIDS[:10], AgentLimits()), agent)
    assert [oid for oid, _ in found] == [oid for oid in OIDS[:10] if oid != OIDS[3]]
    assert sizes(agent) == [10]


def test_too_big_splits_the_request() -> None:
    agent = MemoryAgent(SCALARS, most=7)
    assert dict(drive(get(OIDS[:24], AgentLimits()), agent)).keys() == set(OIDS[:24])
    assert sizes(agent) == [24, 12, 6, 6, 12, 6, 6]


class VersionOne(MemoryAgent):
    """Answers nothing at all when one instance is missing."""

    def reply(self, request: Request) -> Reply:
        if isinstance(request, Get) and not set(request.oids) <= SCALARS.keys():
            return Reply([], TIME_MS, ended=True)
        if isinstance(request, Diagnose):
            return Reply([], TIME_MS, ended=True, answer=Answer.NO_SUCH_NAME)
        return super().reply(request)


def test_one_missing_instance_does_not_cost_the_others_in_version_one() -> None:
    limits, errors = AgentLimits(), list[ProtocolViolation]()
    wanted = [*OIDS[:7], "1.3.6.1.4.1.99999.1.0", *OIDS[7:14]]
    agent = VersionOne(SCALARS)
    assert dict(drive(get(wanted, limits, errors.append), agent)).keys() == set(OIDS[:14])
    assert errors == []
    again = VersionOne(SCALARS)
    assert len(drive(get(wanted, limits), again)) == 14
    assert sizes(again) == [14]


def test_an_absent_instance_is_asked_for_again_after_a_while() -> None:
    limits = AgentLimits()
    drive(get([OIDS[0]], limits), MemoryAgent({}))
    present = MemoryAgent(SCALARS)
    found = [drive(get([OIDS[0]], limits), present) for _ in range(101)]
    assert found[:100] == [[]] * 100
    assert found[100] == [(OIDS[0], 0)]


@pytest.mark.parametrize("answer", [Answer.GEN_ERR, Answer.TOO_BIG, Answer.AUTHORIZATION_ERROR])
def test_an_error_status_is_reported_for_its_instance_only(answer: Answer) -> None:
    class Failing(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            if isinstance(request, Get) and OIDS[5] in request.oids:
                return Reply([], TIME_MS, ended=True)
            if isinstance(request, Diagnose):
                assert request.oid == OIDS[5]
                assert not request.next
                return Reply([], TIME_MS, ended=True, answer=answer)
            return super().reply(request)

    errors: list[ProtocolViolation] = []
    found = drive(get(OIDS[:12], AgentLimits(), errors.append), Failing(SCALARS))
    assert dict(found).keys() == set(OIDS[:12]) - {OIDS[5]}
    assert [str(error) for error in errors] == [f"get of {OIDS[5]}: the agent answered {answer}"]


def test_what_nobody_asked_for_is_left_out() -> None:
    class Talkative(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            reply = super().reply(request)
            reply.varbinds.append(("1.3.6.1.4.1.1.0", 666))
            return reply

    assert dict(drive(get(OIDS[:2], AgentLimits()), Talkative(SCALARS))).keys() == set(OIDS[:2])


def test_silence_makes_requests_smaller() -> None:
    class Slow(MemoryAgent):
        def reply(self, request: Request) -> Reply:
            if isinstance(request, Get) and len(request.oids) > 6:
                raise RequestTimeout("no answer")
            return super().reply(request)

    limits = AgentLimits(get_size=24)
    assert dict(drive(get(OIDS, limits), Slow(SCALARS))) == SCALARS
    assert limits.get_size <= 6


def test_a_device_that_is_gone_is_given_up_after_one_small_request() -> None:
    asked: list[Request] = []

    def silence(request: Request) -> Reply:
        asked.append(request)
        raise RequestTimeout("no answer")

    with pytest.raises(RequestTimeout):
        drive(get(OIDS, AgentLimits()), silence)
    assert [len(request.oids) for request in asked if isinstance(request, Get)] == [24, 1]
