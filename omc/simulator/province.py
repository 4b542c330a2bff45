"""The whole synthetic province: the same seed gives the same province, to the last byte."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from omc.simulator import access_fibre, transport
from omc.simulator.geography import Commune, commune_at, divide_land, shares
from omc.simulator.geometry import Point, distance, rounded, spread
from omc.simulator.network import (
    Cell,
    Node,
    NodeKind,
    Pon,
    Site,
    SiteRole,
    Span,
    SpanKind,
)
from omc.simulator.radio import build_cells
from omc.simulator.seeds import stream
from omc.simulator.site_power import PowerPlant

FULL_SITES = 572
#: Cable in the whole province at full size, kilometres; smaller provinces have their share.
FULL_FIBRE_KM = 11_500.0

#: Cable of a home at least: a drop and some of the distribution cable.
SHORTEST_HOME_METRES = 60.0
#: The commune whose centre holds the core site: the seat of the province.
_SEAT = "Vĩnh Phúc"
_UPS_SHARE = 0.16
#: Every tenth device speaks SNMPv3 only.
_SECURE_EVERY = 10


@dataclass(frozen=True, slots=True)
class Province:
    """Everything that stands in the province, in lists that refer to each other by index."""

    seed: int
    communes: tuple[Commune, ...]
    sites: tuple[Site, ...]
    cells: tuple[Cell, ...]
    nodes: tuple[Node, ...]
    spans: tuple[Span, ...]
    pons: tuple[Pon, ...]
    core: int

    @classmethod
    def generate(cls, seed: int, sites: int = FULL_SITES) -> Province:
        """Build a province of that many sites.

        Raises:
            ValueError: fewer than four sites.
        """
        if sites < 4:
            raise ValueError(f"a province needs at least 4 sites, not {sites}")
        communes = divide_land(seed)
        places = _place_sites(seed, communes, sites)
        positions = [position for _, position in places]
        core = _core_site(communes, places)
        hubs = transport.choose_hubs(positions, core)
        olt_sites = _choose_olt_sites(seed, communes, places, hubs)
        cells = _build_cells(seed, communes, places)
        built = _build_sites(seed, communes, places, hubs, set(olt_sites), cells)
        nodes = _build_nodes(seed, built, olt_sites)
        routes = transport.lay_transport(seed, positions, hubs)
        spans, pons = _lay_fibre(seed, communes, built, nodes, routes)
        return cls(seed, communes, built, cells, nodes, spans, pons, core)

    @property
    def fibre_km(self) -> float:
        """Route length of all cables."""
        return math.fsum(span.metres for span in self.spans) / 1000

    @property
    def ont_count(self) -> int:
        """ONTs on all PONs."""
        return sum(len(pon.onts) for pon in self.pons)


Places = Sequence[tuple[int, Point]]


def _place_sites(seed: int, communes: Sequence[Commune], total: int) -> list[tuple[int, Point]]:
    """Commune and position of every site: as many as people live there, apart from each other."""
    places: list[tuple[int, Point]] = []
    counts = shares([float(commune.facts.population) for commune in communes], total)
    for commune, count in zip(communes, counts, strict=True):
        chance = stream(seed, "sites", commune.facts.code)
        own: list[Point] = []
        for _ in range(count):
            candidates = [spread(commune.outline, chance) for _ in range(8)]
            own.append(
                max(candidates, key=lambda c: min((distance(c, p) for p in own), default=0.0))
            )
        places.extend((commune.index, rounded(point)) for point in own)
    return places


def _core_site(communes: Sequence[Commune], places: Places) -> int:
    seat = next(commune for commune in communes if commune.facts.name == _SEAT)
    return min(range(len(places)), key=lambda site: distance(places[site][1], seat.centre))


def _choose_olt_sites(
    seed: int, communes: Sequence[Commune], places: Places, hubs: Sequence[int]
) -> list[int]:
    """Sites with an OLT: the hubs first, then by chance, by people for each site around."""
    wanted = max(round(len(places) * access_fibre.OLT_SHARE), 1)
    chance = stream(seed, "olt sites")
    others = [site for site in range(len(places)) if site not in hubs]
    people = {site: communes[places[site][0]].facts.population for site in others}
    others.sort(key=lambda site: -people[site] * chance.random())
    return sorted([*hubs, *others][:wanted])


def _build_cells(seed: int, communes: Sequence[Commune], places: Places) -> tuple[Cell, ...]:
    codes = _site_codes(communes, places)
    return tuple(
        cell
        for site, (commune, _) in enumerate(places)
        for cell in build_cells(
            site,
            codes[site],
            communes[commune].facts.kind == "ward",
            stream(seed, "cells", codes[site]),
        )
    )


def _site_codes(communes: Sequence[Commune], places: Places) -> list[str]:
    counts = [0] * len(communes)
    codes = []
    for commune, _ in places:
        counts[commune] += 1
        codes.append(f"{communes[commune].facts.letters}{counts[commune]:03d}")
    return codes


def _site_names(communes: Sequence[Commune], places: Places) -> list[str]:
    """A former commune's name and a number: `Tích Sơn 2`."""
    seen: dict[tuple[int, str], int] = {}
    rank = [0] * len(communes)
    names = []
    for commune, _ in places:
        localities = communes[commune].facts.localities
        locality = localities[rank[commune] % len(localities)]
        rank[commune] += 1
        number = seen[commune, locality] = seen.get((commune, locality), 0) + 1
        names.append(f"{locality} {number}")
    return names


