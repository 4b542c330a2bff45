"""Loading the catalogue: every fault is named at the line that has to be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.core.catalogue import Catalogue
from omc.core.errors import ConfigurationError

TOPIC = "topic: {en: Power, vi: Nguồn}\nmetrics:\n"


def entry(name: str = "bus_volts", **changes: str) -> str:
    """One metric, a key a line; the first key stands in the line after `metrics:`."""
    keys = {
        "name": name,
        "kind": "gauge",
        "unit": "V",
        "help": "{en: Voltage., vi: Điện áp.}",
        "aggregation": "mean",
        "source": "RFC 1628",
    } | changes
    lines = [f"{key}: {value}" for key, value in keys.items() if value]
    return "  - " + "\n    ".join(lines) + "\n"


def count(name: str, **changes: str) -> str:
    """A stored period sum, the stuff that ratios are made of."""
    keys = {"unit": '"1"', "aggregation": "sum", "period_sum": "true"} | changes
    return entry(name, **keys)


def ratio(numerator: str, denominator: str, **changes: str) -> str:
    parts = f"{{numerator: {numerator}, denominator: {denominator}}}"
    keys = {"unit": '"1"', "aggregation": "ratio", "ratio": parts} | changes
    return entry("success_ratio", **keys)


def problems_of(folder: Path, **files: str) -> list[str]:
    """What loading these files complains about, the folder left out."""
    for stem, text in files.items():
        (folder / f"{stem}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Catalogue.load(folder)
    return [str(p).replace(f"{folder}/", "") for p in caught.value.problems]


def load(folder: Path, text: str) -> Catalogue:
    (folder / "power.yaml").write_text(text, encoding="utf-8")
    return Catalogue.load(folder)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (entry("Bus_volts"), "3:11: metric name 'Bus_volts' is not lower_snake_case"),
        (entry("_volts"), "3:11: metric name '_volts' is not lower_snake_case"),
        (
            entry(kind="histogram"),
            "4:11: kind: found 'histogram'; expected 'counter', 'gauge', 'state' or 'info'",
        ),
        (entry(kind="counter"), "4:11: bus_volts: counters, and only counters, end in _total"),
        (
            entry("bus_volts_total"),
            "4:11: bus_volts_total: counters, and only counters, end in _total",
        ),
        (
            entry("build_info", unit='"1"'),
            "4:11: build_info: info metrics, and only they, end in _info",
        ),
        (entry(unit="A"), "5:11: bus_volts: the unit is A, but its name promises V"),
        (
            entry("bus_voltage"),
            "5:11: bus_voltage: the unit is V, but its name does not end in _volts",
        ),
        (
            entry("rx_bytes_total", kind="counter", unit='"1"', aggregation="sum"),
            "5:11: rx_bytes_total: the unit is 1, but its name promises By",
        ),
        (
            entry(unit="volt"),
            "5:11: unit 'volt' is not known; allowed: 1, A, A.h, By, Cel, Hz, J, Ohm, V, V.A, W",
        ),
        (entry(help="{en: Voltage.}"), "6:5: the key 'vi' is missing"),
        (entry(source=""), "3:5: the key 'source' is missing"),
        (
            entry("rx_power_dbm", unit="dBm"),
            "7:18: dBm values are not combined by mean; allowed: power_mean, min, max, last",
        ),
        (
            entry("rx_power_dbm", unit="dBm", aggregation="sum"),
            "7:18: dBm values are not combined by sum; allowed: power_mean, min, max, last",
        ),
        (
            entry("outages_total", kind="counter", unit='"1"', aggregation="max"),
            "7:18: counter values are not combined by max; allowed: sum",
        ),
        (
            entry("mode", kind="state", unit='"1"'),
            "7:18: state values are not combined by mean; allowed: min, max, last",
        ),
        (
            entry("mode", kind="state", unit='"1"', aggregation="max"),
            "3:5: mode: kind state needs the key 'states'",
        ),
        (
            entry(states="{0: {name: off, text: {en: Off, vi: Tắt}}}"),
            "9:5: states belongs to kind state, this is gauge",
        ),
        (
            entry(
                "mode",
                kind="state",
                unit='"1"',
                aggregation="max",
                states="{0: {name: off, text: {en: Off, vi: Tắt}},"
                " 1: {name: off, text: {en: On, vi: Bật}}}",
            ),
            "9:5: two states have the same name",
        ),
        (entry(labels="[node]"), "9:5: label 'node' is not allowed here: lower_snake_case,"),
        (entry(labels="[Phase]"), "9:5: label 'Phase' is not allowed here: lower_snake_case,"),
        (entry(labels="[phase, phase]"), "9:5: a label is listed twice"),
        (entry(valid="{min: 5, max: 5}"), "9:5: the valid range is empty: min 5, max 5"),
        (
            entry("share_ratio", unit='"1"', aggregation="ratio"),
            "3:5: share_ratio: aggregation ratio needs the key 'ratio'",
        ),
        (
            entry(ratio="{numerator: a, denominator: b}"),
            "9:5: ratio belongs to aggregation ratio, this is mean",
        ),
        (
            entry(aggregation="weighted_mean"),
            "3:5: bus_volts: aggregation weighted_mean needs the key 'weight'",
        ),
        (entry(factors="[a, b]"), "9:5: factors belongs to aggregation product, this is mean"),
        (
            entry(period_sum="true"),
            "9:17: period_sum belongs to aggregation sum, this is mean",
        ),
        (
            entry(
                "outages_total", kind="counter", unit='"1"', aggregation="sum", period_sum="true"
            ),
            "3:5: outages_total: a period sum is a gauge: it starts anew each period",
        ),
        (
            entry(colour="red"),
            "9:5: the key 'colour' is not known here; allowed: aggregation, evidence, factors, ",
        ),
    ],
)
def test_an_incoherent_metric_is_named_at_its_line(tmp_path: Path, text: str, problem: str) -> None:
    problems = problems_of(tmp_path, power=TOPIC + text)
    assert len(problems) == 1
    assert problems[0].startswith(f"power.yaml:{problem}")


def test_every_fault_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    assert problems_of(
        tmp_path,
        optics=TOPIC + entry(unit="A", labels="[node]"),
        power="topic: {en: Power\n",
        transport=TOPIC + entry("Up", kind="counter"),
    ) == [
        "optics.yaml:5:11: bus_volts: the unit is A, but its name promises V",
        "optics.yaml:9:5: label 'node' is not allowed here: lower_snake_case, not site, not node",
        "power.yaml:2:1: not valid YAML: did not find expected ',' or '}'",
        "transport.yaml:3:11: metric name 'Up' is not lower_snake_case",
        "transport.yaml:7:18: counter values are not combined by mean; allowed: sum",
    ]


def test_a_metric_defined_twice_names_the_other_file(tmp_path: Path) -> None:
    assert problems_of(tmp_path, a=TOPIC + entry(), b=TOPIC + entry("x_volts") + entry()) == [
        "b.yaml:9:11: metric 'bus_volts' is already defined in a.yaml"
    ]


def test_a_label_explained_twice_names_the_other_file(tmp_path: Path) -> None:
    labels = "topic: {en: Labels, vi: Nhãn}\nlabels:\n  cell: {en: Cell., vi: Cell.}\n"
    assert problems_of(tmp_path, a=labels, b=labels) == [
        "b.yaml:3:3: label 'cell' is already defined in a.yaml"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            count("done") + ratio("done", "tried"),
            "16:43: success_ratio: 'tried' is no metric of the catalogue",
        ),
        (
            count("done") + ratio("[done, gone]", "done"),
            "16:31: success_ratio: 'gone' is no metric of the catalogue",
        ),
        (
            count("done") + ratio("done", "success_ratio"),
            "16:43: success_ratio: success_ratio is derived itself; name the metrics it is made of",
        ),
        (
            count("done") + ratio("done", "done", labels="[cell]"),
            "16:24: success_ratio: done lacks the label 'cell'",
        ),
        (
            count("done") + entry() + ratio("done", "bus_volts"),
            "22:43: success_ratio: bus_volts is in V and done in 1: a plain ratio needs one unit",
        ),
        (
            count("done") + entry("p", unit='"1"', aggregation="product", factors="[done]"),
            "16:15: p: done is no ratio, so it cannot be a factor",
        ),
        (
            count("done") + entry(aggregation="weighted_mean", weight="traffic"),
            "16:13: bus_volts: 'traffic' is no metric of the catalogue",
        ),
    ],
)
def test_a_part_that_cannot_be_one_is_named_where_it_stands(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert problems_of(tmp_path, power=TOPIC + text) == [f"power.yaml:{problem}"]


def test_no_part_is_missed_while_the_file_that_has_them_is_broken(tmp_path: Path) -> None:
    assert problems_of(tmp_path, parts="topic: [\n", power=TOPIC + ratio("done", "tried")) == [
        "parts.yaml:2:1: not valid YAML: did not find expected node content"
    ]


def test_a_denominator_may_serve_every_value_of_a_label(tmp_path: Path) -> None:
    catalogue = load(
        tmp_path,
        TOPIC
        + count("done", labels="[cell]")
        + count("tried")
        + ratio("done", "tried", labels="[cell]"),
    )
    assert catalogue.metric("success_ratio").parts == ("done", "tried")


def test_a_ratio_sums_several_parts_and_is_not_stored(tmp_path: Path) -> None:
    catalogue = load(
        tmp_path,
        TOPIC + count("done") + count("more") + count("tried") + ratio("[done, more]", "tried"),
    )
    metric = catalogue.metric("success_ratio")
    assert metric.ratio is not None
    assert metric.ratio.numerator == ("done", "more")
    assert metric.ratio.denominator == ("tried",)
    assert metric.derived
    assert not catalogue.metric("done").derived


def test_topics_keep_the_order_of_their_files_and_metrics(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(TOPIC + entry("b_volts") + entry("a_volts"), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(TOPIC + entry("c_volts"), encoding="utf-8")
    catalogue = Catalogue.load(tmp_path)
    assert list(catalogue.topics) == ["a", "b"]
    assert [metric.name for metric in catalogue] == ["c_volts", "b_volts", "a_volts"]
    assert len(catalogue) == 3
    assert "a_volts" in catalogue
    assert "d_volts" not in catalogue
    with pytest.raises(KeyError):
        catalogue.metric("d_volts")


def test_a_file_of_labels_only_is_no_topic(tmp_path: Path) -> None:
    text = "topic: {en: Labels, vi: Nhãn}\nlabels:\n  cell: {en: A carrier., vi: Sóng mang.}\n"
    (tmp_path / "labels.yaml").write_text(text, encoding="utf-8")
    catalogue = load(tmp_path, TOPIC + entry())
    assert list(catalogue.topics) == ["power"]
    assert catalogue.labels["cell"].vi == "Sóng mang."


def test_a_folder_without_metric_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Catalogue.load(tmp_path)
    assert str(caught.value) == f"{tmp_path}: no metric files (*.yaml) here"
