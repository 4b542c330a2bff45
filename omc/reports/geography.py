"""Areas of one day at one level, with their boundaries, and which site lies in which.

Units have a validity period: Vietnam abolished its districts and merged provinces on 2025-07-01. A
report is about one geography, that of a day; another day restates the same figures in another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import shapely
from shapely.geometry.base import BaseGeometry

from omc.core.geometry import MultiPolygon, area_km2
from omc.core.inventory import Area, AreaLevel, Inventory, Site
from omc.core.metric import Text
from omc.core.model import AreaCode, SiteCode
from omc.reports.area_names import UnknownArea, nearest_names, plain_name

#: What is below a level, from the nearest down.
_BELOW = {
    AreaLevel.PROVINCE: (AreaLevel.DISTRICT, AreaLevel.COMMUNE),
    AreaLevel.DISTRICT: (AreaLevel.COMMUNE,),
    AreaLevel.COMMUNE: (),
}

LEVEL_TEXTS = {
    AreaLevel.COMMUNE: Text(en="commune", vi="xã, phường"),
    AreaLevel.DISTRICT: Text(en="district", vi="huyện"),
    AreaLevel.PROVINCE: Text(en="province", vi="tỉnh"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One area of a geography.

    Attributes:
        area: From the inventory.
        boundary: Longitude and latitude; where the area has none of its own, that of the areas
            within it put together; None where those have none either.
    """

    area: Area
    boundary: BaseGeometry | None

    @property
    def code(self) -> AreaCode:
        """Official code."""
        return self.area.code

    @property
    def km2(self) -> float | None:
        """Size of the boundary on the ellipsoid; the official size where there is no boundary."""
        return self.area.area_km2 if self.boundary is None else surface_km2(self.boundary)


@dataclass(frozen=True, slots=True)
class Geography:
    """All units of one level on one day.

    Attributes:
        day: On which they exist.
        level: Of all of them.
        units: In the order of the inventory.
        unit_of: Site -> code of its unit, for all sites that lie in one.
        outside: Sites that lie in no area of the level, also in none that was not wanted.
        changes: Days within the period of the report on which areas of the level begin or end.
    """

    day: date
    level: AreaLevel
    units: tuple[Unit, ...]
    unit_of: Mapping[SiteCode, AreaCode]
    outside: tuple[SiteCode, ...]
    changes: tuple[date, ...] = ()

    @property
    def without_boundary(self) -> tuple[Unit, ...]:
        """Units that nothing can be said of by place."""
        return tuple(unit for unit in self.units if unit.boundary is None)


def geography(
    inventory: Inventory,
    level: AreaLevel,
    day: date,
    wanted: Collection[str] = (),
    period: tuple[date, date] | None = None,
) -> Geography:
    """The geography of a day.

    Args:
        inventory: Its areas and sites.
        level: Of the units.
        day: On which they exist.
        wanted: Codes or names, with or without diacritics: these units, or those within them; all
            if there are none.
        period: First day of the report and first day after it, to tell what changed within.

    Raises:
        UnknownArea: a wanted area does not exist on that day, or there are no areas of the level.
    """
    valid = [area for areas in inventory.areas.values() for area in areas if area.is_valid_on(day)]
    of_level = _of_level(inventory, level, day)
    chosen = {area.code for area in _chosen(of_level, valid, level, day, wanted)}
    all_units = tuple(Unit(area, _boundary(area, valid)) for area in of_level)
    unit_of_all = _unit_of(inventory, all_units, valid)
    outside = tuple(code for code in inventory.sites if code not in unit_of_all)
    units = tuple(unit for unit in all_units if unit.code in chosen)
    unit_of = {site: code for site, code in unit_of_all.items() if code in chosen}
    return Geography(day, level, units, unit_of, outside, tuple(_changes(inventory, level, period)))


def area_name(inventory: Inventory, site: str, day: date) -> str:
    """Name of the area that the inventory says a site lies in; "" for none."""
    found = inventory.sites.get(SiteCode(site))
    area = None if found is None or found.area is None else inventory.area(found.area, day)
    return "" if area is None else area.name


def place_name(inventory: Inventory, site: str, day: date) -> str:
    """Names of a site and of the area that the inventory says it lies in; "" for no site."""
    found = inventory.sites.get(SiteCode(site))
    if found is None:
        return ""
    area = area_name(inventory, site, day)
    return f"{found.name}, {area}" if area else found.name


def surface_km2(boundary: BaseGeometry) -> float:
    """Size of an area on the ellipsoid."""
    return area_km2(_polygons(boundary))


def boundary_of(area: Area) -> BaseGeometry | None:
    """An area's own boundary."""
    if area.geometry is None:
        return None
    polygons = [shapely.Polygon(outer, holes) for outer, *holes in area.geometry]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _polygons(boundary: BaseGeometry) -> MultiPolygon:
    return tuple(
        tuple(
            tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring))
            for ring in (polygon.exterior, *polygon.interiors)
        )
        for polygon in shapely.get_parts(boundary)
        if isinstance(polygon, shapely.Polygon)
    )


