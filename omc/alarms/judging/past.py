"""What series used to be, read from the archive now and then, for rules that compare with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import structlog

from omc.alarms.rules.rule import AgainstPast, Rule, Weekly
from omc.core.clock import Clock
from omc.core.model import Series
from omc.core.python_process import ProcessFailed, output_of
from omc.history.series_number import number
from omc.history.weekly_profile import Usual

log = structlog.get_logger(__name__)

_HOUR_MS = 3_600_000
#: Seconds behind the start: the first polls come first.
_FIRST_READING = 30.0
#: Medians of a week move slowly: they are read anew so many hours.
_MEDIANS_EVERY_HOURS = 6
#: What a rule may compare with, and how the reading process is asked for it.
_PASTS = {"median_7d": "--median", "quarter_ago": "--quarter-ago", "last_week": "--last-week"}


class ArchivePast:
    """Keeps the past of the metrics that rules compare with.

    Reading is done by a process of its own, once an hour; until the first reading, and for series
    that have no past, nothing is known.

    Args:
        folder: Of the archive.
        rules: Those of kinds `past` and `weekly` say what is read.
        clock: The time.
    """

    def __init__(self, folder: Path, rules: Iterable[Rule], clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        conditions = [rule.when for rule in rules]
        self._metrics = {
            past: sorted(
                {w.metric for w in conditions if isinstance(w, AgainstPast) and w.past == past}
            )
            for past in _PASTS
        }
        self._known: dict[str, dict[int, float]] = {past: {} for past in self._metrics}
        self._weekly = sorted({w.metric for w in conditions if isinstance(w, Weekly)})
        #: By the beginning of the hour: the present one and the one before.
        self._usual: dict[int, dict[int, Usual]] = {}

    def median_7d(self, series: Series) -> float | None:
        return self._of("median_7d", series)

    def quarter_ago(self, series: Series) -> float | None:
        return self._of("quarter_ago", series)

    def last_week(self, series: Series) -> float | None:
        return self._of("last_week", series)

    def usual(self, series: Series, time_ms: int) -> Usual | None:
        # A period's sum is stamped with its end, which is still of the hour that it ends.
        known = self._usual.get((time_ms - 1) // _HOUR_MS * _HOUR_MS)
        return known.get(number(series.key)) if known else None

    def _of(self, past: str, series: Series) -> float | None:
        known = self._known[past]
        return known.get(number(series.key)) if known else None

    async def run(self) -> None:
        """Read soon after the start and at the beginning of every hour, until cancelled."""
        hours = 0
        await asyncio.sleep(_FIRST_READING)
        while self._weekly or any(self._metrics.values()):
            await self.read(medians=hours % _MEDIANS_EVERY_HOURS == 0)
            hours += 1
            left = _HOUR_MS - self._clock.time_ms() % _HOUR_MS
            await asyncio.sleep(left / 1000)

    async def read(self, *, medians: bool = True) -> None:
        """Read what rules want to know of the present hour; what cannot be read stays as it was."""
        hour = self._clock.time_ms() // _HOUR_MS * _HOUR_MS
        wanted = [
            word
            for past, option in _PASTS.items()
            if past == "last_week" or medians
            for word in (option, *self._metrics[past])
        ]
        wanted += ["--weekly", *self._weekly]
        try:
            output = await output_of("omc.history.past", str(self._folder), str(hour), *wanted)
        except (OSError, ProcessFailed) as error:
            # Alarms without a past are better than none.
            log.warning("past_not_read", folder=str(self._folder), reason=str(error))
            return
        found = json.loads(output)
        self._usual = {
            int(hour_ms): {int(s): Usual(*usual) for s, usual in values.items()}
            for hour_ms, values in found.pop("weekly", {}).items()
        }
        for past, values in found.items():
            if past == "last_week" or medians:
                self._known[past] = {int(series): value for series, value in values.items()}
