"""A report before it is a file: titles, tables with typed columns, figures, charts and maps.

Whoever computes a report builds one `Document`, in one language; each renderer turns it into files.
Nothing here knows a file format, and no renderer knows what a figure means.

    Document
    └── Section ("Availability of sites"): paragraphs, then blocks
        ├── Figures    headline values, each with its basis
        ├── Table      one sheet of a workbook, one CSV file
        ├── Chart      drawn from the columns of a table of the same document
        └── Map        layers of geometries with columns; each layer is also a GIS layer

Names (`Document.name`, `Table.name`, `MapLayer.name`, `Column.key`) are for programs: lower case,
`a-z0-9_`; they become file names, sheet names, CSV headers and fields of GIS layers. Titles are for
people. A value that is not known is None, never 0, and is shown as a dash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # the service knows documents by name only, and need not hold these
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

Language = Literal["vi", "en"]

#: What a column may hold; None is "not known".
Value = str | int | float | date | datetime | None


class ColumnKind(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"  # 0..1, shown as percent
    DURATION = "duration"  # seconds, shown as hours and minutes
    MOMENT = "moment"  # aware datetime, shown in the document's time zone
    DAY = "day"  # date


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table or layer.

    Attributes:
        key: For programs; with the unit in it where that helps (`downtime_seconds`).
        title: For people, without unit.
        kind: How values are written.
        unit: As people write it, for numbers; "" for none.
        decimals: Of a number, or of the percent of a share.
        note: What the figures stand on, or how they are to be read; "" where the title says it.
    """

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    unit: str = ""
    decimals: int = 0
    note: str = ""

    @property
    def is_right(self) -> bool:
        """Whether values stand to the right, as numbers do."""
        return self.kind in _RIGHT


_RIGHT = {ColumnKind.NUMBER, ColumnKind.SHARE, ColumnKind.DURATION}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under typed columns.

    Attributes:
        name: Unique in the document, at most 31 characters.
        title: For people.
        columns: At least one.
        rows: As long as `columns` each; in the order to be shown.
        notes: Basis of the whole table: sources, thresholds, completeness of the data.
        shown: Rows that a page (PDF, HTML) shows at most; the workbook and CSV have all.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    shown: int = 40

    def position(self, key: str) -> int:
        """Where a column stands.

        Raises:
            KeyError: there is none of that key.
        """
        return _position(self.columns, key)


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline value.

    Attributes:
        column: Title, unit and format of the value.
        value: None where it is not known.
        basis: What it stands on: source, year, model, threshold, completeness. Printed with it.
    """

    column: Column
    value: Value
    basis: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Headline values of a section."""

    figures: tuple[Figure, ...]


