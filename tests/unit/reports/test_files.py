"""Every format of a report, opened again by something that did not write it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio
import pyogrio.raw
import pypdf
import pytest
import shapely
from lxml import etree, html

from omc.reports.document import Column, ColumnKind, Language, Section, Table
from omc.reports.files import FORMATS, write_files
from omc.reports.shelf import INDEX, shelve, shelved_reports
from tests.unit.reports.sample_document import ROWS, SHAPES, sample_document

KML = {"k": "http://www.opengis.net/kml/2.2"}
SHEET = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def found(root: etree._Element, path: str, names: dict[str, str] | None = None) -> list[Any]:
    """What an XPath finds; lxml's stubs think that it might be a number too."""
    result: Any = root.xpath(path, namespaces=names)
    return list(result)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_files(sample_document(), FORMATS, folder)
    return folder


def test_a_pdf_has_vietnamese_text_page_numbers_and_its_fonts(folder: Path) -> None:
    pdf = pypdf.PdfReader(folder / "sample-2026-10-vi.pdf")
    pages = [page.extract_text() for page in pdf.pages]
    assert "Tỉnh Phú Thọ, theo đơn vị hành chính ngày 01/07/2025" in pages[0]
    assert "98,77" in pages[0]
    assert "1 / 2" in pages[0]
    assert "2 / 2" in pages[1]
    fonts = pdf.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    names = [str(font.get_object()["/BaseFont"]) for font in fonts]
    assert names
    assert all("DejaVuSans" in name for name in names)


def test_a_workbook_has_numbers_tables_frozen_headings_and_charts(folder: Path) -> None:
    with zipfile.ZipFile(folder / "sample-2026-10-vi.xlsx") as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet2.xml"))
        values = found(sheet, "//s:c[@r='B4' or @r='C4']/s:v/text()", SHEET)
        assert [float(value) for value in values] == [0.98765, pytest.approx(4000 / 86_400)]
        assert found(sheet, "//s:pane/@topLeftCell", SHEET) == ["B4"]
        assert not found(sheet, "//s:f", SHEET)  # "=1+1" is a text
        table = etree.fromstring(book.read("xl/tables/table1.xml"))
        assert table.get("ref") == "A3:E6"
        assert {"xl/charts/chart1.xml", "xl/charts/chart2.xml"} <= set(book.namelist())


def test_long_texts_of_a_workbook_are_wrapped_and_numbers_stand_below_their_headings(
    tmp_path: Path,
) -> None:
    columns = (Column("why", "Lý do"), Column("people", "Dân số", ColumnKind.NUMBER))
    table = Table("reasons", "Lý do", columns, [("rất dài " * 12, 1)])
    document = replace(sample_document(), sections=(Section("S", (), (table,)),))
    write_files(document, ("xlsx",), tmp_path)
    with zipfile.ZipFile(tmp_path / "sample-2026-10-vi.xlsx") as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet2.xml"))
        looks = found(etree.fromstring(book.read("xl/styles.xml")), "//s:cellXfs/s:xf", SHEET)
    alignments = {
        cell.get("r"): looks[int(cell.get("s"))].find("s:alignment", SHEET)
        for cell in found(sheet, "//s:c", SHEET)
    }
    assert alignments["A4"].get("wrapText") == "1"
    heights = {row.get("r"): float(row.get("ht", 15)) for row in found(sheet, "//s:row", SHEET)}
    assert heights["4"] == 2 * 15  # points
    assert alignments["B3"].get("horizontal") == "right"


def test_a_note_is_told_once_a_section(tmp_path: Path) -> None:
    table = sample_document().table("sites")
    again = replace(table, name="again", title="Lần nữa", notes=("Khác.",))
    document = replace(sample_document(), sections=(Section("S", (), (table, again)),))
    write_files(document, ("html",), tmp_path)
    text = (tmp_path / "sample-2026-10-vi.html").read_text(encoding="utf-8")
    assert text.count("Gián đoạn: không kể bảo trì") == 1
    assert "Khác." in text


def test_csv_has_all_rows_with_plain_numbers_and_moments_with_their_offset(folder: Path) -> None:
    text = (folder / "sample-2026-10-vi.sites.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(ROWS)
    assert rows[0]["availability_ratio"] == "0.98765"
    assert rows[0]["last_outage"] == "2026-11-01T03:00:00+07:00"
    assert rows[2]["downtime_seconds"] == ""


def test_geojson_keeps_shapes_and_turns_outer_rings_counter_clockwise(folder: Path) -> None:
    content = json.loads((folder / "sample-2026-10-vi.areas.geojson").read_bytes())
    assert content["type"] == "FeatureCollection"
    for feature, shape in zip(content["features"], SHAPES, strict=True):
        read = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert read.equals(shape)
        for part in shapely.get_parts(read):
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)


