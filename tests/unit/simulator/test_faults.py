"""A fault shows in the values it should touch, and in no other value of any device."""

import pytest

from omc.simulator.fibre_monitor import FibreMonitor
from omc.simulator.mains import Interval
from omc.simulator.network import NodeKind, SiteRole, SpanKind
from omc.simulator.ont_state import DownCause, OntState, down_since, ont_state
from omc.simulator.world import World
from tests.unit.simulator.worlds import (
    changed,
    fleet,
    node_at,
    nodes_of,
    quiet_time,
    snapshot,
    world,
)

IF_OPER = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
IF_LAST_CHANGE = (1, 3, 6, 1, 2, 1, 2, 2, 1, 9)
XPON = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 2)
EES = (1, 3, 6, 1, 4, 1, 6302, 2, 1, 2)


def starts(oid: tuple[int, ...], *prefixes: tuple[int, ...]) -> bool:
    return any(oid[: len(prefix)] == prefix for prefix in prefixes)


def test_without_a_fault_nothing_differs_between_two_worlds_at_one_time() -> None:
    one, other, now = world(), world(), quiet_time()
    assert not changed(snapshot(one, fleet(one), now), snapshot(other, fleet(other), now))
    assert one.silent_nodes == 0


def test_a_cut_ring_takes_only_the_two_ports_on_it() -> None:
    of, now = world(), quiet_time()
    agents = fleet(of)
    span = next(s for s in of.province.spans if s.kind is SpanKind.RING)
    before = snapshot(of, agents, now)
    of.faults.cut(span.index, now)
    of.advance(now)
    after = snapshot(of, agents, now)
    assert of.silent_nodes == 0
    assert span.b is not None
    ends = {node_at(of, site, NodeKind.ROUTER).name for site in (span.a, span.b)}
    differences = changed(before, after)
    monitors = {
        node.name
        for node in of.province.nodes
        if node.kind is NodeKind.FIBRE_MONITOR and node.site in (span.a, span.b)
    }
    assert nodes_of(differences) == ends | monitors
    for name in ends:
        own = {oid for node, oid in differences if node == name}
        ports = {oid[-1] for oid in own if starts(oid, IF_OPER)}
        assert len(ports) == 1
        port = ports.pop()
        optics = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1, 4, 1000 + port * 10 + 1)
        assert optics in own
        neighbour = {oid for oid in own if oid[0] == 1 and oid[1] == 0}
        assert len(neighbour) == 6
        rest = own - neighbour - {(*IF_OPER, port), (*IF_LAST_CHANGE, port), optics}
        assert not rest


def test_monitors_measure_a_cut_from_both_ends_and_nothing_while_it_is_whole() -> None:
    of, now = world(), quiet_time()
    hubs = {site.index for site in of.province.sites if site.role is not SiteRole.ACCESS}
    span = next(s for s in of.province.spans if {s.a, s.b} <= hubs)
    assert span.b is not None
    monitors = [
        FibreMonitor(of, node_at(of, site, NodeKind.FIBRE_MONITOR)) for site in (span.a, span.b)
    ]
    ports = [monitor.spans.index(span.index) for monitor in monitors]

    def measured() -> list[float | None]:
        moment = of.moment(now)
        return [m.cut_metres(moment, port) for m, port in zip(monitors, ports, strict=True)]

    assert measured() == [None, None]
    of.faults.cut(span.index, now, share=0.25)
    of.changed(now)
    expected = [0.25 * span.metres, 0.75 * span.metres]
    assert measured() == [pytest.approx(metres, abs=5.0) for metres in expected]
    of.faults.heal()
    assert measured() == [None, None]


def test_counters_of_a_cut_link_stand_still_and_go_on_after_it_is_mended() -> None:
    of, now = world(), quiet_time()
    agents = fleet(of)
    span = next(s for s in of.province.spans if s.kind is SpanKind.RING)
    router = agents.responder(node_at(of, span.a, NodeKind.ROUTER)).device
    port = next(p for p in router.interfaces if p.span == span.index)
    other = next(p for p in router.interfaces if p.used and p.span is None)

    def volumes(time: float) -> tuple[float, float]:
        of.advance(time)
        moment = of.moment(time)
        return router.volume(moment, port), router.volume(moment, other)

    start = volumes(now)
    of.faults.cut(span.index, now)
    volumes(now)
    later = volumes(now + 600)
    assert later[0] == pytest.approx(start[0])
    assert later[1] > start[1]
    of.faults.heal()
    volumes(now + 600)
    end = volumes(now + 700)
    assert 0 < end[0] - start[0] < 100
    assert of.links.down_times(span.index, now - 5, now + 700) == [(now, now + 600)]


