"""A network small enough to draw.

          RG-1        RG-2
     C ──────── A ──────── B        a ring C-A-B-D-C
     │                     │ RG-3
RG-5 │                     │        behind A, a tree:  A ─SP-1─ E ─SP-2─ F
     └──────────────────── D                                     └─SP-3─ G
              RG-4 joins D and C
"""

from __future__ import annotations

from omc.core.inventory import Area, AreaLevel, Cell, Inventory, Node, NodeKind, Site, Span
from omc.core.inventory.model import SpanName, Technology
from omc.core.model import AreaCode, CellName, NodeName, SiteCode
from omc.core.topology import Topology

SPANS = {
    "RG-1": ("C", "A"),
    "RG-2": ("A", "B"),
    "RG-3": ("B", "D"),
    "RG-4": ("D", "C"),
    "SP-1": ("A", "E"),
    "SP-2": ("E", "F"),
    "SP-3": ("E", "G"),
}
SITES = "ABCDEFG"


def small_inventory() -> Inventory:
    """One router, one rectifier and one 4G cell a site; two communes of one province."""
    province = Area(AreaCode("VP"), "Tỉnh Vĩnh Phúc", AreaLevel.PROVINCE)
    communes = [
        Area(AreaCode("1"), "Xã Một", AreaLevel.COMMUNE, AreaCode("VP"), population=8000),
        Area(AreaCode("2"), "Xã Hai", AreaLevel.COMMUNE, AreaCode("VP"), population=6000),
    ]
    sites = [
        Site(SiteCode(code), f"Trạm {code}", 21.3, 105.6, AreaCode("1" if code < "E" else "2"))
        for code in SITES
    ]
    nodes = [
        Node(NodeName(f"{code}-{kind}"), node_kind, SiteCode(code), "127.0.0.1", credentials="c")
        for code in SITES
        for kind, node_kind in (("RTR", NodeKind.ROUTER), ("REC", NodeKind.RECTIFIER))
    ]
    cells = [Cell(CellName(f"{c}-L18"), SiteCode(c), Technology.G4, "B3", 1) for c in SITES]
    spans = [Span(SpanName(name), a, b, 2.0) for name, (a, b) in SPANS.items()]
    return Inventory(
        areas=[province, *communes], sites=sites, nodes=nodes, cells=cells, spans=spans
    )


def small_topology() -> Topology:
    """Rooted at C."""
    return Topology(small_inventory(), ["C"])
