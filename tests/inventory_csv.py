"""Objects of an inventory as its CSV files: the way back from `read_csv`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from omc.core.inventory.csv_text import csv_of_fields
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