def test_a_cut_spur_silences_what_is_behind_it_and_nothing_else() -> None:
    of, now = world(40), quiet_time(40)
    agents = fleet(of)
    span = next(s for s in of.province.spans if s.kind is SpanKind.SPUR)
    before = snapshot(of, agents, now)
    of.faults.cut(span.index, now)
    of.advance(now)
    after = snapshot(of, agents, now)
    lost = {site for site in range(40) if of.is_cut_off(site)}
    assert span.b in lost
    silent = {node.name for node in of.province.nodes if of.is_silent(node)}
    assert silent == {node.name for site in lost for node in of.nodes_at[site]}
    assert silent == {name for name, _ in before} - {name for name, _ in after}
    assert nodes_of(changed(before, after)) == {node_at(of, span.a, NodeKind.ROUTER).name}


def test_a_cut_feeder_takes_the_light_of_its_onts_without_a_gasp() -> None:
    of, now = world(), quiet_time()
    agents = fleet(of)
    pon = of.province.pons[3]
    before = snapshot(of, agents, now)
    of.faults.cut(pon.feeder, now)
    of.advance(now)
    after = snapshot(of, agents, now)
    differences = changed(before, after)
    olt = of.province.nodes[pon.node].name
    assert nodes_of(differences) == {olt}
    index = 0xFA000000 + (pon.slot << 13) + (pon.port << 8)
    online = [o for o in range(len(pon.onts)) if not pon.onts.off_since_days[o]]
    for ont in online:
        run, cause = (*XPON, 46, 1, 15, index, ont), (*XPON, 46, 1, 24, index, ont)
        assert (after[olt, run], after[olt, cause]) == (b"\x02\x01\x02", b"\x02\x01\x01")
    for _, oid in differences:
        assert index in oid, oid
        assert starts(oid, XPON, (*IF_OPER, index))


def _mains_failure(area_index: int = 0) -> tuple[World, float, Interval]:
    of, now = world(40), quiet_time(40)
    area = of.province.communes[area_index].facts.code
    outage = (now - 900.0, now + 900.0)
    of.mains.inject(area, *outage)
    of.advance(now)
    return of, now, outage


def test_a_bent_feeder_dims_all_onts_of_its_pon_and_nothing_else() -> None:
    of, now = world(), quiet_time()
    agents = fleet(of)
    pon = of.province.pons[0]
    before = snapshot(of, agents, now)
    of.faults.bend(pon.feeder, 2.0, now)
    of.advance(now)
    differences = changed(before, snapshot(of, agents, now))
    assert nodes_of(differences) == {of.province.nodes[pon.node].name}
    assert {oid[: len(XPON) + 1] for _, oid in differences} == {(*XPON, 51)}
    online = [o for o in range(len(pon.onts)) if not pon.onts.off_since_days[o]]
    assert {oid[-1] for _, oid in differences} >= {pon.onts.number[o] for o in online[:3]}


def test_a_feeder_that_is_bent_too_much_loses_its_weakest_onts_without_a_gasp() -> None:
    of, now = world(), quiet_time()
    pon = of.province.pons[0]
    weakest = min(range(len(pon.onts)), key=lambda ont: pon.onts.ont_rx[ont])
    of.faults.bend(pon.feeder, 0.1 + (pon.onts.ont_rx[weakest] + 3000) / 100, now)
    of.advance(now)
    moment = of.moment(now)
    states = [ont_state(moment, pon, ont) for ont in range(len(pon.onts))]
    assert states[weakest] is OntState.NO_LIGHT
    assert states[weakest].cause is DownCause.LOSS_OF_SIGNAL
    assert states.count(OntState.NO_LIGHT) < len(pon.onts) / 2
    assert down_since(moment, pon, weakest) == now


