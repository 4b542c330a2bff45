"""Some subtrees of a device, gently and never more than a number of rows: for drafting profiles."""

from __future__ import annotations

from collections.abc import Iterable

from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target
from collector.snmp.device import SYS_DESCR, SYS_OBJECT_ID
from collector.snmp.exchange import Exchange
from collector.snmp.get import get
from collector.snmp.limits import AgentLimits
from collector.snmp.walk import walk
from collector.varbind import Value, Varbind
from omc.core.clock import SystemClock

Oid = tuple[int, ...]

_DEADLINE = 600.0
_REPETITIONS = 10


async def bounded_walk(target: Target, subtrees: Iterable[Oid], most_rows: int) -> dict[Oid, Value]:
    """Read sysDescr, sysObjectID and subtrees of a device.

    Args:
        target: Whom to ask, and how.
        subtrees: Columns, scalars (without their 0) or larger trees, read one after the other.
        most_rows: A subtree is left after so many rows.

    Raises:
        SourceError: the device did not answer.
    """
    found: list[Varbind] = []
    async with SnmpClient(SystemClock()) as client:
        session = client.session(target)
        await session.run(_read(subtrees, session.limits, most_rows, found), _DEADLINE)
    return {tuple(map(int, oid.split("."))): value for oid, value in found}


def _read(
    subtrees: Iterable[Oid], limits: AgentLimits, most_rows: int, found: list[Varbind]
) -> Exchange[None]:
    def on_page(varbinds: list[Varbind], time_ms: int, page: int) -> None:
        found.extend(varbinds)

    found += yield from get([SYS_DESCR, SYS_OBJECT_ID], limits)
    for subtree in subtrees:
        name = ".".join(map(str, subtree))
        # Where the walk ends with an error, what was read until then is enough for a draft.
        yield from walk(name, limits, on_page, max_repetitions=_REPETITIONS, max_rows=most_rows)