class ChartKind(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"  # horizontal, one a row: for names
    COLUMN = "column"  # vertical, one a row: for few categories
    LINE = "line"  # for time


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of columns of a table.

    Attributes:
        name: Unique in the document.
        title: For people.
        table: Name of a table of the document.
        x: Key of the column with categories or moments.
        ys: Keys of number, share or duration columns, all of one kind and unit.
        kind: How it is drawn.
        stacked: Bars on top of each other.
        most: Rows drawn, from the first.
    """

    name: str
    title: str
    table: str
    x: str
    ys: tuple[str, ...]
    kind: ChartKind = ChartKind.BAR
    stacked: bool = False
    most: int = 20


@dataclass(frozen=True, slots=True)
class Feature:
    """One object on a map.

    Attributes:
        geometry: Longitude and latitude, WGS 84.
        values: As long as the layer's columns.
    """

    geometry: BaseGeometry
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Classes:
    """Colours by a number: light for low, dark for high, readable in print and by the colour-blind.

    Attributes:
        column: Key of the column that decides; None in it is drawn as "no data".
        bounds: Limits between classes, ascending: n limits make n + 1 classes; a value at a limit
            belongs to the class above.
        reverse: Dark for low.
    """

    column: str
    bounds: tuple[float, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Categories:
    """Colours, and shapes for points, by a text.

    Attributes:
        column: Key of the column that decides.
        values: The texts, at most seven, in the order of the legend; any other is not drawn.
    """

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Objects of one kind: drawn on a map, and a layer of a GIS file.

    Attributes:
        name: Unique in the document, at most 31 characters.
        title: Legend.
        columns: Of the features.
        features: All points, all lines or all areas.
        colours: None draws all alike.
        label: Key of the column written beside each object; None for no text.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    features: Sequence[Feature]
    colours: Classes | Categories | None = None
    label: str | None = None

    def position(self, key: str) -> int:
        """Where a column stands.

        Raises:
            KeyError: there is none of that key.
        """
        return _position(self.columns, key)


@dataclass(frozen=True, slots=True)
class Raster:
    """A grid drawn below the layers of a map.

    Attributes:
        title: Legend.
        values: Rows from north to south, columns from west to east; NaN is not drawn.
        bounds: West, south, east, north edges in metres of `crs`.
        crs: Any projected system that pyproj reads; the whole map is drawn in it.
        column: Title, unit and format of the values.
        classes: Limits between classes, as in `Classes`.
        reverse: Dark for low.
        nothing: Legend of where there is no value; "" for none.
    """

    title: str
    values: NDArray[np.floating[Any]]
    bounds: tuple[float, float, float, float]
    crs: str
    column: Column
    classes: tuple[float, ...]
    reverse: bool = False
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """One picture with legend, scale bar, north arrow and source line.

    Attributes:
        name: Unique in the document.
        title: For people.
        layers: From bottom to top.
        source: Where what is drawn comes from: one line.
        raster: Below all layers; None for none.
    """

    name: str
    title: str
    layers: tuple[MapLayer, ...]
    source: str
    raster: Raster | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.raster is None and not any(layer.features for layer in self.layers)


Block = Figures | Table | Chart | Map


@dataclass(frozen=True, slots=True)
class Section:
    """One topic.

    Attributes:
        title: Heading.
        paragraphs: Plain text, what is seen and what it means.
        blocks: In order.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """What time a report is about: its start and not its end, both local midnights as a rule.

    Attributes:
        start: Aware, in the time zone of the settings.
        end: Aware, in the same zone.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"the period is empty: {self.start} to {self.end}")

    @property
    def start_ms(self) -> int:
        """Unix milliseconds, UTC."""
        return round(self.start.timestamp() * 1000)

    @property
    def end_ms(self) -> int:
        """Unix milliseconds, UTC."""
        return round(self.end.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        name: What it is about, without its language: `coverage-commune-2026-10`.
        title: For people.
        language: Of all texts in it, and of how numbers are written.
        period: What time it is about; its zone is that of all moments shown.
        geography: Which areas, at which level and as of which day.
        made: When it was made, aware.
        sections: In order.
        basis: What all figures stand on: sources, models, completeness of the data. Printed on the
            first page.
        scope: What part of the network it is about, or what else was asked for; "" for all of it.
    """

    name: str
    title: str
    language: Language
    period: Period
    geography: str
    made: datetime
    sections: tuple[Section, ...]
    basis: tuple[str, ...] = field(default=())
    scope: str = ""

    @property
    def stem(self) -> str:
        """Of its files: the same report in another language lies beside it."""
        return f"{self.name}-{self.language}"

    def blocks(self) -> Iterator[Block]:
        """All blocks of all sections, in order."""
        for section in self.sections:
            yield from section.blocks

    def tables(self) -> Iterator[Table]:
        """All tables, in order."""
        return (block for block in self.blocks() if isinstance(block, Table))

    def table(self, name: str) -> Table:
        """The table of that name.

        Raises:
            KeyError: there is none.
        """
        for table in self.tables():
            if table.name == name:
                return table
        raise KeyError(name)

    def layers(self) -> list[MapLayer]:
        """All layers of all maps; one that several maps show comes once, by its name."""
        found: dict[str, MapLayer] = {}
        for block in self.blocks():
            if isinstance(block, Map):
                for layer in block.layers:
                    found.setdefault(layer.name, layer)
        return list(found.values())


def _position(columns: Sequence[Column], key: str) -> int:
    for index, column in enumerate(columns):
        if column.key == key:
            return index
    raise KeyError(key)
