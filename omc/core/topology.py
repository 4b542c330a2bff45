"""The transport network as a graph: what reaches what, and what is cut off when something breaks.

Places are sites, and polled nodes that stand at no site. Spans join them. The network
is rooted at its core: what has no way to the core is cut off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, NewType

from omc.core.inventory import Inventory, SpanName
from omc.core.model import NodeName, SiteCode

#: A site's code, or the name of a node without a site.
Place = NewType("Place", str)


class Link(NamedTuple):
    """A span as seen from one of its ends."""

    span: SpanName
    far: Place


class Part(NamedTuple):
    """A span as a part of a link, in the direction of the link."""

    span: SpanName
    start: Place
    end: Place


class Topology:
    """Places and the links between them.

    A link is one span, or several that are joined where nothing is polled (a joint, a cabinet): no
    device can tell which of them fails, so they are one, called by the first of their names.

    Args:
        inventory: Its spans are the graph; one whose ends are at the same place is left out.
        core: Places that the collector reaches the network through; those that are no end of any
            span have no part in it. With none, the place with the most spans is taken.
    """

    def __init__(self, inventory: Inventory, core: Iterable[str] = ()) -> None:
        self._links: dict[Place, list[Link]] = {}
        self._ends: dict[SpanName, tuple[Place, Place]] = {}
        self._parts: dict[SpanName, tuple[Part, ...]] = {}
        for span in inventory.spans.values():
            start, end = (_place(inventory, name) for name in (span.start, span.end))
            if start != end:
                self._ends[span.name] = (start, end)
                self._links.setdefault(start, []).append(Link(span.name, end))
                self._links.setdefault(end, []).append(Link(span.name, start))
                self._parts[span.name] = (Part(span.name, start, end),)
        core = tuple(core)
        for place in list(self._links):
            if place not in core and _is_passive(inventory, place):
                self._join_at(place)
        self._link_of = {part.span: link for link, ps in self._parts.items() for part in ps}
        named = tuple(place for name in core if (place := Place(name)) in self._links)
        self.core: tuple[Place, ...] = named or self._best_connected()
        self._whole = self.reachable()
        self.lost_with_span = lru_cache(maxsize=4096)(self._lost_with_span)
        self.lost_with_place = lru_cache(maxsize=4096)(self._lost_with_place)

    def _join_at(self, place: Place) -> None:
        """Make one link of the two that end at a place; others are left as they are."""
        links = self._links[place]
        if len(links) != 2 or links[0].far == links[1].far:
            return
        one, other = sorted(links)
        parts = _towards(self._parts.pop(one.span), place) + _from(
            self._parts.pop(other.span), place
        )
        del self._links[place], self._ends[other.span]
        for here, gone, far in ((one.far, one.span, other.far), (other.far, other.span, one.far)):
            self._links[here] = [
                Link(one.span, far) if link.span == gone else link for link in self._links[here]
            ]
        self._ends[one.span] = (one.far, other.far)
        self._parts[one.span] = parts

    def _best_connected(self) -> tuple[Place, ...]:
        best = max(self._links, key=lambda place: len(self._links[place]), default=None)
        return () if best is None else (best,)

    @property
    def places(self) -> Collection[Place]:
        """Every place that a span ends at."""
        return self._links.keys()

    @property
    def spans(self) -> Collection[SpanName]:
        """Every link of the graph, by the span that it is called by."""
        return self._ends.keys()

    def link_of(self, span: SpanName) -> SpanName | None:
        """The link that a span is part of; None for one that is not in the graph."""
        return self._link_of.get(span)

    def parts(self, link: SpanName) -> tuple[Part, ...]:
        """The spans of a link, from its start to its end. Raises as `ends`."""
        return self._parts[link]

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

    def groups(self, places: Collection[Place]) -> Iterator[frozenset[Place]]:
        """Those of these places that spans between them connect, group by group."""
        left = dict.fromkeys(places)
        while left:
            queue = deque([left.popitem()[0]])
            group = set(queue)
            while queue:
                for link in self.links(queue.popleft()):
                    if link.far in left:
                        del left[link.far]
                        group.add(link.far)
                        queue.append(link.far)
            yield frozenset(group)

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


def _is_passive(inventory: Inventory, place: Place) -> bool:
    """Whether nothing is polled at a place: it is no site, and its node is not asked."""
    node = inventory.nodes.get(NodeName(place))
    return SiteCode(place) not in inventory.sites and (node is None or node.credentials is None)


def _from(parts: tuple[Part, ...], place: Place) -> tuple[Part, ...]:
    """Parts of a link, in the direction that begins at a place."""
    return parts if parts[0].start == place else _turned(parts)


def _towards(parts: tuple[Part, ...], place: Place) -> tuple[Part, ...]:
    """Parts of a link, in the direction that ends at a place."""
    return parts if parts[-1].end == place else _turned(parts)


def _turned(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(Part(part.span, part.end, part.start) for part in reversed(parts))


def _place(inventory: Inventory, name: str) -> Place:
    """Where a span ends: its site, or a node that stands at none."""
    site = inventory.site_of_end(name)
    return Place(site.code if site is not None else name)
