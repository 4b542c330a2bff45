"""A profile tried on a recording: what is read, what is dropped and why, and what nobody reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.drafting.walk_shape import Oid, objects_of
from collector.normalising.refusal import Cause, Refusal
from collector.profiles.plan import Plan, compile_plan
from collector.profiles.profile_set import ProfileSet
from collector.snmp.credentials import Community, Target
from collector.snmp.fetch import PollResult
from collector.varbind import Value
from omc.core.catalogue import Catalogue
from omc.core.clock import SystemClock
from omc.service.single_poll import poll_once
from omc.simulator.demo_settings import Access
from omc.simulator.recording import Recording
from omc.simulator.replay import ReplayServer

#: Everything that vendors define.
_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
_DEADLINE = 300.0
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class UnreadObject:
    """An object of a vendor's tree that no rule names.

    Attributes:
        oid: Of the column, or of the scalar with its `.0`.
        rows: How many instances it has.
        example: The first one's value.
    """

    oid: str
    rows: int
    example: Value


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        profile: The profile that was used.
        result: What was read, with origins.
        dropped: Varbinds of which nothing was read, each once.
        unread: What nobody reads, in the order of OIDs.
    """

    profile: str
    result: PollResult
    dropped: list[Refusal]
    unread: list[UnreadObject]


async def try_profile(
    recording: Recording, profile: str, catalogue: Catalogue, profiles: ProfileSet
) -> Trial:
    """Serve a recording on a free loopback port and poll it once, whole.

    Args:
        recording: The device.
        profile: A profile's name, or `auto` to detect it.
        catalogue: The one the profiles were checked against.
        profiles: Those to choose from.

    Raises:
        OSError: no socket can be opened.
    """
    async with ReplayServer([recording], _HOST, 0, Access(), SystemClock()) as server:
        target = Target(_HOST, server.served[0].port, Community(), timeout=5.0, retries=1)
        name, result = await poll_once(
            target, profile, recording.name, _DEADLINE, catalogue, profiles
        )
    plan = compile_plan(profiles.resolve(name), catalogue)
    return Trial(name, result, _dropped(result), unread_objects(recording, plan))


def _dropped(result: PollResult) -> list[Refusal]:
    """Refusals but for what is read in another meaning, or only looked at."""
    read = {oid for batch in result.batches for oid in batch.origins or ()}
    told = {(r.oid, r.cause, r.series): r for r in result.refusals}
    return [r for r in told.values() if r.cause is not Cause.IGNORED or r.oid not in read]


def unread_objects(recording: Recording, plan: Plan) -> list[UnreadObject]:
    """Objects below `enterprises` that a plan neither reads nor looks at."""
    scalars = {oid for task in plan.tasks for oid in (*task.scalars, *task.label_scalars)}
    lengths = sorted({oid.count(".") + 1 for oid in plan.columns})
    places: dict[Oid, int] = {}
    for place, oid in enumerate(recording.oids):
        if oid[: len(_ENTERPRISES)] == _ENTERPRISES:
            text = _dotted(oid)
            columns = (_dotted(oid[:length]) for length in lengths if length < len(oid))
            if text not in scalars and not any(column in plan.columns for column in columns):
                places[oid] = place
    return [
        _unread(recording, places, oid, indexes)
        for oid, indexes in sorted(objects_of(list(places)).items())
    ]


def _unread(
    recording: Recording, places: dict[Oid, int], oid: Oid, indexes: list[Oid]
) -> UnreadObject:
    first = (*oid, *indexes[0])
    shown = first if len(indexes) == 1 else oid
    return UnreadObject(_dotted(shown), len(indexes), recording.value(places[first]))


def _dotted(oid: Iterable[int]) -> str:
    return ".".join(map(str, oid))
