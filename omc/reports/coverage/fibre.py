"""The fibre of each area: cables, OLTs, PON ports and how full they are.

Cables count where they lie. A cable without a route counts half at each of its ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from omc.core.inventory import Inventory, NodeKind, Span
from omc.core.model import AreaCode, NodeName, SiteCode
from omc.history.reader import History
from omc.reports.document import Period
from omc.reports.geography import Geography, Unit

FULL_SHARE = 0.8
#: Sensitivity of a GPON class B+ ONT (ITU-T G.984.2 amendment 1).
CLASS_B_PLUS_DBM = -27.0
_WORST = 50


@dataclass(slots=True)
class AreaFibre:
    """Fibre of one area.

    Attributes:
        route_km: Of cables.
        olts: How many.
        ports: PON ports.
        onts: Registered on ports whose number of ONTs is known; None where none is.
        onts_on_branches: Those of them whose port's split is known.
        branches: Of the splitters behind the ports of these.
        full_ports: Those of them that are used by more than `FULL_SHARE`.
        counted_ports: Ports whose number of ONTs and split are both known.
    """

    route_km: float = 0.0
    olts: int = 0
    ports: int = 0
    onts: float | None = None
    onts_on_branches: float = 0.0
    branches: int = 0
    full_ports: int = 0
    counted_ports: int = 0


@dataclass(frozen=True, slots=True)
class WeakOnt:
    """One ONT that hardly gets light.

    Attributes:
        area: Where its OLT stands; None outside of all areas.
        node: OLT.
        pon: Port.
        ont: On the port.
        rx_dbm: Power received, mean of the period in milliwatts.
    """

    area: AreaCode | None
    node: NodeName
    pon: str
    ont: str
    rx_dbm: float


@dataclass(frozen=True, slots=True)
class FibreFigures:
    """Fibre by area.

    Attributes:
        by_area: In the order of the geography.
        without_route: Cables whose route is not known.
        outside_km: Length of cables outside of all areas.
        weakest: ONTs with the least light, weakest first.
        measured_onts: ONTs whose light was measured.
    """

    by_area: Mapping[AreaCode, AreaFibre]
    without_route: int
    outside_km: float
    weakest: tuple[WeakOnt, ...] = ()
    measured_onts: int = 0


@dataclass(slots=True)
class _Sums:
    by_area: dict[AreaCode, AreaFibre] = field(default_factory=dict)
    without_route: int = 0
    outside_km: float = 0.0


def fibre_figures(
    inventory: Inventory, geography: Geography, history: History | None, period: Period
) -> FibreFigures:
    """Add it all up.

    Args:
        inventory: Cables, OLTs and PONs.
        geography: Areas.
        history: Tells ONTs and light; None for none.
        period: When.
    """
    sums = _Sums({unit.code: AreaFibre() for unit in geography.units})
    _routes(inventory, geography, sums)
    unit_of_node = {
        node.name: geography.unit_of.get(node.site)
        for node in inventory.nodes.values()
        if node.site is not None
    }
    for node in inventory.nodes.values():
        unit = unit_of_node.get(node.name)
        if node.kind is NodeKind.OLT and unit is not None:
            sums.by_area[unit].olts += 1
    onts = {} if history is None else _onts(history, period)
    for pon in inventory.pons.values():
        unit = unit_of_node.get(pon.node)
        if unit is not None:
            _count_port(sums.by_area[unit], pon.splitter, onts.get((pon.node, pon.port)))
    light = [] if history is None else _light(history, period)
    weakest = tuple(
        WeakOnt(unit_of_node.get(node), node, pon, ont, power)
        for power, node, pon, ont in light[:_WORST]
    )
    return FibreFigures(sums.by_area, sums.without_route, sums.outside_km, weakest, len(light))


def _count_port(area: AreaFibre, splitter: int | None, onts: float | None) -> None:
    area.ports += 1
    if onts is None:
        return
    area.onts = (area.onts or 0.0) + onts
    if splitter is not None:
        area.counted_ports += 1
        area.onts_on_branches += onts
        area.branches += splitter
        area.full_ports += onts / splitter > FULL_SHARE


def _routes(inventory: Inventory, geography: Geography, sums: _Sums) -> None:
    units = [unit for unit in geography.units if unit.boundary is not None]
    routed = [span for span in inventory.spans.values() if span.geometry is not None]
    for span in inventory.spans.values():
        if span.geometry is None:
            sums.without_route += 1
            _by_ends(inventory, geography, span, sums)
    lines = np.array([shapely.LineString(span.geometry or ()) for span in routed], dtype=object)
    if not len(lines) or not units:
        return
    inside = _shares(lines, units)
    for span, share in zip(routed, inside, strict=True):
        for code, part in share.items():
            sums.by_area[code].route_km += part * span.length_km
        sums.outside_km += max(0.0, 1 - sum(share.values())) * span.length_km


def _shares(lines: np.ndarray, units: Sequence[Unit]) -> list[dict[AreaCode, float]]:
    """For each line the share of it that lies in each area.

    Lengths in degrees serve: a cable is short enough for both ends to have the same scale.
    """
    shares: list[dict[AreaCode, float]] = [defaultdict(float) for _ in lines]
    boundaries = [unit.boundary for unit in units]
    shapely.prepare(boundaries)
    tree = shapely.STRtree(lines)
    lengths = np.maximum(shapely.length(lines), 1e-12)
    for unit, boundary in zip(units, boundaries, strict=True):
        within = tree.query(boundary, predicate="contains_properly")
        touched = np.setdiff1d(tree.query(boundary, predicate="intersects"), within)
        for line in within:
            shares[int(line)][unit.code] = 1.0
        parts = shapely.length(shapely.intersection(lines[touched], boundary)) / lengths[touched]
        for line, part in zip(touched, parts, strict=True):
            shares[int(line)][unit.code] += float(part)
    return shares


def _by_ends(inventory: Inventory, geography: Geography, span: Span, sums: _Sums) -> None:
    for end in (span.start, span.end):
        site = inventory.site_of_end(end)
        unit = None if site is None else geography.unit_of.get(SiteCode(site.code))
        if unit is None:
            sums.outside_km += span.length_km / 2
        else:
            sums.by_area[unit].route_km += span.length_km / 2


def _onts(history: History, period: Period) -> dict[tuple[NodeName, str], float]:
    """ONTs of each PON port at the end of the period: registered, else online and offline ones."""
    metric = "pon_port_onts"
    labels = {row["series"]: dict(row["labels"]) for row in history.series(metric).to_pylist()}
    within = period.end_ms - period.start_ms
    registered: dict[tuple[NodeName, str], float] = {}
    others: dict[tuple[NodeName, str], float] = defaultdict(float)
    for row in history.latest(metric, period.end_ms - 1, within).to_pylist():
        of = labels.get(row["series"], {})
        port = (NodeName(of.get("node", "")), of.get("pon", ""))
        if of.get("state") == "registered":
            registered[port] = row["value"]
        elif of.get("state") in ("online", "offline"):
            others[port] += row["value"]
    return {**others, **registered}


def _light(history: History, period: Period) -> list[tuple[float, NodeName, str, str]]:
    """Mean power of every ONT, weakest first."""
    rows: Iterable[dict[str, object]] = history.values(
        "pon_ont_rx_power_dbm",
        period.start_ms,
        period.end_ms,
        by=["node", "pon", "ont"],
        sort=False,
    ).to_pylist()
    return sorted(
        (float(str(row["value"])), NodeName(str(row["node"])), str(row["pon"]), str(row["ont"]))
        for row in rows
    )
