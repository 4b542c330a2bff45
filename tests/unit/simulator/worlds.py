"""Small worlds that tests break and look at."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from omc.simulator import ber
from omc.simulator.addresses import AddressPlan
from omc.simulator.demo_settings import Access
from omc.simulator.fleet import Fleet
from omc.simulator.network import Node, NodeKind
from omc.simulator.province import Province
from omc.simulator.rhythm import DAY
from omc.simulator.world import Moment, World

#: A Wednesday noon in Vietnam with no mains failure anywhere for hours around (see `quiet_time`).
SEARCH_FROM = 1_772_600_400.0


@lru_cache(maxsize=4)
def province(sites: int = 14, seed: int = 7) -> Province:
    """A province that tests share: it is immutable."""
    return Province.generate(seed, sites)


def world(sites: int = 14) -> World:
    """A world of its own for each test, as it is at `quiet_time`."""
    made = World(province(sites))
    made.advance(quiet_time(sites))
    return made


@lru_cache(maxsize=4)
def quiet_time(sites: int = 14) -> float:
    """A noon at which no battery is charging and no mains fails for half a day around."""
    made = World(province(sites))
    for days in range(400):
        time = SEARCH_FROM + days * DAY
        if all(
            not made.mains_outages(commune.index, time - 20 * 3600, time + 12 * 3600)
            for commune in made.province.communes
        ):
            return time
    raise AssertionError("no quiet day in a year")


def fleet(of: World) -> Fleet:
    """Agents for a world, reached without a network."""
    return Fleet(of, AddressPlan(161), Access())


Snapshot = dict[tuple[str, tuple[int, ...]], bytes | None]


def snapshot(of: World, agents: Fleet, time: float) -> Snapshot:
    """Every value of every node that answers, by node name and OID."""
    moment = Moment(of, time)
    values: Snapshot = {}
    for node in of.province.nodes:
        if of.is_silent(node):
            continue
        responder = agents.responder(node)
        tree: Any = responder.tree
        for place, row in tree.places(responder.device):
            key = (node.name, tree.oid_at(responder.device, place, row))
            values[key] = _value(tree.varbind(responder.device, moment, place, row))
    return values


def _value(varbind: bytes | None) -> bytes | None:
    """The encoded value of a VarBind."""
    if varbind is None:
        return None
    start, end = ber.read_expected(varbind, 0, len(varbind), ber.SEQUENCE)
    _, behind_name = ber.read_expected(varbind, start, end, ber.OBJECT_IDENTIFIER)
    return varbind[behind_name:end]


def changed(before: Snapshot, after: Snapshot) -> set[tuple[str, tuple[int, ...]]]:
    """What differs between two snapshots, silent nodes left out."""
    return {key for key in before.keys() & after.keys() if before[key] != after[key]}


def nodes_of(keys: set[tuple[str, tuple[int, ...]]]) -> set[str]:
    """Names of the nodes in a set of changes."""
    return {name for name, _ in keys}


def node_at(of: World, site: int, kind: NodeKind) -> Node:
    """The node of a kind at a site."""
    return next(node for node in of.nodes_at[site] if node.kind is kind)
