"""The rings of the transport network: the shortest way round for every span that has one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from omc.core.inventory import SpanName
from omc.core.topology import Link, Place, Topology


@dataclass(frozen=True, slots=True)
class Ring:
    """Spans that lead back to where they begin.

    Attributes:
        places: In their order, beginning with the one nearest to the core.
        spans: The first joins the first two places, the last leads from the last to the first.
    """

    places: tuple[Place, ...]
    spans: tuple[SpanName, ...]


def rings(topology: Topology) -> tuple[Ring, ...]:
    """A ring for every span that has another way round; what several spans lead to is one ring.

    In a mesh these are its smallest meshes. Two spans side by side are a ring of two places.
    """
    found: list[Ring] = []
    covered: set[SpanName] = set()
    for span in topology.spans:
        ring = _shortest_with(topology, span) if span not in covered else None
        if ring is not None:
            found.append(_begun_near_core(topology, ring))
            covered.update(ring.spans)
    return tuple(found)


def _shortest_with(topology: Topology, span: SpanName) -> Ring | None:
    """The ring of the fewest spans that a span is part of; None if it is part of none."""
    start, end = topology.ends(span)
    came_by = {start: Link(span, end)}
    queue = deque([start])
    while queue and end not in came_by:
        here = queue.popleft()
        for link in topology.links(here):
            if link.span != span and link.far not in came_by:
                came_by[link.far] = Link(link.span, here)
                queue.append(link.far)
    if end not in came_by:
        return None
    # The start came by the span itself, so that walking back from the end leads once round.
    places, spans = [end], [came_by[end].span]
    while (here := came_by[places[-1]].far) != end:
        places.append(here)
        spans.append(came_by[here].span)
    return Ring(tuple(places), tuple(spans))


def _begun_near_core(topology: Topology, ring: Ring) -> Ring:
    distances = [
        len(topology.way_to_core(place)) or len(topology.places) + 1 for place in ring.places
    ]
    first = distances.index(min(distances))
    places, spans = ring.places, ring.spans
    return Ring((*places[first:], *places[:first]), (*spans[first:], *spans[:first]))
