"""What reaches what, on a network small enough to draw."""

from __future__ import annotations

import pytest

from omc.core.inventory import Inventory, Node, NodeKind, Site, Span
from omc.core.inventory.model import SpanName
from omc.core.model import NodeName, SiteCode
from omc.core.topology import Place, Topology
from tests.unit.alarms.small_network import SPANS, small_topology

TOPOLOGY = small_topology()


@pytest.mark.parametrize(
    ("span", "lost"),
    [("RG-1", ""), ("RG-4", ""), ("SP-1", "EFG"), ("SP-2", "F"), ("SP-3", "G")],
)
def test_a_cut_isolates_what_has_no_other_way(span: str, lost: str) -> None:
    assert TOPOLOGY.lost_with_span(SpanName(span)) == set(lost)
    assert TOPOLOGY.is_protected(SpanName(span)) is not bool(lost)


@pytest.mark.parametrize(("place", "lost"), [("A", "AEFG"), ("B", "B"), ("E", "EFG"), ("F", "F")])
def test_a_lost_place_takes_along_what_it_connects(place: str, lost: str) -> None:
    assert TOPOLOGY.lost_with_place(Place(place)) == set(lost)


def test_two_cuts_of_a_ring_isolate_what_is_between_them() -> None:
    assert TOPOLOGY.isolated([SpanName("RG-1"), SpanName("RG-3")]) == set("ABEFG")


def test_the_way_to_the_core_is_the_shortest() -> None:
    assert TOPOLOGY.way_to_core(Place("G")) == ["G", "E", "A", "C"]
    assert TOPOLOGY.way_to_core(Place("nowhere")) == []


def test_places_around_come_nearest_first() -> None:
    assert list(TOPOLOGY.around(Place("F"), 3)) == ["E", "A", "G"]


def test_places_fall_into_the_groups_that_spans_between_them_connect() -> None:
    groups = TOPOLOGY.groups([Place(name) for name in "BDEFG"])
    assert sorted("".join(sorted(group)) for group in groups) == ["BD", "EFG"]
    assert list(TOPOLOGY.groups([])) == []


def test_without_a_named_core_the_best_connected_place_is_it() -> None:
    inventory = Inventory(
        sites=[Site(SiteCode(code), code, 21.0, 105.0) for code in "ABCE"],
        spans=[Span(SpanName(n), *SPANS[n], 1.0) for n in ("RG-1", "RG-2", "SP-1")],
    )
    assert Topology(inventory).core == ("A",)


def test_a_node_without_a_site_is_a_place_and_one_with_a_site_is_its_site() -> None:
    inventory = Inventory(
        sites=[Site(SiteCode("A"), "A", 21.0, 105.0)],
        nodes=[
            Node(NodeName("A-OLT"), NodeKind.OLT, SiteCode("A")),
            Node(NodeName("joint"), NodeKind.OTHER),
        ],
        spans=[Span(SpanName("S"), "A-OLT", "joint", 1.0), Span(SpanName("T"), "A", "A-OLT", 0.1)],
    )
    topology = Topology(inventory, ["A"])
    assert set(topology.places) == {"A", "joint"}
    assert topology.ends(SpanName("S")) == ("A", "joint")


def test_an_empty_inventory_has_an_empty_topology() -> None:
    topology = Topology(Inventory())
    assert topology.core == ()
    assert topology.reachable() == frozenset()
