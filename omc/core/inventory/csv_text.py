"""Rows of texts as CSV, as the inventory's files are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def csv_of_fields(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV of fields that are text already."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
