"""The catalogue that ships: complete, lintable, documented, and good to combine."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

from omc.core.catalogue import Catalogue
from omc.core.catalogue_markdown import markdown
from omc.core.metric import Metric, MetricKind
from omc.core.metric_text import explain
from omc.core.model import SeriesTable
from omc.core.resources import config_folder

CATALOGUE = Catalogue.load(config_folder() / "metrics")
METRICS = list(CATALOGUE)
DOCUMENT = Path(__file__).parents[3] / "docs" / "metrics.md"


def exposition(metrics: list[Metric]) -> str:
    """One sample of every metric, as Prometheus reads it."""
    table = SeriesTable()
    lines = []
    for metric in metrics:
        kind = "counter" if metric.kind is MetricKind.COUNTER else "gauge"
        series = table.intern(metric, dict.fromkeys(metric.all_labels, "x"))
        lines.append(f"# HELP {metric.name} {metric.help.en}")
        lines.append(f"# TYPE {metric.name} {kind}")
        lines.append(f"{series.key} 1")
    return "\n".join(lines) + "\n"


def test_promtool_finds_no_fault_but_bits_a_second_and_ampere_hours() -> None:
    linted = subprocess.run(
        ["promtool", "check", "metrics"],
        input=exposition(METRICS),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    bits = [m.name for m in METRICS if m.unit == "bit/s"]
    charges = [m.name for m in METRICS if m.unit == "A.h"]
    complaints = [f'{name} use base unit "bytes" instead of "bits"' for name in bits]
    complaints += [f'{name} use base unit "seconds" instead of "hours"' for name in charges]
    assert sorted(linted.stderr.splitlines()) == sorted(complaints)
    assert bits  # both exceptions are made on purpose: nobody rates a line in bytes a second,
    assert charges  # or a battery in coulombs


def test_both_languages_say_it_in_whole_sentences() -> None:
    for text in (text for metric in METRICS for text in (metric.help.en, metric.help.vi)):
        assert text[0].isupper() or text.startswith(("gNB", "eNodeB")), text
        assert text.endswith("."), text
        assert unicodedata.is_normalized("NFC", text), text


def test_vietnamese_is_vietnamese() -> None:
    texts = [metric.help.vi for metric in METRICS] + [t.vi for t in CATALOGUE.labels.values()]
    assert [text for text in texts if not re.search(r"[À-ỹ]", text)] == []


def test_labels_are_explained_and_only_labels_that_are_carried() -> None:
    carried = {label for metric in METRICS for label in metric.all_labels}
    assert sorted(CATALOGUE.labels) == sorted(carried)


def test_a_ratio_says_between_what_it_lies() -> None:
    ratios = [metric for metric in METRICS if metric.name.endswith("_ratio")]
    assert [m.name for m in ratios if m.valid.min != 0 or m.valid.max is None] == []


def test_a_success_or_drop_ratio_is_never_averaged() -> None:
    kpis = re.compile(r"_(success|drop|accessibility|availability)_ratio$")
    averaged = [m.name for m in METRICS if kpis.search(m.name) and not m.derived]
    assert averaged == []


def test_the_parts_of_a_radio_ratio_are_sums_of_one_period() -> None:
    radio = [m for m in METRICS if m.ratio and m.name.startswith(("utran_", "lte_", "nr_"))]
    parts = {part for metric in radio for part in metric.parts}
    assert len(parts) >= 40
    assert [part for part in sorted(parts) if not CATALOGUE.metric(part).period_sum] == []


def test_what_is_about_the_service_carries_no_site_and_no_node() -> None:
    about_a_poll = {"omc_poll_success", "omc_poll_duration_seconds"}
    own = {metric.name for metric in METRICS if metric.name.startswith("omc_")} - about_a_poll
    assert {metric.name for metric in METRICS if metric.subject == "service"} == own


def test_the_topics_of_the_network_are_covered() -> None:
    counts = {topic: len(metrics) for topic, (_, metrics) in CATALOGUE.topics.items()}
    assert {"power", "environment", "transport", "optics", "pon"} < set(counts)
    assert {"utran", "lte", "nr", "service"} < set(counts)
    assert {"interface", "equipment", "ups"} < set(counts)
    assert len(CATALOGUE) >= 250


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_metric_can_be_explained(language: str) -> None:
    for metric in METRICS:
        lines = [line for _, part in explain(metric, CATALOGUE, language) for line in part]
        assert metric.help.of(language) in lines
        assert metric.source in lines
        assert not [line for line in lines if "{parts}" in line or "None" in line]


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(CATALOGUE), (
        "docs/metrics.md is not what config/metrics/ says: "
        "run `omc metrics --markdown > docs/metrics.md`"
    )


def test_the_document_links_to_every_topic() -> None:
    text = markdown(CATALOGUE)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    links = re.findall(r"^\* \[(.+)\]\(#", text, re.MULTILINE)
    assert links == headings[1:]  # the first one explains the labels


def test_every_table_row_of_the_document_has_the_cells_of_its_head() -> None:
    width = 0
    for line in markdown(CATALOGUE).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1 if line.startswith("|") else 0
        if cells and width:
            assert cells == width, line
        width = cells
