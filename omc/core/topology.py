"""The transport network as a graph: what reaches what, and what is cut off when something breaks.

Places are sites, and nodes that stand at no site (splitters, joints). Spans join them. The network
is rooted at its core: what has no way to the core is cut off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, NewType

from omc.core.inventory import Inventory, SpanName

#: A site's code, or the name of a node without a site.
Place = NewType("Place", str)


class Link(NamedTuple):
    """A span as seen from one of its ends."""

    span: SpanName
    far: Place


class Topology:
    """Places and the spans between them.

    Args:
        inventory: Its spans are the graph; one whose ends are at the same place is left out.
        core: Places that the collector reaches the network through; those that are no end of any
            span have no part in it. With none, the place with the most spans is taken.
    """

    def __init__(self, inventory: Inventory, core: Iterable[str] = ()) -> None:
        self._links: dict[Place, list[Link]] = {}
        self._ends: dict[SpanName, tuple[Place, Place]] = {}
        for span in inventory.spans.values():
            start, end = (_place(inventory, name) for name in (span.start, span.end))
            if start != end:
                self._ends[span.name] = (start, end)
                self._links.setdefault(start, []).append(Link(span.name, end))
                self._links.setdefault(end, []).append(Link(span.name, start))
        named = tuple(place for name in core if (place := Place(name)) in self._links)
        self.core: tuple[Place, ...] = named or self._best_connected()
        self._whole = self.reachable()
        self.lost_with_span = lru_cache(maxsize=4096)(self._lost_with_span)
        self.lost_with_place = lru_cache(maxsize=4096)(self._lost_with_place)

    def _best_connected(self) -> tuple[Place, ...]:
        best = max(self._links, key=lambda place: len(self._links[place]), default=None)
        return () if best is None else (best,)

    @property
    def places(self) -> Collection[Place]:
        """Every place that a span ends at."""
        return self._links.keys()

    @property
    def spans(self) -> Collection[SpanName]:
        """Every span of the graph."""
        return self._ends.keys()

    def links(self, place: Place) -> list[Link]:
        """The spans of a place; none for a place that is not in the graph."""
        return self._links.get(place, [])

    def ends(self, span: SpanName) -> tuple[Place, Place]:
        """The places that a span joins.

        Raises:
            KeyError: the span is not in the graph.
        """
        return self._ends[span]

    def between(self, one: Place, other: Place) -> list[SpanName]:
        """The spans that join two places directly."""
        return [link.span for link in self.links(one) if link.far == other]

    def reachable(
        self, cut: Collection[SpanName] = (), lost: Collection[Place] = ()
    ) -> frozenset[Place]:
        """Places with a way to the core; a lost place neither is one nor lets anything pass."""
        found = {place for place in self.core if place not in lost}
        queue = deque(found)
        while queue:
            for link in self._links[queue.popleft()]:
                if link.far not in found and link.span not in cut and link.far not in lost:
                    found.add(link.far)
                    queue.append(link.far)
        return frozenset(found)

    def isolated(
        self, cut: Collection[SpanName] = (), lost: Collection[Place] = ()
    ) -> frozenset[Place]:
        """Places that had a way to the core and have none now, the lost ones included."""
        return self._whole - self.reachable(cut, lost)

    def _lost_with_span(self, span: SpanName) -> frozenset[Place]:
        """What one cut isolates; nothing where there is another way round."""
        return self.isolated(cut=(span,))

    def _lost_with_place(self, place: Place) -> frozenset[Place]:
        """What goes with one place: itself and all that has no other way."""
        return self.isolated(lost=(place,))

    def is_protected(self, span: SpanName) -> bool:
        """Whether there is another way round: cutting it costs redundancy only."""
        return not self.lost_with_span(span)

    def around(self, place: Place, most: int) -> Iterator[Place]:
        """Other places by the number of spans between, nearest first; at most so many."""
        seen, queue = {place}, deque([place])
        while queue and len(seen) <= most:
            for link in self.links(queue.popleft()):
                if link.far not in seen and len(seen) <= most:
                    seen.add(link.far)
                    queue.append(link.far)
                    yield link.far

    def way_to_core(self, place: Place) -> list[Place]:
        """Places from here to the core by the fewest spans, both included; [] without a way."""
        before: dict[Place, Place] = {place: place}
        queue = deque([place] if place in self._links else [])
        while queue:
            here = queue.popleft()
            if here in self.core:
                way = [here]
                while way[-1] != place:
                    way.append(before[way[-1]])
                return way[::-1]
            for link in self._links[here]:
                if link.far not in before:
                    before[link.far] = here
                    queue.append(link.far)
        return []


def _place(inventory: Inventory, name: str) -> Place:
    """Where a span ends: its site, or a node that stands at none."""
    site = inventory.site_of_end(name)
    return Place(site.code if site is not None else name)
