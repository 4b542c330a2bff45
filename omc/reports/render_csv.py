"""Tables as CSV: one file a table, plain numbers, moments with their offset (ISO 8601).

UTF-8 with a byte-order mark, because Excel guesses the encoding without one.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, tzinfo

from omc.reports.document import Document, Table, Value
from omc.reports.pictures import Pictures


def render(document: Document, pictures: Pictures) -> dict[str, bytes]:
    """One file a table, by name."""
    zone = document.period.start.tzinfo
    return {f"{document.stem}.{t.name}.csv": _table(t, zone) for t in document.tables()}


def _table(table: Table, zone: tzinfo | None) -> bytes:
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([plain(value, zone) for value in row] for row in table.rows)
    return output.getvalue().encode("utf-8-sig")


def plain(value: Value, zone: tzinfo | None) -> str | int | float | None:
    """A value as files for programs hold it: no units, no thousands, ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value
