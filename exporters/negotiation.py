"""Which text format and which encoding a client wants, from its Accept headers.

Source: RFC 9110, sections 12.4.2 (quality values), 12.5.1 (Accept), 12.5.3 (Accept-Encoding).
"""

from __future__ import annotations

from collections.abc import Iterator

from exporters.exposition import OPENMETRICS, TEXT, Exposition

_TEXT_RANGES = ("text/plain", "text/*", "*/*")


def choose_exposition(accept: str) -> Exposition:
    """OpenMetrics when the client names it and likes it no less than plain text, else plain text.

    A client that wants neither gets plain text: a person with a browser can read it.
    """
    openmetrics = 0.0
    text: dict[str, float] = {}
    for name, parameters, quality in _weighted(accept):
        version = parameters.get("version")
        if name == "application/openmetrics-text" and version in (None, "1.0.0"):
            openmetrics = max(openmetrics, quality)
        elif name in _TEXT_RANGES and version in (None, "0.0.4"):
            text[name] = max(text.get(name, 0.0), quality)
    # The most specific range that matches decides, even when it is the less welcome one.
    plain = next((text[name] for name in _TEXT_RANGES if name in text), 0.0)
    return OPENMETRICS if openmetrics > 0 and openmetrics >= plain else TEXT


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client can read gzip."""
    qualities = {name: quality for name, _, quality in _weighted(accept_encoding)}
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _weighted(header: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """The elements of a header: name, parameters, quality; a quality that is no number counts 0."""
    for element in header.lower().split(","):
        name, *rest = (part.strip() for part in element.split(";"))
        if not name:
            continue
        parameters: dict[str, str] = {}
        for part in rest:
            key, _, value = part.partition("=")
            parameters[key.strip()] = value.strip().strip('"')
        yield name, parameters, _quality(parameters.pop("q", "1"))


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
