"""Inventories that are right: read, looked up, written, and of full size."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.errors import ConfigurationError
from omc.core.inventory import (
    Area,
    AreaLevel,
    Cell,
    Inventory,
    Kind,
    Node,
    NodeKind,
    Pon,
    Site,
    Span,
    SpanName,
    Technology,
)
from omc.core.inventory.csv_file import read_csv
from omc.core.inventory.schema import SCHEMAS
from omc.core.inventory.table import convert
from omc.core.model import AreaCode, CellName, NodeName, SiteCode
from tests import province_inventory as province
from tests.inventory_csv import csv_of_rows

SITES = "code,name,latitude,longitude\nVP0001,Trạm Khai Quang,21.31,105.61\n"


def _load(folder: Path, **files: str) -> Inventory:
    for kind, text in files.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8", newline="")
    return Inventory.load(folder)


def test_an_empty_folder_is_an_empty_inventory(tmp_path: Path) -> None:
    inventory = Inventory.load(tmp_path)
    assert (inventory.sites, inventory.nodes, inventory.route_km) == ({}, {}, 0)


def test_every_column_reaches_its_field(tmp_path: Path) -> None:
    inventory = _load(
        tmp_path,
        areas="code,name,level,population,population_year,area_km2,valid_from,valid_to\n"
        "25,Phú Thọ,province,3663600,2025,9361.38,2025-07-01,2099-01-01\n",
        sites="code,name,latitude,longitude,area,technologies,vendor,notes\n"
        "VP0001,Trạm Khai Quang,21.31,105.61,25,5G|3G 4G,Nokia,bên hồ\n",
        cells="name,site,technology,band,sector,azimuth,beamwidth,tilt,height_m,bandwidth_mhz,"
        "power_dbm,channel,identity\nC1,VP0001,5G,n78,1,120,65,6,36.5,100,46,650000,452-02-77-1\n",
        nodes="name,kind,site,address,port,credentials,profile,interval,identifiers,vendor,model,"
        "notes\nN1,olt,VP0001,192.0.2.1,1161,ro,if-mib,5m,SN1 SN2,Huawei,MA5800,x\n",
        spans="name,from,to,length_km,fibres,geometry\n"
        'S1,VP0001,N1,2.5,24,"LINESTRING (105.61 21.31, 105.6 21.3)"\n',
        pons="node,port,splitter,span\nN1,0/1/0,1:64,S1\n",
    )
    area = inventory.areas[AreaCode("25")][0]
    assert area == Area(
        AreaCode("25"), "Phú Thọ", AreaLevel.PROVINCE, None, date(2025, 7, 1), date(2099, 1, 1),
        3_663_600, 2025, 9361.38,
    )  # fmt: skip
    assert inventory.sites[SiteCode("VP0001")] == Site(
        SiteCode("VP0001"), "Trạm Khai Quang", 21.31, 105.61, AreaCode("25"),
        (Technology.G3, Technology.G4, Technology.G5), "Nokia", "bên hồ",
    )  # fmt: skip
    assert inventory.cells[CellName("C1")] == Cell(
        CellName("C1"), SiteCode("VP0001"), Technology.G5, "n78", 1, 120, 65, 6, 36.5, 100, 46,
        650_000, "452-02-77-1",
    )  # fmt: skip
    assert inventory.nodes[NodeName("N1")] == Node(
        NodeName("N1"), NodeKind.OLT, SiteCode("VP0001"), "192.0.2.1", 1161, "ro", "if-mib", 300.0,
        ("SN1", "SN2"), "Huawei", "MA5800", "x",
    )  # fmt: skip
    assert inventory.spans[SpanName("S1")] == Span(
        SpanName("S1"), "VP0001", "N1", 2.5, 24, ((105.61, 21.31), (105.6, 21.3))
    )
    assert inventory.pons[NodeName("N1"), "0/1/0"] == Pon(
        NodeName("N1"), "0/1/0", 64, SpanName("S1")
    )


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    node = _load(tmp_path, nodes="name,kind,port\nN1,sensor,\n").nodes[NodeName("N1")]
    assert (node.site, node.address, node.port, node.profile) == (None, None, 161, "auto")
    assert node.interval is None


def test_yaml_and_csv_make_the_same_inventory(tmp_path: Path) -> None:
    everything = province.province_rows()
    rows = {"areas": everything["areas"], "sites": everything["sites"][:6]}
    for name, write in (("csv", province.write_csv), ("yaml", province.write_yaml)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, rows)
    first, second = (Inventory.load(tmp_path / name) for name in ("csv", "yaml"))
    assert list(first.sites.values()) == list(second.sites.values())
    assert first.areas == second.areas
    assert len(first.sites) == 6


def test_yaml_keeps_codes_with_leading_zeros_and_splits_with_colons(tmp_path: Path) -> None:
    (tmp_path / "areas.yaml").write_text(
        "areas:\n- {code: 07123, name: Xã, level: commune, valid_from: 2025-07-01}\n", "utf-8"
    )
    (tmp_path / "nodes.yaml").write_text("nodes: [{name: N1, kind: olt}]\n", "utf-8")
    (tmp_path / "pons.yaml").write_text("pons: [{node: N1, port: 0/1, splitter: 1:32}]\n", "utf-8")
    inventory = Inventory.load(tmp_path)
    assert list(inventory.areas) == ["07123"]
    assert [pon.splitter for pon in inventory.pons.values()] == [32]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + SITES,
        SITES.replace(",", ";").replace("21.31", "21,31"),
        SITES.replace(",", "\t"),
        SITES.replace("\n", "\r\n"),
        SITES.replace("code,name", " Code , NAME"),
        SITES + ",,,\n\n",
        "\n" + SITES,
        SITES.replace("Trạm", unicodedata.normalize("NFD", "Trạm")),
    ],
    ids=["bom", "semicolon", "tab", "crlf", "header case", "blank rows", "blank first", "nfd"],
)
def test_what_spreadsheets_make_of_a_file_is_the_same_file(tmp_path: Path, text: str) -> None:
    site = _load(tmp_path, sites=text).sites[SiteCode("VP0001")]
    assert (site.name, site.latitude) == ("Trạm Khai Quang", 21.31)


def test_a_field_may_be_longer_than_the_csv_module_allows_by_default(tmp_path: Path) -> None:
    ring = ", ".join(f"{105 + n / 1e5:.5f} {21 + (n % 7) / 1e3:.3f}" for n in range(20_000))
    text = f'code,name,level,geometry\n25,Phú Thọ,province,"POLYGON (({ring}, 105.00000 21.000))"\n'
    assert len(text) > 131_072
    area = _load(tmp_path, areas=text).areas[AreaCode("25")][0]
    assert area.geometry is not None
    assert len(area.geometry[0][0]) == 20_001


def test_an_area_is_the_one_that_is_valid_on_the_day(tmp_path: Path) -> None:
    inventory = _load(
        tmp_path,
        areas="code,name,level,valid_from,valid_to\n"
        "08716,Phường Vĩnh Phúc,commune,2025-07-01,\n08716,Phường Liên Bảo,commune,,2025-07-01\n",
    )
    code = AreaCode("08716")
    before, after = (inventory.area(code, date(2025, *day)) for day in ((6, 30), (7, 1)))
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Phường Liên Bảo", "Phường Vĩnh Phúc")
    assert inventory.area(AreaCode("1"), date(2025, 7, 1)) is None


def test_a_child_may_outlive_one_period_of_its_parent_when_the_next_begins(tmp_path: Path) -> None:
    inventory = _load(
        tmp_path,
        areas="code,name,level,parent,valid_from,valid_to\n"
        "25,Phú Thọ,province,,,2025-07-01\n25,Phú Thọ,province,,2025-07-01,\n"
        "08716,Phường Vĩnh Phúc,commune,25,,\n",
    )
    assert len(inventory.areas[AreaCode("25")]) == 2


def test_everything_of_a_site_is_found_by_its_code(tmp_path: Path) -> None:
    inventory = _load(
        tmp_path,
        sites=SITES,
        cells="name,site,technology,band,sector\nC1,VP0001,4G,B3,1\nC2,VP0001,4G,B3,2\n",
        nodes="name,kind,site,identifiers\nN1,olt,VP0001,SN1\nN2,other,,\n",
        spans="name,from,to,length_km\nS1,VP0001,N2,2.5\n",
        pons="node,port\nN1,1\nN1,2\n",
    )
    site = SiteCode("VP0001")
    assert [cell.name for cell in inventory.cells_of[site]] == ["C1", "C2"]
    assert [node.name for node in inventory.nodes_of[site]] == ["N1"]
    assert [pon.port for pon in inventory.pons_of[NodeName("N1")]] == ["1", "2"]
    assert inventory.node_by_identifier["SN1"] is inventory.nodes[NodeName("N1")]
    assert inventory.site_of_end("N1") is inventory.sites[site]
    assert inventory.site_of_end("VP0001") is inventory.sites[site]
    assert inventory.site_of_end("N2") is None


def test_a_fault_that_others_find_is_told_at_its_place_in_the_file(tmp_path: Path) -> None:
    nodes = "name,kind,address,credentials\nN1,olt,192.0.2.1,core\nN2,olt,192.0.2.2,edge\n"
    problem = _load(tmp_path, nodes=nodes).problem(NodeName("N2"), "credentials", "unknown")
    assert str(problem) == f"{tmp_path}/nodes.csv:3:18: credentials: unknown"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such folder"):
        Inventory.load(tmp_path / "nowhere")


_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1).map(
    lambda text: unicodedata.normalize("NFC", text)
)
_NUMBER = st.integers(-90_000_000, 90_000_000).map(lambda n: n / 1e6)
_MAYBE_TEXT = st.none() | _TEXT

_ROWS: dict[Kind, Any] = {
    Kind.SITES: st.builds(
        Site,
        st.from_regex(r"[A-Za-zĂăĐđ0-9-]{1,12}", fullmatch=True).map(
            lambda text: unicodedata.normalize("NFC", text)
        ),
        _TEXT,
        _NUMBER,
        _NUMBER,
        _MAYBE_TEXT,
        st.sets(st.sampled_from(Technology)).map(
            lambda some: tuple(t for t in Technology if t in some)
        ),
        _MAYBE_TEXT,
        _MAYBE_TEXT,
    ),
    Kind.SPANS: st.builds(
        Span,
        _TEXT,
        _TEXT,
        _TEXT,
        st.integers(0, 10_000_000).map(lambda metres: metres / 1000),
        st.none() | st.integers(1, 288),
        st.just(((105.61, 21.31), (105.6, 21.3))) | st.none(),
    ),
    Kind.PONS: st.builds(Pon, _TEXT, _TEXT, st.none() | st.integers(1, 256), _MAYBE_TEXT),
}


@pytest.mark.parametrize("kind", _ROWS)
def test_rows_survive_being_written_and_read(
    kind: Kind, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("rows") / f"{kind}.csv"

    @given(st.lists(_ROWS[kind], max_size=5))
    def survives(rows: list[Any]) -> None:
        path.write_text(csv_of_rows(kind, rows), encoding="utf-8", newline="")
        problems: list[Any] = []
        assert convert(read_csv(path, kind), problems).rows() == rows
        assert problems == []

    survives()


def test_the_columns_are_the_fields_of_the_classes_in_their_order() -> None:
    renamed = {"start": "from", "end": "to"}
    for schema in SCHEMAS.values():
        fields = schema.make.__dataclass_fields__  # type: ignore[attr-defined]
        assert schema.names == tuple(renamed.get(name, name) for name in fields)


@pytest.mark.parametrize("write", [province.write_csv, province.write_yaml])
def test_a_full_size_inventory_loads(
    tmp_path: Path, write: Callable[[Path, dict[str, list[province.Row]]], None]
) -> None:
    write(tmp_path, province.province_rows())
    started = time.perf_counter()
    inventory = Inventory.load(tmp_path)
    print(f"{write.__name__}: loaded in {time.perf_counter() - started:.2f} s")
    assert len(inventory.sites) == province.SITES == 572
    assert len(inventory.cells) == province.CELLS == 5000
    assert len(inventory.nodes) == province.NODES == 2000
    assert len(inventory.spans) == province.SPANS
    assert len(inventory.pons) == province.PONS
    assert inventory.route_km == pytest.approx(11_500)
    assert sum(len(cells) for cells in inventory.cells_of.values()) == 5000