def test_failing_mains_touch_power_temperature_and_homes_of_that_commune_only() -> None:
    calm, now = world(40), quiet_time(40)
    before = snapshot(calm, fleet(calm), now)
    of, _, _ = _mains_failure()
    after = snapshot(of, fleet(of), now)
    assert of.silent_nodes == 0
    sites = {s.code for s in of.province.sites if s.commune == 0}
    olts = {of.province.nodes[p.node].name for p in of.province.pons if p.commune == 0}
    differences = changed(before, after)
    touched = nodes_of(differences)
    assert touched <= {n.name for n in of.province.nodes if n.name[:6] in sites} | olts
    for code in sites:
        assert f"{code}-REC1" in touched
    for name, oid in differences:
        kind = name[7:10]
        if kind == "RTR":
            assert starts(oid, (1, 3, 6, 1, 2, 1, 99)), oid  # temperatures alone
        if kind == "REC":
            assert starts(oid, EES), oid


def test_the_rectifier_tells_the_whole_story_of_failing_mains() -> None:
    of, now, _ = _mains_failure()
    site = next(s for s in of.province.sites if s.commune == 0)
    name = f"{site.code}-REC1"
    after = snapshot(of, fleet(of), now)

    def value(*tail: int) -> int:
        encoded = after[name, (*EES, *tail)]
        assert encoded is not None
        return int.from_bytes(encoded[2:], "big", signed=True)

    assert value(6, 1, 0) == 0
    assert value(5, 2, 0) == -value(3, 0) < 0
    assert 43_000 < value(5, 1, 0) < 51_500
    assert value(5, 3, 0) < 100
    assert value(9, 0) == 8  # a mains failure
    assert value(11, 4, 1, 6, 3) == 0


def test_homes_without_mains_go_with_a_dying_gasp_but_those_with_a_battery_stay() -> None:
    of, now, _ = _mains_failure()
    after = snapshot(of, fleet(of), now)
    pons = [pon for pon in of.province.pons if pon.commune == 0]
    assert pons
    kept = 0
    for pon in pons:
        olt = of.province.nodes[pon.node].name
        index = 0xFA000000 + (pon.slot << 13) + (pon.port << 8)
        for ont in range(len(pon.onts)):
            run = after[olt, (*XPON, 46, 1, 15, index, ont)]
            cause = after[olt, (*XPON, 46, 1, 24, index, ont)]
            stays = pon.onts.backed_up[ont] and not pon.onts.off_since_days[ont]
            assert run == (b"\x02\x01\x01" if stays else b"\x02\x01\x02")
            assert cause == b"\x02\x01\x0d"
            kept += bool(stays)
    assert kept


def test_a_site_whose_battery_is_empty_falls_silent_and_comes_back() -> None:
    of, now = world(), quiet_time()
    area = of.province.communes[of.province.sites[5].commune].facts.code
    of.mains.inject(area, now, now + 20 * 3600)
    of.advance(now + 19 * 3600)
    assert of.is_dark(5)
    assert all(of.is_silent(node) for node in of.nodes_at[5])
    of.advance(now + 20 * 3600 + 120)
    assert not of.is_dark(5)
    router = fleet(of).responder(node_at(of, 5, NodeKind.ROUTER)).device
    assert 0 < router.uptime(of.moment(now + 20 * 3600 + 120)) < 60


def test_a_silenced_node_is_silent_alone() -> None:
    of, now = world(), quiet_time()
    node = of.province.nodes[4]
    before = snapshot(of, fleet(of), now)
    of.faults.silence(node.index, now)
    of.advance(now)
    after = snapshot(of, fleet(of), now)
    assert {name for name, _ in before} - {name for name, _ in after} == {node.name}
    assert not changed(before, after)


def test_after_healing_all_is_as_if_nothing_had_been_but_for_what_was_lost() -> None:
    of, now = world(), quiet_time()
    agents = fleet(of)
    calm = snapshot(of, agents, now)
    of.faults.cut(next(s.index for s in of.province.spans if s.kind is SpanKind.SPUR), now)
    of.faults.silence(3, now)
    of.advance(now)
    of.faults.heal()
    of.advance(now)
    differences = changed(calm, snapshot(of, agents, now))
    assert {oid[:10] for _, oid in differences} <= {IF_LAST_CHANGE}
    assert of.silent_nodes == 0
