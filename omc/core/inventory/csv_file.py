"""Inventory files in CSV, as spreadsheets write them.

Comma, semicolon or tab, told by the header; a byte order mark is dropped; blank rows are skipped.
With semicolons, decimals may have a comma: that is how a Vietnamese spreadsheet exports.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory.model import Kind
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import Table

# A commune's boundary is longer than the 128 KiB that the csv module allows a field by default.
csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class CsvPlaces:
    """Where the rows of a CSV file stand.

    Attributes:
        path: The file.
        text: Its text.
        lines: First line of each row, from 1.
        header: Position of each column in a row, from 0.
        separator: Between fields.
    """

    path: Path
    text: str
    lines: array[int]
    header: Mapping[str, int]
    separator: str

    def problem(self, row: int, column: str, text: str) -> Problem:
        line = self.lines[row]
        if column not in self.header:
            return Problem(str(self.path), line, 0, text)
        line, character = field_place(self.text, self.separator, line, self.header[column])
        return Problem(str(self.path), line, character, text)


def field_place(text: str, separator: str, line: int, index: int) -> tuple[int, int]:
    """Line and character, from 1, of a field of the row that begins on a line.

    Counts separators outside quotation marks, because a quoted field may hold them, and may hold
    line breaks too.
    """
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    line_start, quoted = start, False
    for position in range(start, len(text)):
        if index == 0:
            return line, position - line_start + 1
        character = text[position]
        if character == '"':
            quoted = not quoted
        elif character == "\n":
            line, line_start = line + 1, position + 1
        elif character == separator and not quoted:
            index -= 1
    return line, len(text) - line_start + 1


def read_text(path: Path) -> str:
    """The text of a CSV file, line ends as they are.

    Raises:
        ConfigurationError: missing, unreadable or not UTF-8.
    """
    line = 0
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        fault = "there is no such file"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fault = "not UTF-8 here: save the file as CSV UTF-8"
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    raise ConfigurationError([Problem(str(path), line, 0, fault)]) from None


@dataclass(frozen=True, slots=True)
class Foreign:
    """How to read a file that was not made for us.

    Attributes:
        renamed: Our column by theirs. Unless it is empty, other columns are left out.
        fixed: Values by our column, for all rows.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


def read_csv(path: Path, kind: Kind, foreign: Foreign | None = None) -> Table:
    """Read one kind from one file.

    Args:
        path: The file.
        kind: What it holds.
        foreign: None for a file of the inventory itself; else only the key's columns need be
            there, because rows may complete what the inventory has.

    Raises:
        ConfigurationError: the file cannot be read at all. Faults of single rows are in the
            table's own problems.
    """
    text = read_text(path)
    sheet = _sheet(path, text)
    if not sheet.header:
        columns = ",".join(SCHEMAS[kind].names)
        raise ConfigurationError([Problem(str(path), 0, 0, f"no header; expected {columns}")])
    foreign_file = foreign or Foreign()
    theirs = {_column_name(name): ours for name, ours in foreign_file.renamed.items()}
    header = [theirs.get(name, name) for name in sheet.header]
    expected = _Expected.of(kind, foreign)
    problems = _header_problems(path, text, sheet, header, expected)
    if foreign is not None:
        problems.extend(_unmapped(path, sheet, foreign))
        if problems:  # without the right columns, whatever is said of rows would be false
            raise ConfigurationError(problems)
    problems.extend(sheet.problems)
    known = SCHEMAS[kind].names
    wanted = {name: index for index, name in enumerate(header) if name in known}
    places = CsvPlaces(path, text, sheet.lines, wanted, sheet.separator)
    columns_by_name = _columns(sheet.rows, wanted)
    for name, value in foreign_file.fixed.items():
        columns_by_name[name] = [value] * len(sheet.rows)
    decimal_comma = sheet.separator == ";"
    return Table(kind, columns_by_name, len(sheet.rows), places, problems, decimal_comma)


@dataclass(slots=True)
class _Sheet:
    """A CSV file before anything is known of its columns.

    Attributes:
        separator: Between fields.
        header: Names of columns, as they are compared.
        spelled: The same names, as they are written.
        header_line: Its line, from 1.
        rows: As long as the header, all of them.
        lines: First line of each row, from 1.
        problems: Rows of another length.
    """

    separator: str
    header: list[str] = field(default_factory=list)
    spelled: list[str] = field(default_factory=list)
    header_line: int = 1
    rows: list[list[str]] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("l"))
    problems: list[Problem] = field(default_factory=list)


