"""One device, read once and whole, with the OID of every value: for people and benches."""

from __future__ import annotations

from collector.profiles.profile_set import ProfileSet
from collector.snmp.client import SnmpClient
from collector.snmp.credentials import Target
from collector.snmp.device import Device, PlanBook
from collector.snmp.fetch import PollResult
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.core.model import SeriesTable

#: Interval that samples of a single poll carry.
_INTERVAL = 60.0


async def poll_once(
    target: Target,
    profile: str,
    node: str,
    deadline: float,
    catalogue: Catalogue,
    profiles: ProfileSet,
) -> tuple[str, PollResult]:
    """Read everything that a profile knows, sweeps included.

    Args:
        target: Whom to ask, and how.
        profile: A profile's name, or `auto` to ask the device.
        node: The node label.
        deadline: Seconds for everything.
        catalogue: The one the profiles were checked against.
        profiles: Those to choose from.

    Returns:
        The name of the profile that was used, and what was read, with origins.

    Raises:
        SourceError: the device did not answer at all.
    """
    clock = SystemClock()
    result = PollResult()
    async with SnmpClient(clock) as client:
        session = client.session(target)
        device = Device(
            node,
            {"node": node},
            _INTERVAL,
            profile,
            PlanBook(profiles, catalogue),
            SeriesTable(),
            clock,
            session.limits,
            with_origins=True,
            whole_sweeps=True,
        )
        await session.run(device.poll(result), deadline)
    return device.profile, result
