"""The rings of networks small enough to draw, and what is true of those of any network."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from omc.core.inventory import Inventory, Site, Span, SpanName
from omc.core.model import SiteCode
from omc.core.rings import rings
from omc.core.topology import Topology
from tests.unit.alarms.small_network import small_topology


def network(*spans: str) -> Topology:
    """Sites of one letter, joined as `AB` says, rooted at A."""
    return Topology(
        Inventory(
            sites=[Site(SiteCode(code), code, 21.0, 105.0) for code in sorted(set("".join(spans)))],
            spans=[Span(SpanName(f"{n}{s}"), s[0], s[1], 1.0) for n, s in enumerate(spans)],
        ),
        ["A"],
    )


def test_a_ring_begins_nearest_to_the_core_and_leaves_out_what_hangs_on_it() -> None:
    (ring,) = rings(small_topology())
    assert ring.places[0] == "C"
    assert set(ring.places) == set("ABCD")
    assert set(ring.spans) == {"RG-1", "RG-2", "RG-3", "RG-4"}


def test_rings_that_share_a_place_or_a_span_are_told_apart() -> None:
    found = rings(network("AB", "BC", "CA", "CD", "DE", "EC", "DF", "FE"))
    assert sorted(sorted(ring.places) for ring in found) == [
        *(["A", "B", "C"], ["C", "D", "E"], ["D", "E", "F"])
    ]


def test_two_cables_side_by_side_are_a_ring() -> None:
    (ring,) = rings(network("AB", "AB", "BC"))
    assert (*ring.places, *ring.spans) == ("A", "B", "0AB", "1AB")


def test_a_tree_has_no_ring() -> None:
    assert rings(network("AB", "AC", "CD")) == ()


LETTERS = st.sampled_from("ABCDEFG")


@given(st.lists(st.tuples(LETTERS, LETTERS).filter(lambda ends: ends[0] != ends[1]), max_size=14))
def test_spans_of_rings_lead_round_and_are_all_that_are_protected(
    ends: list[tuple[str, str]],
) -> None:
    topology = network("AB", *map("".join, ends))
    found = rings(topology)
    for ring in found:
        assert len(set(ring.places)) == len(ring.places) == len(set(ring.spans))
        for (here, there), span in zip(
            pairwise((*ring.places, ring.places[0])), ring.spans, strict=True
        ):
            assert {here, there} == set(topology.ends(span))
    covered = {span for ring in found for span in ring.spans}
    reachable = {s for s in topology.spans if topology.ends(s)[0] in topology.reachable()}
    assert covered & reachable == {s for s in reachable if topology.is_protected(s)}
