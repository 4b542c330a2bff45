"""The columns of every inventory file, in the order of the classes they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from omc.core.geometry import area_text, line_text, parse_area, parse_line
from omc.core.inventory import fields
from omc.core.inventory.fields import Parser
from omc.core.inventory.model import (
    Area,
    AreaLevel,
    Cell,
    Kind,
    Node,
    NodeKind,
    Pon,
    Site,
    Span,
    Technology,
)


def _plain(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Header in CSV, key in YAML.
        parse: From a value that is not empty.
        required: Whether it must be there and not be empty.
        default: What an empty field means.
        decimal: A number that may have decimals.
        write: Back to the text of a CSV field.
    """

    name: str
    parse: Parser
    required: bool = False
    default: Any = None
    decimal: bool = False
    write: Callable[[Any], str] = _plain


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of inventory file.

    Attributes:
        make: The class of its rows; takes the columns in order.
        columns: All columns.
        key: Names of the columns that tell rows apart.
    """

    make: Callable[..., Any]
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)


def _decimal(name: str, low: float, high: float, *, required: bool = False) -> Column:
    return Column(name, fields.number(low, high), required=required, decimal=True)


_AREA = Schema(
    Area,
    (
        Column("code", fields.text, required=True),
        Column("name", fields.text, required=True),
        Column("level", fields.one_of(AreaLevel), required=True),
        Column("parent", fields.text),
        Column("valid_from", fields.day),
        Column("valid_to", fields.day),
        Column("population", fields.whole(0, 2_000_000_000)),
        Column("population_year", fields.whole(1900, 2200)),
        _decimal("area_km2", 0, 10_000_000),
        Column("geometry", fields.geometry(parse_area), write=area_text),
    ),
    key=("code", "valid_from"),
)

_SITE = Schema(
    Site,
    (
        Column("code", fields.identifier, required=True),
        Column("name", fields.text, required=True),
        _decimal("latitude", -90, 90, required=True),
        _decimal("longitude", -180, 180, required=True),
        Column("area", fields.text),
        Column("technologies", fields.technologies, default=(), write=" ".join),
        Column("vendor", fields.text),
        Column("notes", fields.text),
    ),
    key=("code",),
)

_CELL = Schema(
    Cell,
    (
        Column("name", fields.text, required=True),
        Column("site", fields.text, required=True),
        Column("technology", fields.one_of(Technology), required=True),
        Column("band", fields.text, required=True),
        Column("sector", fields.whole(1, 99), required=True),
        _decimal("azimuth", 0, 360),
        _decimal("beamwidth", 1, 360),
        _decimal("tilt", -30, 90),
        _decimal("height_m", 0, 1000),
        _decimal("bandwidth_mhz", 0.1, 2000),
        _decimal("power_dbm", -50, 100),
        Column("channel", fields.whole(0, 3_279_165)),
        Column("identity", fields.text),
        Column("on_air_from", fields.day),
        Column("on_air_to", fields.day),
    ),
    key=("name",),
)

_NODE = Schema(
    Node,
    (
        Column("name", fields.identifier, required=True),
        Column("kind", fields.one_of(NodeKind), required=True),
        Column("site", fields.text),
        Column("address", fields.address),
        Column("port", fields.whole(1, 65_535), default=161),
        Column("credentials", fields.text),
        Column("profile", fields.text, default="auto"),
        Column("interval", fields.interval, write=lambda seconds: f"{seconds:.10g}s"),
        Column("identifiers", fields.identifiers, default=(), write=" ".join),
        Column("vendor", fields.text),
        Column("model", fields.text),
        Column("notes", fields.text),
    ),
    key=("name",),
)

_SPAN = Schema(
    Span,
    (
        Column("name", fields.text, required=True),
        Column("from", fields.text, required=True),
        Column("to", fields.text, required=True),
        _decimal("length_km", 0, 10_000, required=True),
        Column("fibres", fields.whole(1, 10_000)),
        Column("geometry", fields.geometry(parse_line), write=line_text),
    ),
    key=("name",),
)

_PON = Schema(
    Pon,
    (
        Column("node", fields.text, required=True),
        Column("port", fields.text, required=True),
        Column("splitter", fields.splitter, write=lambda branches: f"1:{branches}"),
        Column("span", fields.text),
    ),
    key=("node", "port"),
)

SCHEMAS = {
    Kind.AREAS: _AREA,
    Kind.SITES: _SITE,
    Kind.CELLS: _CELL,
    Kind.NODES: _NODE,
    Kind.SPANS: _SPAN,
    Kind.PONS: _PON,
}
