"""The Grafana dashboards: current, complete in both languages, and true to catalogue and alarms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from dashboards.grafana.build import FOLDER, files, pages
from dashboards.grafana.drawing import draw, uid
from dashboards.grafana.kit import Kit
from dashboards.grafana.palette import COLOURS, GOOD
from dashboards.grafana.spec import Language, Look, Page, Source, Step
from omc.alarms.severity import Severity
from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder

PAGES = pages()
CATALOGUE = Catalogue.load(config_folder() / "metrics")
PROMETHEUS = [page for page in PAGES if page.source is Source.PROMETHEUS]

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME_MATCHER = re.compile(r'__name__=~"([^"]*)"')
_WORD = re.compile(r"[a-z_]\w*")
#: Functions, operators and labels of PromQL that the pages use, and metrics of the process itself.
_PROMQL = {
    *("sum", "count", "min", "max", "avg", "topk", "bottomk", "sort", "vector", "rate"),
    *("by", "on", "and", "or", "bool", "group_left", "last_over_time", "label_replace"),
    *("process_resident_memory_bytes", "instance", "__name__"),
}


def metrics_of(promql: str) -> set[str]:
    """What a query names besides PromQL's words and labels."""
    patterns = {name for found in _NAME_MATCHER.findall(promql) for name in found.split("|")}
    bare = _QUOTED.sub('""', promql)
    bare = re.sub(r"\b(?:by|on|group_left) \([^)]*\)", "", bare)  # labels
    bare = re.sub(r"\w+(?==~?\"\")", "", bare)  # label matchers
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    return patterns | (set(_WORD.findall(bare)) - _PROMQL)


def test_the_checked_in_files_are_what_the_code_says() -> None:
    expected = dict(files())
    assert len(expected) == 2 * len(PAGES)
    assert set(FOLDER.rglob("*.json")) == set(expected)
    for path, text in expected.items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run `make grafana`"


def test_the_subjects_an_operator_needs_have_a_page_each() -> None:
    wanted = {"overview", "alarms", "site", "pon", "transport", "radio", "power", "service"}
    assert wanted <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PROMETHEUS, ids=lambda page: page.name)
def test_every_metric_asked_for_is_in_the_catalogue(page: Page) -> None:
    for panel in page.panels:
        for query in panel.queries:
            unknown = {name for name in metrics_of(query.text) if name not in CATALOGUE}
            assert not unknown, f"{page.name}, {panel.title.en}"


def test_every_measurement_of_the_long_range_is_in_the_catalogue() -> None:
    queries = [
        q.text for page in PAGES if page not in PROMETHEUS for p in page.panels for q in p.queries
    ]
    measured = {name for text in queries for name in re.findall(r'FROM "(\w+)"', text)}
    assert measured
    assert all(name in CATALOGUE for name in measured)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_counters_are_rated_and_sums_of_a_period_never_are(page: Page) -> None:
    for panel in page.panels:
        for query in panel.queries:
            rated = set(re.findall(r"rate\((\w+)", query.text))
            assert not {n for n in rated if n in CATALOGUE and not n.endswith("_total")}
            asked = metrics_of(query.text) if page.source is Source.PROMETHEUS else set()
            assert {n for n in asked if n.endswith("_total")} <= rated


def test_thresholds_are_those_of_the_alarms() -> None:
    kit = Kit.shipped()
    assert kit.steps("dc_bus_voltage_low", "dc_bus_voltage_high") == (
        Step(None, COLOURS[Severity.CRITICAL]),
        Step(44.0, COLOURS[Severity.MAJOR]),
        Step(46.3, COLOURS[Severity.MINOR]),
        Step(48.0, GOOD),
        Step(56.8, COLOURS[Severity.MINOR]),
        Step(57.0, COLOURS[Severity.MAJOR]),
        Step(58.0, COLOURS[Severity.CRITICAL]),
    )


def test_thresholds_rise() -> None:
    for page in PAGES:
        for panel in page.panels:
            values = [step.value for step in panel.steps]
            assert not values or values[0] is None, panel.title.en
            rising = [value for value in values[1:] if value is not None]
            assert all(low < high for low, high in pairwise(rising)), panel.title.en


def drawn(page: Page, language: Language) -> dict[str, Any]:
    path = FOLDER / language.value / f"{page.name}.json"
    board: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return board


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_panels_lie_side_by_side_and_never_on_each_other(page: Page) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in drawn(page, Language.EN)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_both_languages_differ_in_their_words_only(page: Page) -> None:
    en, vi = (drawn(page, language) for language in (Language.EN, Language.VI))
    assert en["title"] != vi["title"]
    asked = [[q.get("expr") or q["query"] for q in p.get("targets", [])] for p in en["panels"]]
    assert asked == [
        [q.get("expr") or q["query"] for q in p.get("targets", [])] for p in vi["panels"]
    ]


def links(found: Any) -> Iterator[str]:
    """Every address of a dashboard that stands anywhere in a document."""
    if isinstance(found, dict):
        url = found.get("url")
        if isinstance(url, str) and url.startswith("/d/"):
            yield url.removeprefix("/d/").partition("?")[0]
        for value in found.values():
            yield from links(value)
    elif isinstance(found, list):
        for value in found:
            yield from links(value)


@pytest.mark.parametrize("language", Language)
def test_links_lead_to_dashboards_of_the_same_language(language: Language) -> None:
    there = {uid(page.name, language) for page in PAGES}
    found = {link for page in PAGES for link in links(drawn(page, language))}
    assert found
    assert found <= there


def test_severe_alarms_are_marked_in_every_graph_over_prometheus() -> None:
    for page in PROMETHEUS:
        [alarms] = drawn(page, Language.EN)["annotations"]["list"]
        assert "alarm_active" in alarms["expr"]


def test_tables_show_the_columns_they_name_and_nothing_else() -> None:
    for page in PROMETHEUS:
        for panel, board in zip(
            page.panels,
            [p for p in drawn(page, Language.VI)["panels"] if p["type"] != "row"],
            strict=True,
        ):
            if panel.look is Look.TABLE:
                only, order = board["transformations"]
                assert only["options"]["include"]["names"] == list(panel.columns)
                assert order["options"]["renameByName"] == {
                    name: heading.vi for name, heading in panel.columns.items()
                }


def test_a_quotient_divides_the_sums_of_its_two_queries() -> None:
    [history] = (page for page in PAGES if page.source is Source.INFLUXDB)
    found = [
        panel for panel in drawn(history, Language.EN)["panels"] if panel.get("transformations")
    ]
    assert found
    for panel in found:
        join, divide = panel["transformations"]
        assert join["options"] == {"byField": "Time"}
        binary = divide["options"]["binary"]
        above, below = panel["targets"]
        assert (binary["left"], binary["right"]) == (above["alias"], below["alias"])
        assert "> 0" in below["query"]


def test_a_dashboard_cannot_be_changed_where_its_change_would_be_lost() -> None:
    assert draw(PAGES[0], Language.EN).editable is False
