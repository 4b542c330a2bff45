"""The province written down as an inventory and settings, as an operator would have them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from omc.core import inventory as model
from omc.core.inventory.schema import SCHEMAS
from omc.core.model import AreaCode, CellName, NodeName, SiteCode
from omc.simulator import network
from omc.simulator.access_fibre import MAX_ONTS_A_PON
from omc.simulator.addresses import AddressPlan
from omc.simulator.communes import PROVINCE_CODE, PROVINCE_NAME, VALID_FROM
from omc.simulator.demo_settings import COMMUNITY_NAME, USER_NAME
from omc.simulator.geography import province_outline
from omc.simulator.geometry import Point
from omc.simulator.province import Province
from omc.simulator.seeds import stream

_POPULATION_YEAR = 2025
_KINDS = {
    network.NodeKind.ROUTER: model.NodeKind.ROUTER,
    network.NodeKind.OLT: model.NodeKind.OLT,
    network.NodeKind.RECTIFIER: model.NodeKind.RECTIFIER,
    network.NodeKind.GATEWAY: model.NodeKind.SENSOR,
    network.NodeKind.UPS: model.NodeKind.UPS,
    network.NodeKind.FIBRE_MONITOR: model.NodeKind.OTHER,
}
_TECHNOLOGIES = {
    network.Technology.UTRAN: model.Technology.G3,
    network.Technology.LTE: model.Technology.G4,
    network.Technology.NR: model.Technology.G5,
}
_FIBRES = {
    network.SpanKind.BACKBONE: 96,
    network.SpanKind.RING: 48,
    network.SpanKind.SPUR: 24,
    network.SpanKind.FEEDER: 12,
    network.SpanKind.DISTRIBUTION: 12,
}
#: MHz of a carrier, by the letters in a cell's name.
_BANDWIDTHS = {"U21": 5.0, "U9": 5.0, "L18": 20.0, "L21": 15.0, "L9": 10.0, "N26": 100.0}
#: dBm of a carrier at the antenna connector.
_POWERS = {"U21": 43.0, "U9": 43.0, "L18": 46.0, "L21": 46.0, "L9": 46.0, "N26": 53.0}
#: Metres above ground of the antennas of a site: on roofs in a ward, on masts elsewhere.
_ROOFS, _MASTS = (24, 34), (33, 48)
#: UARFCN, EARFCN and NR-ARFCN of the downlink.
_CHANNELS = {"U21": 10_612, "U9": 2_963, "L18": 1_450, "L21": 350, "L9": 3_550, "N26": 513_000}
VENDORS = {
    network.NodeKind.ROUTER: ("Omnia", "CSR-2400"),
    network.NodeKind.OLT: ("Huawei", "MA5800-X7"),
    network.NodeKind.RECTIFIER: ("Vertiv", "NetSure 531"),
    network.NodeKind.GATEWAY: ("Omnia", "FSU-8"),
    network.NodeKind.UPS: ("Omnia", "U-3000"),
    network.NodeKind.FIBRE_MONITOR: ("Adva", "16ALM-1650D"),
}


def write_inventory(province: Province, addresses: AddressPlan, folder: Path) -> None:
    """Write one CSV a kind into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in inventory_rows(province, addresses).items():
        text = _csv(kind, rows)
        (folder / f"{kind.value}.csv").write_text(text, encoding="utf-8", newline="")


def inventory_rows(
    province: Province, addresses: AddressPlan
) -> Mapping[model.Kind, Sequence[Any]]:
    """The inventory's own objects, by kind."""
    return {
        model.Kind.AREAS: _areas(province),
        model.Kind.SITES: _sites(province),
        model.Kind.CELLS: [_cell(province, cell) for cell in province.cells],
        model.Kind.NODES: [*_devices(province, addresses), *_splitters(province)],
        model.Kind.SPANS: [_span(province, span) for span in province.spans],
        model.Kind.PONS: [_pon(province, pon) for pon in province.pons],
    }


def _csv(kind: model.Kind, rows: Iterable[Any]) -> str:
    columns = SCHEMAS[kind].columns
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for row in rows:
        values = (getattr(row, field.name) for field in fields(row))
        writer.writerow(
            "" if value is None else column.write(value)
            for column, value in zip(columns, values, strict=True)
        )
    return text.getvalue()


