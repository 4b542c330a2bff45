"""Whether an SNMPv3 notification is of now, or was sent before and is sent again by somebody else.

Source: RFC 3414 section 3.2 step 7 b: the sender of a trap is the authoritative engine, and its
boots and time are in every message. pysnmp takes them over from each message before it compares
them, so that to pysnmp every message is of now.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import structlog

from collector.snmp.usm_message import UsmHeader
from omc.core.clock import Clock

log = structlog.get_logger(__name__)

#: Seconds that a message may be late (RFC 3414 section 2.2.3).
_WINDOW_SECONDS = 150
#: An engine that has counted so far has to be given new keys (RFC 3414 section 2.2.2).
_MOST_BOOTS = 2**31 - 1
#: Engines that are remembered; the one that has been silent for longest goes first.
_MOST_ENGINES = 10_000


@dataclass(slots=True)
class _EngineTime:
    """What an engine has last said of its clock, and when we heard that (monotonic seconds)."""

    boots: int
    seconds: int
    heard: float
    is_late: bool = False


class TrapWindow:
    """The clocks of those who send, as their messages tell them.

    The first message of an engine is believed: nobody knows better.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._engines: OrderedDict[bytes, _EngineTime] = OrderedDict()

    def admits(self, header: UsmHeader) -> bool:
        """Whether a message is of now; to be asked only of one that has proved its sender."""
        now = self._clock.monotonic()
        known = self._engines.get(header.engine_id)
        if known is None:
            known = _EngineTime(header.boots, header.seconds, now)
            self._engines[header.engine_id] = known
            if len(self._engines) > _MOST_ENGINES:
                self._engines.popitem(last=False)
        self._engines.move_to_end(header.engine_id)
        if (header.boots, header.seconds) > (known.boots, known.seconds):
            known.boots, known.seconds, known.heard = header.boots, header.seconds, now
        is_late = header.boots < known.boots or (
            header.seconds < known.seconds + (now - known.heard) - _WINDOW_SECONDS
        )
        if is_late and not known.is_late:
            log.warning(
                "trap_out_of_time", engine=header.engine_id.hex(), user=header.user.decode()
            )
        known.is_late = is_late
        return not is_late and header.boots != _MOST_BOOTS
