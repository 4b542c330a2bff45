import itertools

import pytest

from omc.core.geometry import area_km2
from omc.simulator.addresses import AddressPlan
from omc.simulator.communes import COMMUNES
from omc.simulator.fleet import KINDS
from omc.simulator.geography import province_outline, shares
from omc.simulator.geometry import contains, distance
from omc.simulator.network import NodeKind, SiteRole, SpanKind
from omc.simulator.province import Province
from omc.simulator.topology import TRANSPORT
from omc.simulator.world import World
from tests.unit.simulator.worlds import fleet, province


@pytest.fixture(scope="module")
def full() -> Province:
    return Province.generate(7)


def test_the_full_province_has_its_size(full: Province) -> None:
    assert len(full.sites) == 572
    assert 1_900 <= len(full.nodes) <= 2_100
    assert 4_500 <= len(full.cells) <= 5_600
    assert full.ont_count >= 40_000
    assert full.fibre_km == pytest.approx(11_500, rel=0.01)
    technologies = {cell.technology.value for cell in full.cells}
    assert technologies == {"3g", "4g", "5g"}


def test_the_full_province_serves_at_least_300_000_series(full: Province) -> None:
    agents = fleet(World(full))
    counts = dict.fromkeys(NodeKind, 0)
    for node in full.nodes:
        responder = agents.responder(node)
        counts[node.kind] += KINDS[node.kind][1].count(responder.device)
    assert sum(counts.values()) >= 300_000
    assert counts[NodeKind.OLT] >= 40_000 * 8
    assert set(KINDS) == set(NodeKind)


def test_a_tenth_of_the_nodes_speak_snmpv3(full: Province) -> None:
    assert sum(node.secure for node in full.nodes) == len(full.nodes) // 10
    assert {node.kind for node in full.nodes if node.secure} == set(NodeKind)


def test_sites_lie_in_their_commune_and_follow_its_people(full: Province) -> None:
    for site in full.sites:
        assert contains(full.communes[site.commune].outline, site.position), site.code
    counts = [sum(s.commune == c.index for s in full.sites) for c in full.communes]
    people = [commune.facts.population for commune in full.communes]
    ratios = [count / person for count, person in zip(counts, people, strict=True)]
    assert max(ratios) / min(ratios) < 1.25


def test_names_tell_things_apart(full: Province) -> None:
    for names in (
        [site.code for site in full.sites],
        [cell.name for cell in full.cells],
        [node.name for node in full.nodes],
        [span.code for span in full.spans],
        [commune.facts.letters for commune in full.communes],
    ):
        assert len(set(names)) == len(names)


def test_every_cable_is_longer_than_the_crow_flies(full: Province) -> None:
    for span in full.spans:
        assert span.metres > distance(span.line[0], span.line[-1]), span.code
        if span.kind in TRANSPORT:
            assert span.b is not None
            assert span.line[0] == full.sites[span.a].position
            assert span.line[-1] == full.sites[span.b].position


def test_the_network_reaches_every_site_and_rings_survive_any_single_cut(full: Province) -> None:
    topology = World(full).topology
    everyone = {site.index for site in full.sites}
    assert topology.reachable((), ()) == everyone
    ring_spans = [s for s in full.spans if s.kind in (SpanKind.BACKBONE, SpanKind.RING)]
    for span in ring_spans[::7]:
        assert topology.reachable({span.index}, ()) == everyone, span.code
    for span in [s for s in full.spans if s.kind is SpanKind.SPUR][::7]:
        lost = everyone - topology.reachable({span.index}, ())
        assert span.b in lost, span.code


def test_no_port_carries_more_than_it_can(full: Province) -> None:
    of = World(full)
    agents = fleet(of)
    for node in full.nodes:
        if node.kind is not NodeKind.ROUTER:
            continue
        for port in agents.responder(node).device.interfaces:
            assert max(port.receives, port.sends) * 8 * 1.2 <= port.megabits * 1e6, (
                node.name,
                port.name,
            )


def test_ont_powers_are_what_class_b_plus_delivers(full: Province) -> None:
    powers = sorted(power for pon in full.pons for power in pon.onts.ont_rx)
    assert powers[len(powers) // 100] > -2_700
    assert -2_400 < powers[len(powers) // 2] < -1_600
    assert powers[-1] < -800
    assert all(len(pon.onts) <= 64 for pon in full.pons)


@pytest.mark.parametrize("sites", [4, 5, 8, 13, 36, 50, 120])
def test_smaller_provinces_are_whole_too(sites: int) -> None:
    small = province(sites)
    assert len(small.sites) == sites
    assert World(small).topology.reachable((), ()) == set(range(sites))
    assert sum(site.role is SiteRole.CORE for site in small.sites) == 1
    assert small.ont_count == pytest.approx(71.3 * sites, abs=2)
    assert all(span.metres > 0 for span in small.spans)
    if sites >= 50:
        assert small.fibre_km == pytest.approx(11_500 * sites / 572, rel=0.01)


def test_a_province_of_three_sites_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        Province.generate(7, 3)


def test_another_seed_is_another_province() -> None:
    one, other = province(20, 7), province(20, 8)
    assert [s.position for s in one.sites] != [s.position for s in other.sites]
    assert one == Province.generate(7, 20)


def test_addresses_differ_and_are_loopback() -> None:
    for plan in (AddressPlan(16161), AddressPlan(16161, own_addresses=False)):
        endpoints = [plan.of(index) for index in range(4_000)]
        assert len(set(endpoints)) == len(endpoints)
        assert all(address.startswith("127.") for address, _ in endpoints)
    assert AddressPlan(161).of(0) == ("127.64.0.1", 161)
    assert AddressPlan(161).of(250) == ("127.64.1.1", 161)
    assert AddressPlan(9000, own_addresses=False).of(5) == ("127.0.0.1", 9005)


def test_neighbouring_communes_share_their_border_points(full: Province) -> None:
    corners = [set(commune.outline) for commune in full.communes]
    for index, own in enumerate(corners):
        others = set().union(*(c for i, c in enumerate(corners) if i != index))
        assert len(own & others) >= 4, COMMUNES[index].name
    assert not any(a >= b for a, b in itertools.pairwise(c.facts.code for c in full.communes))


def test_the_communes_are_exactly_the_province(full: Province) -> None:
    parts = sum(area_km2(((commune.outline + commune.outline[:1],),)) for commune in full.communes)
    outline = province_outline(full.communes)
    assert area_km2(((outline + outline[:1],),)) == pytest.approx(parts, rel=1e-6)


def test_shares_add_up() -> None:
    assert shares([1.0, 1.0, 1.0], 10) == [4, 3, 3]
    assert sum(shares([0.3, 5.0, 2.2, 0.1], 97)) == 97