def _of_level(inventory: Inventory, level: AreaLevel, day: date) -> list[Area]:
    """Areas of a level on a day.

    Raises:
        UnknownArea: there are none; the text says when there are.
    """
    ever = [area for areas in inventory.areas.values() for area in areas if area.level is level]
    found = [area for area in ever if area.is_valid_on(day)]
    if found:
        return found
    en = f"there are no areas of level {level.value} on {day}"
    vi = f"không có {LEVEL_TEXTS[level].vi} nào vào ngày {day:%d/%m/%Y}"
    days = [area.valid_to - timedelta(days=1) for area in ever if area.valid_to is not None]
    days += [area.valid_from for area in ever if area.valid_from is not None]
    if not days:
        en += ", nor on any other day: `omc import areas` brings them in"
        vi += ", cũng không có vào ngày nào khác: hãy nạp bằng `omc import areas`"
    else:
        nearest = min(days, key=lambda other: abs((other - day).days))
        en += f"; there are on {nearest}: --geography {nearest} restates the period in them"
        vi += f"; ngày {nearest:%d/%m/%Y} thì có: chọn địa giới của ngày đó (--geography {nearest})"
    raise UnknownArea(Text(en=en, vi=vi))


def _chosen(
    of_level: Sequence[Area],
    valid: Sequence[Area],
    level: AreaLevel,
    day: date,
    wanted: Collection[str],
) -> Sequence[Area]:
    if not wanted:
        return of_level
    above = {code for text in wanted for code in _codes(text, valid, day)}
    parents = {area.code: area.parent for area in valid}
    chosen = [area for area in of_level if above & set(_line(area.code, parents))]
    if not chosen:
        names = ", ".join(wanted)
        en = f"there are no areas of level {level.value} in {names}"
        raise UnknownArea(Text(en=en, vi=f"không có {LEVEL_TEXTS[level].vi} nào trong {names}"))
    return chosen


def _codes(text: str, valid: Sequence[Area], day: date) -> list[AreaCode]:
    """Codes of the areas that are called so.

    Raises:
        UnknownArea: none is; the text names those that are called nearly so.
    """
    exact = [a.code for a in valid if text in (a.code, a.name)]
    if exact:
        return exact
    plain = plain_name(text)
    found = [a.code for a in valid if plain_name(a.name) == plain]
    if not found:
        near = nearest_names(text, [a.name for a in valid])
        en = f"there is no area {text!r} on {day}"
        vi = f"không có địa bàn {text!r} vào ngày {day:%d/%m/%Y}"
        if near:
            en += f"; did you mean {' or '.join(near)}?"
            vi += f"; có phải bạn muốn nói {' hoặc '.join(near)}?"
        raise UnknownArea(Text(en=en, vi=vi))
    return found


def _line(code: AreaCode | None, parents: Mapping[AreaCode, AreaCode | None]) -> Iterator[AreaCode]:
    """An area and all that it lies in, innermost first."""
    seen: set[AreaCode] = set()
    while code is not None and code not in seen:
        yield code
        seen.add(code)
        code = parents.get(code)


def _boundary(area: Area, valid: Sequence[Area]) -> BaseGeometry | None:
    own = boundary_of(area)
    if own is not None:
        return own
    parents = {a.code: a.parent for a in valid}
    for level in _BELOW[area.level]:
        within = [a for a in valid if a.level is level and area.code in _line(a.code, parents)]
        parts = [boundary_of(a) for a in within]
        if parts and all(part is not None for part in parts):
            return shapely.union_all(parts)
    return None


def _unit_of(
    inventory: Inventory, units: Sequence[Unit], valid: Sequence[Area]
) -> dict[SiteCode, AreaCode]:
    """Where a site stands decides; what the inventory says does where there is no boundary."""
    placed = [(unit.code, unit.boundary) for unit in units if unit.boundary is not None]
    sites = list(inventory.sites.values())
    points = shapely.points([(site.longitude, site.latitude) for site in sites] or [(0.0, 0.0)])
    tree = shapely.STRtree([boundary for _, boundary in placed])
    which, where = tree.query(points, predicate="intersects") if sites and placed else ([], [])
    found: dict[SiteCode, AreaCode] = {}
    for site, unit in zip(which, where, strict=True):
        found.setdefault(sites[site].code, placed[unit][0])
    parents = {area.code: area.parent for area in valid}
    blind = {unit.code for unit in units if unit.boundary is None}
    for one in sites if blind else ():
        code = _told(one, parents, blind)
        if code is not None:
            found.setdefault(one.code, code)
    return found


def _told(
    site: Site, parents: Mapping[AreaCode, AreaCode | None], units: Collection[AreaCode]
) -> AreaCode | None:
    return next((code for code in _line(site.area, parents) if code in units), None)


def _changes(
    inventory: Inventory, level: AreaLevel, period: tuple[date, date] | None
) -> Iterator[date]:
    if period is None:
        return
    edges = {
        edge
        for areas in inventory.areas.values()
        for area in areas
        if area.level is level
        for edge in (area.valid_from, area.valid_to)
        if edge is not None and period[0] < edge < period[1]
    }
    yield from sorted(edges)