def _areas(province: Province) -> list[model.Area]:
    since = date.fromisoformat(VALID_FROM)
    communes = [
        model.Area(
            AreaCode(commune.facts.code),
            commune.facts.full_name,
            model.AreaLevel.COMMUNE,
            AreaCode(PROVINCE_CODE),
            since,
            population=commune.facts.population,
            population_year=_POPULATION_YEAR,
            geometry=((_closed(commune.outline),),),
        )
        for commune in province.communes
    ]
    whole = model.Area(
        AreaCode(PROVINCE_CODE),
        f"Tỉnh {PROVINCE_NAME}",
        model.AreaLevel.PROVINCE,
        valid_from=since,
        population=sum(commune.facts.population for commune in province.communes),
        population_year=_POPULATION_YEAR,
        geometry=((_closed(province_outline(province.communes)),),),
    )
    return [whole, *communes]


def _closed(outline: tuple[Point, ...]) -> tuple[Point, ...]:
    return (*outline, outline[0])


def _sites(province: Province) -> list[model.Site]:
    radiates: list[set[model.Technology]] = [set() for _ in province.sites]
    for cell in province.cells:
        radiates[cell.site].add(_TECHNOLOGIES[cell.technology])
    return [
        model.Site(
            SiteCode(site.code),
            site.name,
            site.position[1],
            site.position[0],
            AreaCode(province.communes[site.commune].facts.code),
            tuple(t for t in model.Technology if t in radiates[site.index]),
            notes=site.role.value,
        )
        for site in province.sites
    ]


def _cell(province: Province, cell: network.Cell) -> model.Cell:
    carrier = cell.name.split("-")[1]
    site = province.sites[cell.site]
    return model.Cell(
        CellName(cell.name),
        SiteCode(site.code),
        _TECHNOLOGIES[cell.technology],
        cell.band,
        cell.sector,
        float(cell.azimuth),
        beamwidth=65.0,
        tilt=4.0,
        height_m=_height_m(province, site),
        bandwidth_mhz=_BANDWIDTHS[carrier],
        power_dbm=_POWERS[carrier],
        channel=_CHANNELS[carrier],
    )


def _height_m(province: Province, site: network.Site) -> float:
    urban = province.communes[site.commune].facts.kind == "ward"
    low, high = _ROOFS if urban else _MASTS
    return float(stream(province.seed, "mast", site.code).randint(low, high))


def _devices(province: Province, addresses: AddressPlan) -> Iterable[model.Node]:
    for node in province.nodes:
        address, port = addresses.of(node.index)
        vendor, product = VENDORS[node.kind]
        yield model.Node(
            NodeName(node.name),
            _KINDS[node.kind],
            SiteCode(province.sites[node.site].code),
            address,
            port,
            USER_NAME if node.secure else COMMUNITY_NAME,
            vendor=vendor,
            model=product,
        )


def _splitters(province: Province) -> Iterable[model.Node]:
    """Passive ends of the access cables: they have no address, so nobody polls them."""
    for span in province.spans:
        if span.end:
            site = SiteCode(province.sites[span.a].code)
            name = NodeName(_far_end(province, span))
            yield model.Node(name, model.NodeKind.OTHER, site, notes=f"end of {span.code}")


def _far_end(province: Province, span: network.Span) -> str:
    """The splitter; for a distribution cable the terminal it runs to."""
    if span.b is not None:
        return province.sites[span.b].code
    return f"{span.end}-T" if span.kind is network.SpanKind.DISTRIBUTION else span.end


def _span(province: Province, span: network.Span) -> model.Span:
    start = province.sites[span.a].code
    if span.kind is network.SpanKind.DISTRIBUTION:
        start = span.end
    elif span.pon is not None:
        start = province.nodes[province.pons[span.pon].node].name
    return model.Span(
        model.SpanName(span.code),
        start,
        _far_end(province, span),
        round(span.metres / 1000, 4),
        _FIBRES[span.kind],
        span.line,
    )


def _pon(province: Province, pon: network.Pon) -> model.Pon:
    split = 32 if len(pon.onts) * 2 <= MAX_ONTS_A_PON else MAX_ONTS_A_PON
    return model.Pon(
        NodeName(province.nodes[pon.node].name),
        pon.port_name,
        split,
        model.SpanName(province.spans[pon.feeder].code),
    )