def _build_sites(
    seed: int,
    communes: Sequence[Commune],
    places: Places,
    hubs: Sequence[int],
    olt_sites: set[int],
    cells: Sequence[Cell],
) -> tuple[Site, ...]:
    codes, names = _site_codes(communes, places), _site_names(communes, places)
    cell_counts = [0] * len(places)
    for cell in cells:
        cell_counts[cell.site] += 1
    roles = dict.fromkeys(hubs, SiteRole.HUB) | {hubs[0]: SiteRole.CORE}
    return tuple(
        Site(
            index,
            codes[index],
            names[index],
            commune,
            position,
            roles.get(index, SiteRole.ACCESS),
            _power_plant(seed, codes[index], cell_counts[index], index in olt_sites, index in hubs),
        )
        for index, (commune, position) in enumerate(places)
    )


def _power_plant(seed: int, code: str, cells: int, has_olt: bool, is_hub: bool) -> PowerPlant:
    """Batteries for two to seven hours, rectifiers for load and charge with one to spare."""
    chance = stream(seed, "power", code)
    load = 9.0 + 2.6 * cells + (9.0 if has_olt else 0.0) + (24.0 if is_hub else 0.0)
    load = round(load * chance.uniform(0.9, 1.1), 1)
    hours = chance.uniform(5.0, 9.0) if is_hub else chance.uniform(1.8, 6.5)
    capacity = max(50 * math.ceil(load * hours / 0.9 / 50), 50)
    rectifiers = math.ceil((load + 0.1 * capacity) / 50.0) + 1
    return PowerPlant(float(capacity), load, rectifiers, 50.0, 3 if is_hub or load > 60 else 1)


def _build_nodes(seed: int, sites: Sequence[Site], olt_sites: Sequence[int]) -> tuple[Node, ...]:
    with_olt = set(olt_sites)
    names: list[tuple[str, NodeKind, int]] = []
    for site in sites:
        names.append((f"{site.code}-RTR1", NodeKind.ROUTER, site.index))
        names.append((f"{site.code}-REC1", NodeKind.RECTIFIER, site.index))
        names.append((f"{site.code}-GW1", NodeKind.GATEWAY, site.index))
        if site.index in with_olt:
            names.append((f"{site.code}-OLT1", NodeKind.OLT, site.index))
        chance = stream(seed, "ups", site.code)
        if site.role is not SiteRole.ACCESS or chance.random() < _UPS_SHARE:
            names.append((f"{site.code}-UPS1", NodeKind.UPS, site.index))
    names += [
        (f"{site.code}-ALM1", NodeKind.FIBRE_MONITOR, site.index)
        for site in sites
        if site.role is not SiteRole.ACCESS
    ]
    return tuple(
        Node(index, name, kind, site, index % _SECURE_EVERY == _SECURE_EVERY - 1)
        for index, (name, kind, site) in enumerate(names)
    )


