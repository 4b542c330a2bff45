"""Which sites the network reaches: a walk over the transport cables that are whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from omc.simulator.network import Span, SpanKind
from omc.simulator.province import Province

TRANSPORT = (SpanKind.BACKBONE, SpanKind.RING, SpanKind.SPUR)


class Topology:
    """The transport network as a graph of sites.

    Attributes:
        links: For each site its transport cables, as (span index, site at the far end), in the
            order of the spans: also the order of its router's line ports.
        load: For each transport span the busy-hour Mbit/s it carries.
    """

    def __init__(self, province: Province, demand: list[float]) -> None:
        self._core = province.core
        self.links: list[list[tuple[int, int]]] = [[] for _ in province.sites]
        for span in transport_spans(province):
            assert span.b is not None  # noqa: S101 - transport spans join two sites
            self.links[span.a].append((span.index, span.b))
            self.links[span.b].append((span.index, span.a))
        self.load, self._parent = self._routed(demand)

    def reachable(self, cut: Collection[int], dark: Collection[int]) -> set[int]:
        """Sites that have a path to the core; a dark site neither answers nor passes on."""
        return set(self._walk(cut, dark))

    def is_upstream(self, site: int, span: int) -> bool:
        """Whether traffic from the core reaches the site over this span (undisturbed)."""
        return self._parent.get(site) == span

    def _walk(self, cut: Collection[int], dark: Collection[int]) -> dict[int, int]:
        """Sites in the order they are reached, each with the span it is reached over."""
        if self._core in dark:
            return {}
        found = {self._core: -1}
        queue = deque([self._core])
        while queue:
            for span, far in self.links[queue.popleft()]:
                if far not in found and span not in cut and far not in dark:
                    found[far] = span
                    queue.append(far)
        return found

    def _routed(self, demand: list[float]) -> tuple[dict[int, float], dict[int, int]]:
        """Add every site's demand to each span on its way from the core."""
        parent = self._walk((), ())
        total = list(demand)
        load = {span: 4.0 for links in self.links for span, _ in links}
        for site, span in reversed(parent.items()):
            if span >= 0:
                load[span] += total[site]
                total[next(far for s, far in self.links[site] if s == span)] += total[site]
        return load, parent


def transport_spans(province: Province) -> list[Span]:
    """The spans that join sites."""
    return [span for span in province.spans if span.kind in TRANSPORT]
