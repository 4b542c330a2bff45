"""Where along a cable a fault can be: the sections between joints, and a place on the map.

Devices tell that a link is down, and not where. A link runs over one span, or over several joined
at places where nothing is polled (joints, cabinets): any of them can hold the fault. Where a device
measures the distance to it (OTDR), that is a length of fibre from its own end; the slack of each
cable (coils at joints, risers) makes it longer than the way on the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from omc.core.geometry import length_km, point_along
from omc.core.inventory import Inventory, Span, SpanName
from omc.core.topology import Place, Topology

#: Beyond so much more than the length in the inventory, a distance is not on this cable.
_TOO_FAR = 1.03
#: Metres that a measured distance is wrong by, even so (resolution, index of refraction).
_INSTRUMENT_METRES = 10.0


@dataclass(frozen=True, slots=True)
class Section:
    """One span of a link, where the fault can be. Chainages are metres of cable.

    Attributes:
        span: Its name.
        start: The place where it begins, seen from the link's start.
        end: The place where it ends.
        from_metres: Chainage of its start, from the link's start.
        to_metres: Chainage of its end.
    """

    span: str
    start: str
    end: str
    from_metres: float
    to_metres: float


@dataclass(frozen=True, slots=True)
class Location:
    """A fault on the map.

    Attributes:
        span: The span that holds it.
        origin: The place that it was measured from.
        metres: Of cable from there.
        latitude: Degrees, WGS 84; None where the inventory has no route of the span.
        longitude: Likewise.
        radius_metres: How far from that point it may be along the route, as the slack may lie.
    """

    span: str
    origin: str
    metres: float
    latitude: float | None = None
    longitude: float | None = None
    radius_metres: float | None = None


def sections(inventory: Inventory, topology: Topology, link: SpanName) -> tuple[Section, ...]:
    """The spans of a link from its start to its end."""
    found: list[Section] = []
    chainage = 0.0
    for part in topology.parts(link):
        end = chainage + inventory.spans[part.span].length_km * 1000
        found.append(Section(part.span, part.start, part.end, round(chainage, 1), round(end, 1)))
        chainage = end
    return tuple(found)


def locate(
    inventory: Inventory, topology: Topology, link: SpanName, origin: Place, metres: float
) -> Location | None:
    """The place on a link that lies so many metres of fibre from one of its ends.

    None if it is beyond the link, or the origin is none of its ends.
    """
    start, end = topology.ends(link)
    parts = sections(inventory, topology, link)
    total = parts[-1].to_metres
    if origin not in (start, end) or metres > total * _TOO_FAR:
        return None
    along = min(metres, total)
    chainage = along if origin == start else total - along
    part = next(part for part in parts if chainage <= part.to_metres)
    span = inventory.spans[SpanName(part.span)]
    inside = chainage - part.from_metres
    if _is_reversed(inventory, span, part):
        inside = part.to_metres - part.from_metres - inside
    return Location(span.name, str(origin), round(metres, 1), **_on_the_map(span, inside))


def _is_reversed(inventory: Inventory, span: Span, part: Section) -> bool:
    """Whether a span's own start is the section's end."""
    site = inventory.site_of_end(span.start)
    return (site.code if site is not None else span.start) != part.start


def _on_the_map(span: Span, metres: float) -> Mapping[str, float]:
    """A point so many metres of cable from a span's start."""
    if span.geometry is None:
        return {}
    cable, route = span.length_km * 1000, length_km(span.geometry) * 1000
    share = metres / cable
    longitude, latitude = point_along(span.geometry, share)
    # Slack lies anywhere along the cable, but no more of it before the fault than there is cable.
    slack = max(cable - route, 0.0) * max(share, 1 - share)
    radius = min(slack, metres, cable - metres) + _INSTRUMENT_METRES
    return {
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "radius_metres": round(radius),
    }
