"""What the code shows about itself on /metrics is what the catalogue documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from omc.core.catalogue import Catalogue
from omc.core.metric import MetricKind
from omc.core.resources import config_folder

CATALOGUE = Catalogue.load(config_folder() / "metrics")
CHECKOUT = Path(__file__).parents[3]

#: prometheus-client's classes, and whether they put `_total` behind the name they are given.
FAMILIES = {
    "Counter": True,
    "CounterMetricFamily": True,
    "Gauge": False,
    "GaugeMetricFamily": False,
}


def declared() -> Iterator[tuple[str, tuple[str, ...], bool, str]]:
    """Name, labels, whether it counts, and place of every self-metric that the code declares."""
    for package in ("collector", "exporters", "omc"):
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _family(node, f"{path.relative_to(CHECKOUT)}:{node.lineno}")


def _family(call: ast.Call, place: str) -> Iterator[tuple[str, tuple[str, ...], bool, str]]:
    counts = FAMILIES.get(call.func.id) if isinstance(call.func, ast.Name) else None
    name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if counts is None or not isinstance(name, str) or not name.startswith("omc_"):
        return
    lists = [
        *call.args[2:3],
        *(k.value for k in call.keywords if k.arg in {"labels", "labelnames"}),
    ]
    labels = tuple(ast.literal_eval(lists[0])) if lists else ()
    yield (f"{name}_total" if counts else name), labels, counts, place


def test_every_self_metric_is_documented_with_its_kind_and_labels() -> None:
    found = list(declared())
    assert len(found) >= 10  # else this test looks in the wrong place
    for name, labels, counts, place in found:
        assert name in CATALOGUE, place
        metric = CATALOGUE.metric(name)
        assert set(labels) == set(metric.labels), f"{place}: {name}"
        assert (metric.kind is MetricKind.COUNTER) == counts, f"{place}: {name}"


def test_every_self_metric_of_the_catalogue_is_written_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("collector", "exporters", "omc")
        for path in (CHECKOUT / package).rglob("*.py")
    )
    names = [metric.name for metric in CATALOGUE if metric.subject == "service"]
    unwritten = [name for name in names if f'"{name.removesuffix("_total")}' not in code]
    assert unwritten == []
