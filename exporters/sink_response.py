"""What the HTTP answer of a sink means, or that there is none: try again, or never."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from omc.core.errors import SinkError, SinkRejected, SinkUnavailable, SinkUnreachable
from omc.core.http_failure import in_short

_MAX_TEXT = 300
#: Refusals that the samples are not to blame for: wrong token, missing database, too slow, too
#: many. A person mends them while the samples wait.
_NOT_THE_SAMPLES = frozenset({401, 403, 404, 405, 407, 408, 425, 429})
#: What Prometheus before 2.49 says with status 500 of samples before its out-of-order window. They
#: will not grow younger. Source: prometheus/prometheus issue 13334.
_TOO_OLD = "too old sample"
_DROPPED = re.compile(r"\s*dropped=(\d+)\s*$")


def sink_error(status: int, headers: Mapping[str, str], body: bytes, now_ms: int) -> SinkError:
    """The error behind an answer that is no success.

    A refusal that says how many samples it dropped has accepted all others (InfluxDB's partial
    write); any other refusal of the samples leaves open which of them are bad.

    Args:
        status: HTTP status, not 2xx.
        headers: Response headers, case-insensitive.
        body: Plain text or InfluxDB's JSON.
        now_ms: Against which a `Retry-After` date is measured.
    """
    reason = _reason(body)
    said = f"HTTP {status}: {reason}" if reason else f"HTTP {status}"
    if status < 400:
        return SinkUnavailable(f"{said} (redirected; give the final URL)")
    if (status >= 500 and reason != _TOO_OLD) or status in _NOT_THE_SAMPLES:
        retry_after = parse_retry_after(headers.get("Retry-After"), now_ms)
        return SinkUnavailable(said, retry_after=retry_after)
    dropped = _DROPPED.search(reason)
    count = int(dropped[1]) if dropped else 0
    return SinkRejected(_DROPPED.sub("", said), rejected=count or None)


def unreachable(error: Exception) -> SinkUnavailable:
    """Connection refused, reset, TLS failure, an answer that is no HTTP."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return SinkUnreachable(in_short(error))
    return SinkUnavailable(in_short(error))


def parse_retry_after(value: str | None, now_ms: int) -> float | None:
    """Seconds to wait, from seconds or from an HTTP date (RFC 9110, 10.2.3); None if unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.fromtimestamp(now_ms / 1000, UTC)).total_seconds())


def _reason(body: bytes) -> str:
    text = body.decode("utf-8", errors="replace").strip()
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if isinstance(content, dict):
        text = str(content.get("message") or content.get("error") or text)
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}..."
