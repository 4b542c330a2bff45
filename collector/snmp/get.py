"""Reading single instances: one that is missing or refused does not cost the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collector.snmp.exchange import Answer, Diagnose, Exchange, Get, Reply, RequestTimeout
from collector.snmp.limits import AgentLimits
from collector.varbind import Varbind
from omc.core.errors import ProtocolViolation

#: Takes what an agent did against the protocol at one OID.
OnError = Callable[[ProtocolViolation], None]

_ABSENT = (Answer.NO_SUCH_INSTANCE, Answer.NO_SUCH_OBJECT, Answer.NO_SUCH_NAME, Answer.NULL)


def get(
    oids: Sequence[str], limits: AgentLimits, on_error: OnError | None = None
) -> Exchange[list[Varbind]]:
    """Read instances.

    An empty answer to several (SNMPv1 when one is missing, tooBig, genErr) is split until each
    OID is known to exist, to be absent or to be refused; what is not there is remembered and not
    asked for a while.

    Args:
        oids: Complete OIDs (with the `.0` of a scalar), without leading dot.
        limits: The device's memory (`Session.limits`).
        on_error: Told about each OID that the agent refused with an error-status.

    Returns:
        Those that exist, in no promised order.

    Raises:
        RequestTimeout: not even one instance was answered any more.
        PollDeadline: the time for the whole exchange is over.
    """
    found: list[Varbind] = []
    wanted = _without_remembered(oids, limits, on_error)
    pending = _chunks(wanted, limits.get_size)
    while pending:
        chunk = pending.pop()
        try:
            reply = yield Get(chunk)
        except RequestTimeout:
            if len(chunk) == 1:
                raise
            pending += _after_timeout(chunk, limits)
            continue
        if reply.varbinds:
            found += _asked_for(chunk, reply)
        elif len(chunk) > 1:
            pending += _halves(chunk)
        else:
            yield from _explain(chunk[0], reply, limits, on_error)
    return found


def _without_remembered(
    oids: Sequence[str], limits: AgentLimits, on_error: OnError | None
) -> list[str]:
    wanted = []
    for oid in oids:
        known = limits.recall(oid, oid)
        if known is None:
            wanted.append(oid)
        else:
            _judge(oid, known, on_error)
    return wanted


def _chunks(oids: list[str], size: int) -> list[list[str]]:
    """Pieces to pop from the end, so that the first OIDs are asked first."""
    return [oids[start : start + size] for start in range(0, len(oids), size)][::-1]


def _halves(chunk: list[str]) -> list[list[str]]:
    middle = len(chunk) // 2
    return [chunk[middle:], chunk[:middle]]


def _after_timeout(chunk: list[str], limits: AgentLimits) -> list[list[str]]:
    """One instance first: a device that is gone is given up soon, a slow one gets less to do."""
    limits.get_size = max(1, len(chunk) // 2)
    return [*_chunks(chunk[1:], limits.get_size), chunk[:1]]


def _asked_for(chunk: list[str], reply: Reply) -> list[Varbind]:
    """The reply without what nobody asked for."""
    asked = set(chunk)
    return [varbind for varbind in reply.varbinds if varbind[0] in asked]


def _explain(
    oid: str, reply: Reply, limits: AgentLimits, on_error: OnError | None
) -> Exchange[None]:
    """Find out why one instance was not answered, and remember it."""
    answer = reply.answer
    if answer is None:
        try:
            diagnosis = yield Diagnose(oid, next=False)
        except RequestTimeout:
            return
        answer = diagnosis.answer or Answer.OTHER
    if answer is not Answer.VALUE:
        limits.remember(oid, oid, answer)
    _judge(oid, answer, on_error)


def _judge(oid: str, answer: Answer, on_error: OnError | None) -> None:
    if answer not in _ABSENT and on_error is not None:
        on_error(ProtocolViolation(f"get of {oid}: the agent answered {answer}"))
