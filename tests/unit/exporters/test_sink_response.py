"""What the answers of HTTP sinks mean."""

from __future__ import annotations

import pytest

from exporters.sink_response import parse_retry_after, sink_error
from omc.core.errors import SinkRejected, SinkUnavailable
from tests.sample_data import NEW_YEAR_MS


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 502, 503, 504])
def test_what_the_samples_are_not_to_blame_for_may_pass(status: int) -> None:
    error = sink_error(status, {}, b'{"error":"why"}', NEW_YEAR_MS)
    assert isinstance(error, SinkUnavailable)
    assert str(error).startswith(f"HTTP {status}: why")
    assert error.retry_after is None


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refused_samples_are_refused_for_good(status: int) -> None:
    error = sink_error(status, {}, b"unable to parse", NEW_YEAR_MS)
    assert isinstance(error, SinkRejected)
    assert error.rejected is None
    assert str(error) == f"HTTP {status}: unable to parse"


def test_prometheus_refuses_what_is_too_old_with_a_status_that_says_otherwise() -> None:
    error = sink_error(500, {}, b"too old sample\n", NEW_YEAR_MS)
    assert isinstance(error, SinkRejected)
    assert str(error) == "HTTP 500: too old sample"


@pytest.mark.parametrize(
    ("body", "rejected", "text"),
    [
        (
            b'{"error":"partial write: points beyond retention policy dropped=3"}',
            3,
            "HTTP 400: partial write: points beyond retention policy",
        ),
        (
            b'{"code":"invalid","message":"partial write: field type conflict dropped=1"}',
            1,
            "HTTP 400: partial write: field type conflict",
        ),
        (
            # Lines that cannot be parsed are not counted there: they have to be looked for.
            b'{"error":"partial write: unable to parse \'m\': missing fields dropped=0"}',
            None,
            "HTTP 400: partial write: unable to parse 'm': missing fields",
        ),
    ],
)
def test_a_partial_write_tells_how_many_were_dropped(
    body: bytes, rejected: int | None, text: str
) -> None:
    error = sink_error(400, {}, body, NEW_YEAR_MS)
    assert isinstance(error, SinkRejected)
    assert error.rejected == rejected
    assert str(error) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "HTTP 500"),
        (b"  oops\n", "HTTP 500: oops"),
        (b"[1]", "HTTP 500: [1]"),
        (b'{"detail":1}', 'HTTP 500: {"detail":1}'),
        (b"\xff\xfe", "HTTP 500: \ufffd\ufffd"),
        (b"x" * 1000, "HTTP 500: " + "x" * 300 + "..."),
    ],
)
def test_any_body_gives_a_short_reason(body: bytes, text: str) -> None:
    assert str(sink_error(500, {}, body, NEW_YEAR_MS)) == text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:01:30 -0000", 90.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NEW_YEAR_MS) == seconds


def test_an_overloaded_sink_says_when_to_come_back() -> None:
    error = sink_error(429, {"Retry-After": "7"}, b"", NEW_YEAR_MS)
    assert isinstance(error, SinkUnavailable)
    assert error.retry_after == 7.0
