"""Which format and encoding a client gets."""

from __future__ import annotations

import pytest

from exporters.exposition import OPENMETRICS, TEXT, Exposition
from exporters.negotiation import accepts_gzip, choose_exposition

_PROMETHEUS_2_42 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
_PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
_PROMETHEUS_2_20 = (
    "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param("", TEXT, id="no-header"),
        pytest.param("*/*", TEXT, id="curl"),
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", TEXT, id="browser"),
        pytest.param("text/plain", TEXT, id="plain"),
        pytest.param("application/json", TEXT, id="neither"),
        pytest.param(_PROMETHEUS_2_42, OPENMETRICS, id="prometheus-2.42"),
        pytest.param(_PROMETHEUS_3, OPENMETRICS, id="prometheus-3"),
        pytest.param(_PROMETHEUS_2_20, TEXT, id="prometheus-that-knows-only-0.0.1"),
        pytest.param("application/openmetrics-text", OPENMETRICS, id="no-version"),
        pytest.param("Application/OpenMetrics-Text; Version=1.0.0", OPENMETRICS, id="case"),
        pytest.param('application/openmetrics-text; version="1.0.0"', OPENMETRICS, id="quotes"),
        pytest.param("application/openmetrics-text;version=2.0.0", TEXT, id="unknown-version"),
        pytest.param("application/openmetrics-text;q=0.4,text/plain;q=0.5", TEXT, id="text-liked"),
        pytest.param(
            "application/openmetrics-text;q=0.5,text/plain;q=0.5", OPENMETRICS, id="equal"
        ),
        pytest.param("application/openmetrics-text;q=0,*/*", TEXT, id="refused"),
        pytest.param("application/openmetrics-text;q=much", TEXT, id="quality-is-no-number"),
        pytest.param("application/openmetrics-text;q=7", TEXT, id="quality-out-of-range"),
        pytest.param(
            "application/openmetrics-text;q=0.3,text/plain;q=0.1,*/*;q=0.9",
            OPENMETRICS,
            id="the-specific-range-decides",
        ),
        pytest.param(",;,;;q=", TEXT, id="rubbish"),
    ],
)
def test_the_format_follows_the_accept_header(accept: str, expected: Exposition) -> None:
    assert choose_exposition(accept) is expected


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("br, zstd", False),
    ],
)
def test_gzip_is_used_only_where_it_is_welcome(accept_encoding: str, expected: bool) -> None:
    assert accepts_gzip(accept_encoding) is expected