def _sheet(path: Path, text: str) -> _Sheet:
    sheet = _Sheet(_separator(text))
    # Lines end at \n only: str.splitlines would also cut at characters that editors do not count.
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=sheet.separator, strict=True)
    line = 1
    try:
        for row in reader:
            if any(row) and not all(value.isspace() or not value for value in row):
                _add_row(sheet, path, line, row)
            line = reader.line_num + 1
    except csv.Error as error:
        fault = f"not CSV: {_csv_fault(error)}"
        raise ConfigurationError([Problem(str(path), line, 0, fault)]) from None
    return sheet


def _csv_fault(error: csv.Error) -> str:
    if "end of data" in str(error):
        return "a quotation mark is opened in this row and never closed"
    if "expected after" in str(error):
        return "a quotation mark within a field has to be written twice"
    return str(error)


def _column_name(text: str) -> str:
    """A column's name without what spreadsheets and people vary: case, spaces, Unicode form."""
    return unicodedata.normalize("NFC", text).strip().lower()


def _add_row(sheet: _Sheet, path: Path, line: int, row: list[str]) -> None:
    if not sheet.header:
        sheet.header = [_column_name(name) for name in row]
        sheet.spelled = [name.strip() for name in row]
        sheet.header_line = line
    elif len(row) != len(sheet.header):
        found = f"found {len(row)} fields; the header has {len(sheet.header)}"
        sheet.problems.append(Problem(str(path), line, 0, found))
    else:
        sheet.rows.append(row)
        sheet.lines.append(line)


def _separator(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a header may and must hold.

    Attributes:
        allowed: All columns of the kind.
        required: Columns that must be there.
        closed: Whether other columns are a fault.
        foreign: The file is somebody else's, so that columns may have other names.
    """

    allowed: tuple[str, ...]
    required: tuple[str, ...]
    closed: bool
    foreign: bool

    @classmethod
    def of(cls, kind: Kind, foreign: Foreign | None) -> _Expected:
        schema = SCHEMAS[kind]
        required = [column.name for column in schema.columns if column.required]
        if foreign is None:
            return cls(schema.names, tuple(required), closed=True, foreign=False)
        given = {*foreign.fixed, *foreign.renamed.values()}
        keys = (name for name in required if name in schema.key and name not in given)
        return cls(schema.names, tuple(keys), closed=not foreign.renamed, foreign=True)


def _header_problems(
    path: Path, text: str, sheet: _Sheet, header: Sequence[str], expected: _Expected
) -> list[Problem]:
    faults: dict[int, str] = {}
    for index, (name, spelled) in enumerate(zip(header, sheet.spelled, strict=True)):
        if name in expected.allowed and name in header[:index]:
            faults[index] = f"the column {name!r} is here twice"
        elif expected.closed and name not in expected.allowed:
            allowed = ", ".join(expected.allowed)
            faults[index] = f"the column {spelled!r} is not known; allowed: {allowed}"
    problems = []
    for index, fault in faults.items():
        line, character = field_place(text, sheet.separator, sheet.header_line, index)
        problems.append(Problem(str(path), line, character, fault))
    for name in expected.required:
        if name not in header:
            fault = f"the column {name!r} is missing{_map_example(sheet, name, expected)}"
            problems.append(Problem(str(path), sheet.header_line, 0, fault))
    return problems


def _map_example(sheet: _Sheet, name: str, expected: _Expected) -> str:
    """How to say which of their columns is meant, with a name of this very file."""
    pairs = zip(sheet.header, sheet.spelled, strict=True)
    theirs = next((spelled for known, spelled in pairs if known not in expected.allowed), None)
    if not expected.foreign or not theirs:
        return ""
    return f'; if the file has it by another name, say so: --map "{theirs}={name}"'


def _unmapped(path: Path, sheet: _Sheet, foreign: Foreign) -> Iterator[Problem]:
    """Columns that are renamed, but that the file does not have."""
    for theirs in foreign.renamed:
        if _column_name(theirs) not in sheet.header:
            has = ", ".join(sheet.spelled)
            text = f"the file has no column {theirs!r}; it has: {has}"
            yield Problem(str(path), sheet.header_line, 0, text)


def _columns(rows: Sequence[Sequence[str]], wanted: Mapping[str, int]) -> dict[str, list[str]]:
    if not rows:
        return {name: [] for name in wanted}
    columns = list(zip(*rows, strict=True))
    return {name: [value.strip() for value in columns[index]] for name, index in wanted.items()}
