"""Cut, dark or dead: what explains what was lost."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest

from omc.alarms.causes.diagnosis import Cause, Fault, diagnose
from omc.alarms.causes.evidence import Evidence, Power
from omc.core.inventory import Inventory, Site, Span, SpanName
from omc.core.model import SiteCode
from omc.core.topology import Place, Topology
from tests.unit.alarms.small_network import small_topology

TOPOLOGY = small_topology()


def _evidence(
    silent: str,
    answers: str,
    *,
    down: str = "",
    up: str = "",
    power: Mapping[str, Power] | None = None,
    cut: str = "",
    lost: str = "",
) -> Evidence:
    """Ports are written `A:SP-1`, separated by blanks."""
    ports = {
        (Place(place), SpanName(span)): is_up
        for text, is_up in ((down, False), (up, True))
        for place, _, span in (port.partition(":") for port in text.split())
    }
    return Evidence(
        frozenset(map(Place, answers)),
        frozenset(map(Place, silent)),
        ports,
        {Place(place): state for place, state in (power or {}).items()},
        frozenset(map(SpanName, cut.split())),
        frozenset(map(Place, lost)),
    )


CUT = Fault.CUT
CASES = {
    "a cut in a tree": (
        _evidence("EFG", "ABCD", down="A:SP-1"),
        [("cut", "SP-1")],
        "EFG",
    ),
    "a cut in a tree, ports unknown": (_evidence("EFG", "ABCD"), [("cut", "SP-1")], "EFG"),
    "the last span of a tree": (_evidence("G", "ABCDEF", down="E:SP-3"), [("cut", "SP-3")], "G"),
    "a cut ring": (
        _evidence("", "ABCD", down="A:RG-2 B:RG-2", up="A:RG-1"),
        [("cut", "RG-2")],
        "",
    ),
    "a battery that ran empty": (
        _evidence("EFG", "ABCD", down="A:SP-1", power={"E": Power.NEARLY_EMPTY}),
        [("dark", "E")],
        "EFG",
    ),
    "a ring site that ran empty": (
        _evidence("B", "ACD", down="A:RG-2 D:RG-3", power={"B": Power.NEARLY_EMPTY}),
        [("dark", "B")],
        "B",
    ),
    "a ring site that is lost with mains there": (
        _evidence("B", "ACD", down="A:RG-2 D:RG-3", power={"B": Power.MAINS}),
        [("dark", "B")],
        "B",
    ),
    "devices silent, traffic passes": (
        _evidence("E", "ABCDFG", up="A:SP-1"),
        [("dead", "E")],
        "E",
    ),
    "a second cut of a ring isolates what is between": (
        _evidence("B", "ACD", down="D:RG-3 A:RG-2", cut="RG-2"),
        [("cut", "RG-3")],
        "B",
    ),
    "two cuts at once": (
        _evidence("FG", "ABCDE", down="E:SP-2 E:SP-3"),
        [("cut", "SP-2"), ("cut", "SP-3")],
        "FG",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_best_explanation_is_found(name: str) -> None:
    evidence, expected, isolated = CASES[name]
    diagnosis = diagnose(TOPOLOGY, evidence)
    assert diagnosis is not None
    found = sorted((str(c.fault), str(c.span or c.place)) for c in diagnosis.causes)
    assert found == expected
    assert diagnosis.isolated == set(isolated)
    assert diagnosis.confidence > 0.5


def test_when_nothing_answers_any_more_it_is_the_collectors_own_uplink() -> None:
    diagnosis = diagnose(TOPOLOGY, _evidence("ABCDEFG", ""))
    assert diagnosis is not None
    assert diagnosis.causes == (Cause(Fault.UPLINK),)


def test_what_a_known_cut_explains_is_not_explained_again() -> None:
    assert diagnose(TOPOLOGY, _evidence("EFG", "ABCD", down="A:SP-1", cut="SP-1")) is None


def test_a_port_that_lost_its_link_with_a_known_dark_site_is_no_cut() -> None:
    evidence = _evidence("B", "ACD", down="A:RG-2 D:RG-3", lost="B")
    assert diagnose(TOPOLOGY, evidence) is None


def test_nothing_lost_is_nothing_to_explain() -> None:
    assert diagnose(TOPOLOGY, _evidence("", "ABCDEFG", up="A:SP-1")) is None


def test_a_wrong_line_in_the_inventory_weakens_the_verdict_and_does_not_turn_it_around() -> None:
    """G answers though the inventory says that it hangs behind the cut span."""
    sure = diagnose(TOPOLOGY, _evidence("EFG", "ABCD", down="A:SP-1"))
    unsure = diagnose(TOPOLOGY, _evidence("EF", "ABCDG", down="A:SP-1"))
    assert sure is not None
    assert unsure is not None
    assert unsure.causes == sure.causes == (Cause(Fault.CUT, span=SpanName("SP-1")),)
    assert unsure.confidence < sure.confidence


def _network(*spans: str) -> Topology:
    """Sites of one letter each, joined by spans that are named after their ends; A is the core."""
    sites = [Site(SiteCode(name), name, 21.3, 105.6) for name in sorted(set("".join(spans)))]
    joined = [Span(SpanName(span), span[0], span[1], 1.0) for span in spans]
    return Topology(Inventory(sites=sites, spans=joined), ["A"])


def _row(places: str) -> list[str]:
    return [one + other for one, other in pairwise(places)]


def test_two_cuts_of_a_ring_are_found_though_each_alone_explains_little() -> None:
    ring, between = "ABCDEFGHIJKLMNOPA", "CDEFGHIJKLMNO"
    spurs = [place + place.lower() for place in between]
    silent = between + between.lower()
    mains = dict.fromkeys(silent, Power.MAINS)
    evidence = _evidence(silent, "ABP", down="B:BC P:OP", power=mains)
    diagnosis = diagnose(_network(*_row(ring), *spurs), evidence)
    assert diagnosis is not None
    assert {cause.span for cause in diagnosis.causes} == {"BC", "OP"}


def test_a_span_that_is_missing_in_the_inventory_hides_no_dark_site() -> None:
    """The ring is closed by a span that nobody wrote down: what answers behind B is one mistake."""
    evidence = _evidence("B", "ACDEFG", down="A:AB", power={"B": Power.NEARLY_EMPTY})
    diagnosis = diagnose(_network(*_row("ABCDEFG")), evidence)
    assert diagnosis is not None
    assert diagnosis.causes == (Cause(Fault.DARK, place=Place("B")),)