def test_a_geopackage_reads_back_as_it_was_written(folder: Path) -> None:
    path = folder / "sample-2026-10-vi.gpkg"
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    assert layers == [
        ("areas", "MultiPolygon"),
        ("cables", "MultiLineString"),
        ("sites", "Point"),
    ]
    meta, _, geometry, fields = pyogrio.raw.read(path, layer="areas")
    assert meta["crs"] == "EPSG:4326"
    read = shapely.from_wkb(geometry)
    assert all(one.equals(other) for one, other in zip(read, SHAPES, strict=True))
    shares = list(fields[list(meta["fields"]).index("availability_ratio")])
    assert shares[:2] == [0.98765, 1.0]
    assert shares[2] != shares[2]
    info = pyogrio.read_info(path, layer="areas")
    kinds = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert (kinds["people"], kinds["availability_ratio"]) == ("int64", "float64")


def test_kml_has_a_folder_a_layer_with_styles_that_exist(folder: Path) -> None:
    root = etree.parse(folder / "sample-2026-10-vi.kml").getroot()
    assert root.nsmap == {None: KML["k"]}
    assert len(found(root, "//k:Folder", KML)) == 3
    styles = {f"#{name}" for name in found(root, "//k:Style/@id", KML)}
    used = set(found(root, "//k:styleUrl/text()", KML))
    assert used <= styles
    outlines = "//k:Style[starts-with(@id, 'cables')]/k:PolyStyle/k:fill/text()"
    assert found(root, outlines, KML) == ["0"]  # nothing below is painted over
    assert len(found(root, "//k:innerBoundaryIs", KML)) == 1


def test_a_page_needs_nothing_else_and_holds_every_picture(folder: Path) -> None:
    page: Any = html.fromstring((folder / "sample-2026-10-vi.html").read_bytes())
    assert page.get("lang") == "vi"
    assert not found(page, "//script | //link")
    references = found(page, "//@src | //@href | //@*[name() = 'xlink:href']")
    assert all(str(target).startswith(("#", "data:")) for target in references)
    assert len(found(page, "//figure")) == 3
    identifiers = found(page, "//@id")
    assert len(identifiers) == len(set(identifiers))
    assert "Một đoạn <văn>." in page.text_content()


def test_the_same_document_makes_the_same_pages(folder: Path, tmp_path: Path) -> None:
    for path in write_files(sample_document(), ("html", "csv", "geojson", "kml", "pdf"), tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_a_shelf_lists_the_latest_report_first_and_forgets_what_is_gone(tmp_path: Path) -> None:
    document = sample_document("en")
    files = write_files(document, ("csv",), tmp_path)
    shelve(document, files, tmp_path)
    shelve(document, files, tmp_path)
    (report,) = shelved_reports(tmp_path)
    assert report.period == "2026-10-01 to 2026-10-31"
    assert report.files == ("sample-2026-10-en.sites.csv", "sample-2026-10-en.spans.csv")
    for file in files:
        file.unlink()
    assert shelved_reports(tmp_path) == []


def test_reports_in_both_languages_and_formats_lie_beside_each_other(tmp_path: Path) -> None:
    made: list[tuple[Language, tuple[str, ...]]]
    made = [("vi", ("csv",)), ("en", ("csv",)), ("vi", ("html", "kml"))]
    for language, formats in made:
        document = sample_document(language)
        shelve(document, write_files(document, formats, tmp_path), tmp_path)
    shelf = shelved_reports(tmp_path)
    assert [(report.language, len(report.files)) for report in shelf] == [
        ("vi", 2),
        ("en", 2),
        ("vi", 2),
    ]
    document = sample_document("vi")
    shelve(document, write_files(document, ("csv", "html"), tmp_path), tmp_path)
    (newest, before, english) = shelved_reports(tmp_path)
    assert len(newest.files) == 3
    assert before.files == ("sample-2026-10-vi.kml",)  # as it was, still to be taken along
    assert english.language == "en"


def test_an_index_of_before_scopes_were_kept_is_still_read(tmp_path: Path) -> None:
    document = sample_document()
    shelve(document, write_files(document, ("csv",), tmp_path), tmp_path)
    index = json.loads((tmp_path / INDEX).read_bytes())
    del index["reports"][0]["scope"]
    (tmp_path / INDEX).write_text(json.dumps(index))
    assert [report.scope for report in shelved_reports(tmp_path)] == [""]
