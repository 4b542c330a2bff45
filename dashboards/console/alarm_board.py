"""Root alarms through a filter: found once for all who look through the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Any

from dashboards.console.alarm_filter import AlarmFilter
from dashboards.console.alarm_rows import AlarmWriter
from dashboards.console.network_state import NetworkState, urgency
from dashboards.console.watch import Watch
from omc.alarms import Alarm

_MOST_ROWS = 400

Row = dict[str, Any]


class AlarmBoard:
    """Alarms are sorted once whenever the picture of the network changes, not for each viewer.

    Args:
        watch: Keeps that picture.
        writer: Puts alarms into rows.
    """

    def __init__(self, watch: Watch, writer: AlarmWriter) -> None:
        self._watch = watch
        self._writer = writer
        self._state: NetworkState | None = None
        self._over: tuple[Alarm, ...] | None = None
        self._found: dict[tuple[AlarmFilter, str], tuple[Row, ...]] = {}

    def rows(self, wanted: AlarmFilter, language: str) -> tuple[Row, ...]:
        """What passes a filter, the worst first; at most so many as anybody reads."""
        if self._state is not self._watch.state:
            self._state, self._over = self._watch.state, None
            self._found.clear()
        # Which alarm somebody has open changes nothing of the list.
        question = (replace(wanted, key=""), language)
        if question not in self._found:
            self._found[question] = tuple(islice(self._passing(wanted, language), _MOST_ROWS))
        return self._found[question]

    def _passing(self, wanted: AlarmFilter, language: str) -> Iterator[Row]:
        state, inventory = self._watch.state, self._watch.world.inventory
        candidates = [state.roots]
        if wanted.planned:
            candidates.append(state.planned)
        if wanted.cleared:
            candidates.append(self._all_over())
        for alarm in merge(*candidates, key=urgency):
            if wanted.lets_through(alarm, inventory):
                row = self._writer.row(alarm, language, state.children[alarm.key])
                if wanted.says(row["title"], row["where"], alarm.key):
                    yield row

    def _all_over(self) -> tuple[Alarm, ...]:
        if self._over is None:
            known = self._watch.world.desk.engine.known()
            self._over = tuple(sorted((a for a in known if not a.is_active), key=urgency))
        return self._over
