"""Inventory rows back to CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from omc.core.inventory.model import Kind
from omc.core.inventory.schema import SCHEMAS


def csv_of_rows(kind: Kind, rows: Iterable[Any]) -> str:
    """CSV with every column, of objects of one kind; `read_csv` reads the same objects again."""
    columns = SCHEMAS[kind].columns
    return csv_of_fields(
        SCHEMAS[kind].names,
        (
            [
                "" if (value := getattr(row, field.name)) is None else column.write(value)
                for column, field in zip(columns, fields(row), strict=True)
            ]
            for row in rows
        ),
    )


def csv_of_fields(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV of fields that are text already."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
