"""Events as the archive writes them: rows while they wait, columns in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from omc.core.model import Event
from omc.history.layout import EVENTS
from omc.history.series_number import number

#: A value for each column of `layout.EVENTS`, as JSON knows them.
EventRow = Mapping[str, Any]


def event_row(event: Event) -> EventRow:
    """An event as it waits to be written into a file."""
    labels = dict(event.labels)
    return {
        "time": event.time_ms,
        "kind": event.kind.value,
        "source": event.source,
        "site": labels.get("site", ""),
        "node": labels.get("node"),
        "text": event.text,
        "severity": event.severity or None,
        "labels": list(event.labels),
        "series": number(event.series[0].key) if len(event.series) == 1 else None,
    }


def event_table(rows: Sequence[EventRow]) -> pa.Table:
    """Rows of `layout.EVENTS`."""
    columns = {name: [row[name] for row in rows] for name in EVENTS.names}
    columns["labels"] = [[tuple(pair) for pair in pairs] for pairs in columns["labels"]]
    return pa.table([pa.array(columns[field.name], field.type) for field in EVENTS], schema=EVENTS)
