"""The inventory: areas, sites, cells, nodes, spans and PONs."""

from omc.core.inventory.inventory import Inventory
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
    SpanName,
    Technology,
)

__all__ = [
    "Area",
    "AreaLevel",
    "Cell",
    "Inventory",
    "Kind",
    "Node",
    "NodeKind",
    "Pon",
    "Site",
    "Span",
    "SpanName",
    "Technology",
]
