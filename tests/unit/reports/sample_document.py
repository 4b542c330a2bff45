"""A small report with everything that a document can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from omc.reports.document import (
    Categories,
    Chart,
    ChartKind,
    Classes,
    Column,
    ColumnKind,
    Document,
    Feature,
    Figure,
    Figures,
    Language,
    Map,
    MapLayer,
    Period,
    Raster,
    Section,
    Table,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MADE = datetime(2026, 11, 1, 1, 30, tzinfo=UTC)

NAME = Column("site", "Trạm")
SHARE = Column("availability_ratio", "Độ khả dụng", ColumnKind.SHARE, decimals=2)
DOWN = Column("downtime_seconds", "Gián đoạn", ColumnKind.DURATION, note="không kể bảo trì")
PEOPLE = Column("people", "Dân số", ColumnKind.NUMBER, "người")
LAST = Column("last_outage", "Lần gần nhất", ColumnKind.MOMENT)
COLUMNS = (NAME, SHARE, DOWN, PEOPLE, LAST)

ROWS = (
    ("VYE001 Vĩnh Yên", 0.98765, 4_000.0, 12_345, datetime(2026, 10, 31, 20, tzinfo=UTC)),
    ("=1+1", 1.0, 0.0, 0, None),
    ("TDA002 Tam Đảo", None, None, None, None),
)
SHAPES = (
    Polygon(
        [(105.5, 21.2), (105.5, 21.4), (105.7, 21.4), (105.7, 21.2)],
        [[(105.55, 21.25), (105.6, 21.25), (105.6, 21.3)]],
    ),
    MultiPolygon([box(105.7, 21.2, 105.8, 21.3), box(105.8, 21.3, 105.9, 21.4)]),
    box(105.5, 21.4, 105.9, 21.5),
)


def sample_document(language: Language = "vi") -> Document:
    """Three rows in a table, two charts, and a map of four layers over a raster."""
    table = Table("sites", "Độ khả dụng trạm", COLUMNS, ROWS, ("Nguồn: kho lưu trữ",), shown=2)
    empty = Table("spans", "Tuyến cáp", (NAME, DOWN), ())
    areas = [Feature(shape, row) for shape, row in zip(SHAPES, ROWS, strict=True)]
    corner = LineString([(105.5, 21.2), (105.6, 21.35), (105.9, 21.5)])
    layers = (
        MapLayer("areas", "Xã", COLUMNS, areas, Classes(SHARE.key, (0.99, 0.995)), NAME.key),
        MapLayer("cables", "Tuyến cáp", (NAME,), [Feature(corner, ("C1",))]),
        MapLayer(
            "sites",
            "Trạm",
            (NAME, Column("kind", "Loại")),
            [Feature(Point(105.6, 21.3), ("A", "tốt")), Feature(Point(105.8, 21.4), ("B", "kém"))],
            Categories("kind", ("tốt", "kém")),
        ),
    )
    raster = Raster(
        "Mức thu",
        np.array([[-100.0, -95.0], [np.nan, -80.0]]),
        (556_000.0, 2_350_000.0, 576_000.0, 2_370_000.0),
        "EPSG:32648",
        Column("rsrp_dbm", "RSRP", ColumnKind.NUMBER, "dBm"),
        (-110.0, -90.0),
    )
    figure = Figure(SHARE, 0.98765, "tỷ số của các tổng; dữ liệu đủ 99,1 %")
    chart = Chart("worst", "Trạm kém nhất", "sites", NAME.key, (DOWN.key,))
    columns = Chart("people", "Dân số", "sites", NAME.key, (PEOPLE.key,), ChartKind.COLUMN)
    the_map = Map("coverage", "Bản đồ", layers, "OMC", raster)
    return Document(
        "sample-2026-10",
        "Báo cáo thử nghiệm",
        language,
        Period(datetime(2026, 10, 1, tzinfo=ZONE), datetime(2026, 11, 1, tzinfo=ZONE)),
        "Tỉnh Phú Thọ, theo đơn vị hành chính ngày 01/07/2025",
        MADE,
        (
            Section("Kết quả", ("Một đoạn <văn>.",), (Figures((figure,)), table, chart, columns)),
            Section("Bản đồ", (), (the_map, empty)),
        ),
        ("Dân số: giả định phân bố đều trong xã.",),
    )
