"""Where along a cable a fault is.

   5 km            3 km           4 km
A ─────── J1 ──────────── J2 ─────────── B      joints: nodes without site and address
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.alarms import Maintenance, MaintenanceWindow
from omc.alarms.location import locate, sections
from omc.core.geometry import distance_km, length_km
from omc.core.inventory import Inventory, Node, NodeKind, Site, Span, SpanName
from omc.core.model import NodeName, SiteCode
from omc.core.topology import Place, Topology

WEST, EAST = (105.60, 21.30), (105.63, 21.30)
#: Runs east, has a loop of slack: the cable is longer than the way.
ROUTE = (WEST, (105.615, 21.305), EAST)


def joined(*, turned: bool = False) -> Inventory:
    """The chain; turned, its first two spans are written down from their far ends."""
    first, middle = (("J1", "A"), ("J2", "J1")) if turned else (("A", "J1"), ("J1", "J2"))
    geometry = tuple(reversed(ROUTE)) if turned else ROUTE
    return Inventory(
        sites=[Site(SiteCode(code), f"Trạm {code}", 21.3, 105.6) for code in "AB"],
        nodes=[
            Node(NodeName("A-RTR"), NodeKind.ROUTER, SiteCode("A"), "127.0.0.1", credentials="c"),
            Node(NodeName("B-RTR"), NodeKind.ROUTER, SiteCode("B"), "127.0.0.1", credentials="c"),
            Node(NodeName("J1"), NodeKind.OTHER),
            Node(NodeName("J2"), NodeKind.OTHER),
        ],
        spans=[
            Span(SpanName("S-1"), *first, 5.0),
            Span(SpanName("S-2"), *middle, 4.0, geometry=geometry),
            Span(SpanName("S-3"), "B", "J2", 4.0),
        ],
    )


@pytest.mark.parametrize("turned", [False, True])
def test_spans_joined_where_nothing_is_polled_are_one_link_with_sections_by_chainage(
    *, turned: bool
) -> None:
    inventory = joined(turned=turned)
    topology = Topology(inventory, ["A"])
    assert topology.places == {"A", "B"}
    assert topology.link_of(SpanName("S-3")) == "S-1"
    found = [
        (s.span, s.start, s.end, s.from_metres, s.to_metres)
        for s in sections(inventory, topology, SpanName("S-1"))
    ]
    assert found == [
        ("S-1", "A", "J1", 0.0, 5000.0),
        ("S-2", "J1", "J2", 5000.0, 9000.0),
        ("S-3", "J2", "B", 9000.0, 13000.0),
    ]


def test_planned_work_on_any_span_of_a_link_covers_the_link() -> None:
    inventory = joined()
    maintenance = Maintenance(inventory, Topology(inventory).link_of)
    maintenance.put(MaintenanceWindow("splicing", 0, 1000, "minh", spans=("S-3",)))
    assert maintenance.suppressing({"span": "S-1"}, 500) == "splicing"
    assert maintenance.suppressing({"span": "S-9"}, 500) is None


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("origin", "metres"), [("A", 7000.0), ("B", 6000.0)])
def test_a_distance_from_either_end_is_a_place_on_the_map(
    origin: str, metres: float, *, turned: bool
) -> None:
    inventory = joined(turned=turned)
    topology = Topology(inventory, ["A"])
    found = locate(inventory, topology, SpanName("S-1"), Place(origin), metres)
    assert found is not None
    assert found.span == "S-2"
    assert found.latitude is not None
    assert found.longitude is not None
    # Half of the cable's 4 km, which are 3.3 km on the map: in the middle of the way.
    assert distance_km((found.longitude, found.latitude), (105.615, 21.305)) < 0.01
    slack = 4000 - length_km(ROUTE) * 1000
    assert found.radius_metres == pytest.approx(slack / 2 + 10, abs=1)


def test_a_span_without_route_has_a_chainage_and_no_place_on_the_map() -> None:
    inventory = joined()
    found = locate(inventory, Topology(inventory), SpanName("S-1"), Place("A"), 2000.0)
    assert found is not None
    assert (found.span, found.metres, found.latitude) == ("S-1", 2000.0, None)


@pytest.mark.parametrize(("origin", "metres"), [("A", 13_500.0), ("J1", 100.0), ("C", 100.0)])
def test_what_cannot_lie_on_the_cable_is_no_location(origin: str, metres: float) -> None:
    inventory = joined()
    assert locate(inventory, Topology(inventory), SpanName("S-1"), Place(origin), metres) is None


@given(metres=st.floats(0, 4000), place=st.sampled_from([0.0, 0.5, 1.0]))
def test_wherever_the_slack_lies_the_fault_is_within_the_radius(
    metres: float, place: float
) -> None:
    """All slack in one coil at a place of the cable: the true point is within the radius."""
    inventory = Inventory(
        sites=[Site(SiteCode(code), code, 21.3, 105.6) for code in "AB"],
        spans=[Span(SpanName("S"), "A", "B", 4.0, geometry=(WEST, EAST))],
    )
    way = length_km((WEST, EAST)) * 1000
    slack = 4000 - way
    coil = place * way
    true = min(metres, coil) if metres < coil + slack else metres - slack
    found = locate(inventory, Topology(inventory), SpanName("S"), Place("A"), metres)
    assert found is not None
    assert found.longitude is not None
    assert found.radius_metres is not None
    told = distance_km(WEST, (found.longitude, 21.3)) * 1000
    assert abs(told - true) <= found.radius_metres + 1
