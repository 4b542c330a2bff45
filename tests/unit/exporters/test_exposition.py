"""The two text formats, line by line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporters.exposition import OPENMETRICS, TEXT, sample_lines
from omc.core.model import SeriesTable, label_text
from tests.sample_data import make_metric


def _parse_strictly(text: str) -> Iterator[Metric]:
    families: Iterator[Metric] = parse_openmetrics(text)  # type: ignore[no-untyped-call]
    return families


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (-27.35, "-27.35"),
        (1e-9, "1e-09"),
        (2.0**53, "9007199254740992"),
        (2.0**64, "18446744073709551616"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
    ],
)
def test_values_are_written_short_and_exact(value: float, text: str) -> None:
    assert sample_lines("m", [""], [value]) == f"m {text}\n"


@given(st.floats(allow_nan=False))
def test_every_value_reads_back_as_the_same_float64(value: float) -> None:
    text = sample_lines("m", [""], [value]).removeprefix("m ")
    assert float(text) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_label_value_reads_back_exactly_in_both_formats(label: str) -> None:
    metric = make_metric("battery_voltage_volts")
    series = SeriesTable().intern(metric, {"site": label})
    lines = sample_lines(series.metric.name, [series.label_text], [1.5])
    for document in (
        list(parse_text(TEXT.head(metric) + lines)),
        list(_parse_strictly(OPENMETRICS.head(metric) + lines + "# EOF\n")),
    ):
        (sample,) = document[0].samples
        assert sample.labels == {"site": label}
        assert sample.value == 1.5


@pytest.mark.parametrize(
    ("name", "text", "openmetrics"),
    [
        (
            "battery_voltage_volts",
            "# TYPE battery_voltage_volts gauge\n",
            "# TYPE battery_voltage_volts gauge\n# UNIT battery_voltage_volts volts\n",
        ),
        (
            "interface_receive_bytes_total",
            "# TYPE interface_receive_bytes_total counter\n",
            "# TYPE interface_receive_bytes counter\n# UNIT interface_receive_bytes bytes\n",
        ),
        ("link_state", "# TYPE link_state gauge\n", "# TYPE link_state gauge\n"),
        ("device_info", "# TYPE device_info gauge\n", "# TYPE device info\n"),
        ("connected_users", "# TYPE connected_users gauge\n", "# TYPE connected_users gauge\n"),
        (
            "load_ratio",
            "# TYPE load_ratio gauge\n",
            "# TYPE load_ratio gauge\n# UNIT load_ratio ratio\n",
        ),
    ],
)
def test_kinds_and_units_are_told_as_each_format_wants(
    name: str, text: str, openmetrics: str
) -> None:
    metric = make_metric(name)
    assert TEXT.head(metric).partition("# TYPE")[1:] == tuple(text.partition("# TYPE")[1:])
    assert OPENMETRICS.head(metric).endswith(openmetrics)


def test_help_texts_are_escaped_as_each_format_wants() -> None:
    metric = make_metric("m", 'A "quoted" \\ text\nof two lines.')
    assert TEXT.head(metric).startswith('# HELP m A "quoted" \\\\ text\\nof two lines.\n')
    assert OPENMETRICS.head(metric).startswith(
        '# HELP m A \\"quoted\\" \\\\ text\\nof two lines.\n'
    )


@pytest.mark.parametrize(
    "name", ["battery_voltage_volts", "interface_receive_bytes_total", "link_state", "device_info"]
)
def test_a_strict_openmetrics_parser_accepts_every_kind(name: str) -> None:
    metric = make_metric(name)
    lines = sample_lines(name, [label_text({"site": "VP001"})], [1.0])
    (family,) = _parse_strictly(OPENMETRICS.head(metric) + lines + "# EOF\n")
    assert family.samples[0].name == name
    assert family.documentation == "A metric for tests."


def test_the_services_own_metrics_end_the_document_without_created_series() -> None:
    registry = CollectorRegistry()
    Counter("omc_polls", "Polls.", registry=registry).inc(2)
    assert TEXT.tail(registry) == (
        b"# HELP omc_polls_total Polls.\n# TYPE omc_polls_total counter\nomc_polls_total 2.0\n"
    )
    assert OPENMETRICS.tail(registry) == (
        b"# HELP omc_polls Polls.\n# TYPE omc_polls counter\nomc_polls_total 2.0\n# EOF\n"
    )
