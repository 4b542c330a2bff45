"""Events as the archive writes them, in columns."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from omc.core.model import Event
from omc.history.layout import EVENTS
from omc.history.series_number import number


def event_table(events: Sequence[Event]) -> pa.Table:
    """Rows of `layout.EVENTS`."""
    labels = [dict(event.labels) for event in events]
    columns = {
        "time": [event.time_ms for event in events],
        "kind": [event.kind.value for event in events],
        "source": [event.source for event in events],
        "site": [one.get("site", "") for one in labels],
        "node": [one.get("node") for one in labels],
        "text": [event.text for event in events],
        "severity": [event.severity or None for event in events],
        "labels": [list(event.labels) for event in events],
        "series": [_series(event) for event in events],
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in EVENTS], schema=EVENTS)


def _series(event: Event) -> int | None:
    return number(event.series[0].key) if len(event.series) == 1 else None
