"""Collectors: how the network is being read, what does not answer, and what is delivered where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import nlargest

from nicegui import ui

from dashboards.console.components.figures import figures
from dashboards.console.components.table import Cell, Column, Field, Table
from dashboards.console.file_panels import FilePanels
from dashboards.console.viewer import Viewer
from omc.core.inventory import NodeKind
from omc.core.model import Latest, NodeName

_MOST = 40
#: Seconds of lag at which a sink is behind. Engineering judgement.
_BEHIND = 300.0
_SLOW = 10.0
#: Of the service itself, in the order in which they are shown.
_OWN = (
    "omc_series",
    "omc_samples_total",
    "omc_samples_rejected_total",
    "omc_polls_total",
    "omc_probes_total",
    "omc_snmp_requests_total",
    "omc_snmp_timeouts_total",
    "omc_mqtt_connected",
    "omc_mqtt_messages_total",
    "omc_journal_size_bytes",
    "omc_archive_bytes",
    "omc_archive_free_bytes",
    "omc_archive_maintenance_age_seconds",
)


def build(viewer: Viewer) -> None:
    """The page."""
    CollectorsPage(viewer)


class CollectorsPage:
    """What one viewer sees of collecting.

    Args:
        viewer: Who looks.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        t = viewer.texts
        names = ("answering", "failing", "waiting", "late", "skipped", "age")
        labels = {name: t(f"collect.{name}") for name in names}
        self._figures = figures(labels, t("nav.collectors"))
        with ui.element("div").classes("three"):
            self._failing = self._table("failures", ("device", "kind", "reason"))
            self._slow = self._table("slow", ("device", "kind", "took"))
            with ui.element("div").classes("site-side"):
                self._sinks = self._table("sinks", ("sink", "lag", "waits", "refused"))
                self._own = self._table("own", ("what", "part", "how_much"))
        FilePanels(viewer)
        viewer.every_beat(self._show)
        self._show()

    def _table(self, name: str, columns: tuple[str, ...]) -> Table:
        t = self._viewer.texts
        with ui.element("section").classes(f"panel panel-{name}") as section:
            section.props["aria-label"] = t(f"collect.{name}")
            with ui.element("div").classes("panel-head"):
                ui.html(t(f"collect.{name}"), sanitize=False, tag="h2")
            numbers = ("took", "lag", "waits", "refused", "how_much")
            titles = [Column(t(f"collect.{column}"), column in numbers) for column in columns]
            return Table(titles, t(f"collect.{name}"), t(f"collect.no_{name}"))

    def _show(self) -> None:
        own = list(self._own_values())
        self._show_figures(own)
        self._show_failing()
        self._show_slow()
        self._sinks.show(self._sink_rows(own))
        self._own.show(self._own_rows(own))

    def _own_values(self) -> Iterator[Latest]:
        """What the service counts of itself."""
        batch = self._viewer.console.world.self_report()
        yield from map(Latest, batch.series, batch.values, batch.times)

    def _show_figures(self, own: list[Latest]) -> None:
        viewer, t, shown = self._viewer, self._viewer.texts, self._figures
        fleet = viewer.console.world.fleet()
        states = fleet.states() if fleet is not None else {}
        for name, tone in (("answering", ""), ("failing", "major"), ("waiting", "")):
            count = states.get(name, 0)
            shown[name].show(t.number(count), tone=tone if count else "")
        totals = {latest.series.metric.name: latest.value for latest in own}
        for name in ("late", "skipped"):
            count = round(totals.get(f"omc_polls_{name}_total", 0))
            shown[name].show(t.number(count), tone="minor" if count else "")
        data_ms = viewer.console.watch.data_ms
        age = (viewer.console.world.clock.time_ms() - data_ms) / 1000
        text = t.duration(age) if data_ms else "–"
        shown["age"].show(text, tone="critical" if data_ms and age > _BEHIND else "")

    def _show_failing(self) -> None:
        fleet = self._viewer.console.world.fleet()
        failing = fleet.failing if fleet is not None else {}
        reasons = Counter(failing.values())
        rows: list[list[Field]] = [
            [Cell(self._reason(reason), "major"), "", str(count)]
            for reason, count in reasons.most_common()
            if len(failing) > _MOST
        ]
        for name, reason in sorted(failing.items(), key=lambda entry: (entry[1], entry[0]))[:_MOST]:
            rows.append([self._device(name), self._kind(name), self._reason(reason)])
        self._failing.show(rows)

    def _show_slow(self) -> None:
        found = self._viewer.console.world.values.latest("omc_poll_duration_seconds")
        rows: list[list[Field]] = []
        for latest in nlargest(_MOST, found, key=lambda latest: latest.value):
            name = latest.series.labels.get("node", "")
            tone = "minor" if latest.value > _SLOW else ""
            seconds = self._viewer.texts.number(latest.value, 2)
            took = Cell(f"{seconds} s", tone, share=latest.value / _SLOW)
            rows.append([self._device(name), self._kind(name), took])
        self._slow.show(rows)

    def _sink_rows(self, own: list[Latest]) -> list[list[Field]]:
        t = self._viewer.texts
        by_sink: dict[str, dict[tuple[str, str], float]] = {}
        for latest in own:
            labels = latest.series.labels
            if "sink" in labels:
                kind = (latest.series.metric.name, labels.get("result", ""))
                by_sink.setdefault(labels["sink"], {})[kind] = latest.value
        rows: list[list[Field]] = []
        for name, told in sorted(by_sink.items()):
            lag = told.get(("omc_sink_lag_seconds", ""), 0.0)
            refused = told.get(("omc_sink_samples_total", "rejected"), 0.0)
            rows.append(
                [
                    Cell(name, shape="major" if lag > _BEHIND else "cleared"),
                    Cell(t.duration(lag), "major" if lag > _BEHIND else ""),
                    t.number(told.get(("omc_sink_queue_samples", ""), 0.0)),
                    Cell(t.number(refused), "minor" if refused else ""),
                ]
            )
        return rows

    def _own_rows(self, own: list[Latest]) -> list[list[Field]]:
        viewer = self._viewer
        order: Mapping[str, int] = {name: place for place, name in enumerate(_OWN)}
        wanted = [latest for latest in own if latest.series.metric.name in order]
        wanted.sort(key=lambda found: (order[found.series.metric.name], found.series.label_text))
        rows: list[list[Field]] = []
        for latest in wanted:
            metric, t = latest.series.metric, viewer.texts
            value = t.quantity(metric, latest.value)
            if metric.name == "omc_mqtt_connected":
                value = t("own_word.yes" if latest.value else "own_word.no")
            rows.append([t(f"own.{metric.name}"), self._parts(latest.series.labels), value])
        return rows

    def _parts(self, labels: Mapping[str, str]) -> str:
        """What is counted apart, in words where there are any."""
        words = self._viewer.texts.by_key
        return " · ".join(words.get(f"own_word.{value}", value) for value in labels.values())

    def _device(self, name: str) -> Field:
        node = self._viewer.console.world.inventory.nodes.get(NodeName(name))
        return Cell(name, href=f"/site/{node.site}" if node is not None and node.site else "")

    def _kind(self, name: str) -> str:
        node = self._viewer.console.world.inventory.nodes.get(NodeName(name))
        kind = NodeKind.OTHER if node is None else node.kind
        return (node.model if node is not None else None) or self._viewer.texts(f"node_kind.{kind}")

    def _reason(self, reason: str) -> str:
        return self._viewer.texts(f"reason.{reason}")