def _lay_fibre(
    seed: int,
    communes: Sequence[Commune],
    sites: Sequence[Site],
    nodes: Sequence[Node],
    routes: Sequence[transport.Route],
) -> tuple[tuple[Span, ...], tuple[Pon, ...]]:
    """Transport cables, then a feeder and a distribution cable for every PON."""
    spans = [_transport_span(index, sites, route) for index, route in enumerate(routes)]
    pons: list[Pon] = []
    olts = [node for node in nodes if node.kind is NodeKind.OLT]
    total = round(access_fibre.ONTS_A_SITE * len(sites))
    for node, plan in _pon_plans(seed, sites, olts, total):
        pons.append(_connect(seed, communes, sites, spans, pons, node, plan))
    return tuple(_fill_up(spans, pons, len(sites))), tuple(pons)


def _transport_span(index: int, sites: Sequence[Site], route: transport.Route) -> Span:
    letters = {SpanKind.BACKBONE: "BB", SpanKind.RING: "RG", SpanKind.SPUR: "SP"}[route.kind]
    code = f"{letters}-{sites[route.a].code}-{sites[route.b].code}"
    return Span(index, code, route.kind, route.a, route.b, "", None, route.metres, route.line)


def _pon_plans(
    seed: int, sites: Sequence[Site], olts: Sequence[Node], onts: int
) -> list[tuple[Node, access_fibre.PonPlan]]:
    chance = stream(seed, "pon sizes")
    ports = len(olts) * access_fibre.PONS_AN_OLT
    weights = [chance.uniform(0.55, 1.35) for _ in range(ports)]
    sizes = [min(size, access_fibre.MAX_ONTS_A_PON) for size in shares(weights, onts)]
    plans: list[tuple[Node, access_fibre.PonPlan]] = []
    for place, node in enumerate(olts):
        own = sizes[place * access_fibre.PONS_AN_OLT : (place + 1) * access_fibre.PONS_AN_OLT]
        position = sites[node.site].position
        plans.extend(
            (node, plan) for plan in access_fibre.plan_pons(seed, node.site, position, own)
        )
    return plans


def _connect(
    seed: int,
    communes: Sequence[Commune],
    sites: Sequence[Site],
    spans: list[Span],
    pons: Sequence[Pon],
    node: Node,
    plan: access_fibre.PonPlan,
) -> Pon:
    """Append the two spans of a PON and return it."""
    board, port = divmod(plan.port, access_fibre.PORTS_A_BOARD)
    slot = board + 1
    chance = stream(seed, "homes", node.name, plan.port)
    onts = access_fibre.connect_onts(plan, chance)
    site = sites[node.site]
    splitter = f"{site.code}-S{plan.port + 1:02d}"
    feeder = Span(
        len(spans), f"FD-{splitter}", SpanKind.FEEDER, site.index, None, splitter, len(pons),
        plan.feeder_metres, plan.feeder_line,
    )  # fmt: skip
    line = access_fibre.distribution_lines(plan, chance)
    distribution = Span(
        len(spans) + 1, f"DS-{splitter}", SpanKind.DISTRIBUTION, site.index, None, splitter,
        len(pons), 0.0, line,
    )  # fmt: skip
    spans.extend((feeder, distribution))
    return Pon(
        len(pons), f"{node.name}/0/{slot}/{port}", node.index, slot, port,
        commune_at(communes, plan.splitter).index, plan.splitter,
        feeder.index, distribution.index, onts,
    )  # fmt: skip


def _fill_up(spans: Sequence[Span], pons: Sequence[Pon], sites: int) -> list[Span]:
    """Give the distribution cables (drops included) what the other cables leave of the total.

    That is about 180 m for a home: its share of the distribution cable and its own drop. A few
    sites in a whole province lie so far apart that nothing is left; a home has its cable even so.
    """
    target = FULL_FIBRE_KM * 1000 * sites / FULL_SITES
    laid = math.fsum(span.metres for span in spans)
    homes = sum(len(pon.onts) for pon in pons)
    each = max((target - laid) / homes, SHORTEST_HOME_METRES)
    filled = list(spans)
    for pon in pons:
        span = filled[pon.distribution]
        filled[pon.distribution] = replace(span, metres=each * len(pon.onts))
    return [replace(span, metres=round(span.metres, 1)) for span in filled]
