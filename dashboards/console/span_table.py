"""Cables between sites as a table: the broken ones first, then those that carry most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from dashboards.console.components.table import Cell, Field
from dashboards.console.span_figures import Ways, worst_share
from dashboards.console.viewer import Viewer
from omc.alarms import Severity
from omc.core.inventory import Span

_MOST = 80
#: Keys of the columns, and whether they hold numbers.
SPAN_COLUMNS = (
    ("span", False),
    ("ends", False),
    ("length", True),
    ("behind", True),
    ("used", True),
    ("carried", True),
    ("rx", True),
    ("margin", True),
    ("missing", True),
)


def span_rows(viewer: Viewer, chosen: Span | None) -> list[list[Field]]:
    """Rows of the table; the chosen cable comes first."""
    world, state = viewer.console.world, viewer.console.watch.state
    topology = world.topology
    spans = [world.inventory.spans[name] for name in topology.spans]

    def order(span: Span) -> tuple[bool, int, int, float, str]:
        severity = state.spans.get(span.name, Severity.CLEARED)
        behind = len(topology.lost_with_span(span.name))
        used = worst_share(viewer.console.spans.ways(span.name)) or 0.0
        return span is not chosen, -severity, -behind, -used, span.name

    between = [s for s in spans if _is_between_sites(viewer, s)]
    return [_row(viewer, span) for span in sorted(between, key=order)[:_MOST]]


def _is_between_sites(viewer: Viewer, span: Span) -> bool:
    inventory = viewer.console.world.inventory
    return None not in (inventory.site_of_end(span.start), inventory.site_of_end(span.end))


def _row(viewer: Viewer, span: Span) -> list[Field]:
    world, t = viewer.console.world, viewer.texts
    severity = viewer.console.watch.state.spans.get(span.name, Severity.CLEARED)
    ends = [world.inventory.site_of_end(end) for end in (span.start, span.end)]
    behind = len(world.topology.lost_with_span(span.name))
    return [
        Cell(span.name, _tone(severity), href=f"/fibre?span={span.name}", shape=severity.word),
        " – ".join(end.name for end in ends if end is not None),
        f"{t.number(span.length_km, 1)} km",
        t.number(behind) if behind else t("fibre.protected"),
        *_measured(viewer, _lit(viewer, span)),
    ]


def _lit(viewer: Viewer, span: Span) -> Ways:
    """Both directions; of a cut cable without the light that its ports told of before."""
    first, second = viewer.console.spans.ways(span.name)
    if span.name in viewer.console.watch.state.cut:
        return replace(first, light=None), replace(second, light=None)
    return first, second


def _measured(viewer: Viewer, ways: Ways) -> list[Field]:
    """What goes through a cable, from its start to its end and back."""
    t, spans = viewer.texts, viewer.console.spans
    share = worst_share(ways)
    fullness = spans.fullness(share) if share is not None else Severity.CLEARED
    light = [way.light for way in ways]
    arriving = [found for found in light if found is not None]
    scarcity = max(map(spans.scarcity, arriving), default=Severity.CLEARED)
    missing = max((found.missing for found in arriving if found.missing is not None), default=None)

    def decibels(value: float) -> str:
        return t.number(value, 1)

    return [
        Cell(_both((way.share for way in ways), t.percent), _tone(fullness), share=share),
        _both((way.bits_per_second for way in ways), lambda bits: t.number(bits / 1e9, 2)),
        _both((found.received if found else None for found in light), decibels),
        Cell(
            _both((found.margin if found else None for found in light), decibels), _tone(scarcity)
        ),
        decibels(missing) if missing is not None else "–",
    ]


def _both(values: Iterable[float | None], write: Callable[[float], str]) -> str:
    """Both directions; one dash where neither is known."""
    texts = ["–" if value is None else write(value) for value in values]
    return " / ".join(texts) if set(texts) != {"–"} else "–"


def _tone(severity: Severity) -> str:
    return severity.word if severity else ""
