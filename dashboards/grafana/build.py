"""Which dashboards there are, and the files that Grafana reads them from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana.drawing import draw
from dashboards.grafana.kit import Kit
from dashboards.grafana.pages import (
    alarms,
    history,
    overview,
    pon,
    power,
    radio,
    service,
    site,
    transport,
)
from dashboards.grafana.spec import Language, Page

FOLDER = Path(__file__).parent / "json"

_PAGES = (overview, alarms, site, pon, transport, radio, power, service, history)


def pages() -> tuple[Page, ...]:
    """All of them, from the shipped catalogue and alarm rules."""
    kit = Kit.shipped()
    return tuple(module.page(kit) for module in _PAGES)


def files() -> Iterator[tuple[Path, str]]:
    """Every dashboard in every language: its file and what the file has to hold."""
    for page in pages():
        for language in Language:
            text = json.dumps(
                draw(page, language), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False
            )
            yield FOLDER / language.value / f"{page.name}.json", text + "\n"
