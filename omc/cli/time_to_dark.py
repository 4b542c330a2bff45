"""`omc time-to-dark`: sites on battery, ranked by how long they will last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from omc.cli.alarms import service_options
from omc.cli.api_client import ApiClient

_HEADS = {
    "en": (
        *("left", "80 %", "sure", "site", "since"),
        *("charge", "volts", "amperes", "generator", "behind"),
    ),
    "vi": (
        *("còn lại", "80 %", "tin cậy", "trạm", "từ"),
        *("dung lượng", "V", "A", "máy phát", "phía sau"),
    ),
}
_GENERATORS = {
    "en": {"unknown": "", "stopped": "stopped", "running": "runs", "failed": "failed"},
    "vi": {"unknown": "", "stopped": "dừng", "running": "đang chạy", "failed": "lỗi"},
}


@click.command("time-to-dark")
@service_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def time_to_dark(config: Path, language: str | None, *, as_json: bool) -> None:
    """Sites on battery, the one that goes dark first at the top.

    The hours and minutes left follow from what the discharge itself shows. Four of five sites go
    dark within the interval; `sure` is how likely the time is right within 20 %; `behind` counts
    the sites that go dark with it.
    """
    client = ApiClient.of_settings(config, language)
    found = client.get("/time-to-dark")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif not found:
        click.echo("No site is on battery.")
    else:
        rows = [_row(client, site) for site in found]
        click.echo("\n".join(_lines([_HEADS[client.language], *rows])))


def _row(client: ApiClient, site: dict[str, Any]) -> tuple[str, ...]:
    known = site["seconds"] is not None
    return (
        _span(site["seconds"]) if known else "?",
        f"{_span(site['low'])}–{_span(site['high'])}" if known else "",
        f"{site['confidence']:.0%}" if known else "",
        f"{site['name']} ({site['site']})",
        client.moment(site["since_ms"]),
        "" if site["charge"] is None else f"{site['charge']:.0%}",
        "" if site["volts"] is None else f"{site['volts']:.1f}",
        "" if site["amperes"] is None else f"{site['amperes']:.0f}",
        _GENERATORS[client.language][site["generator"]],
        str(len(site["behind"])) if site["behind"] else "",
    )


def _span(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}:{minutes:02d}"


def _lines(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns as wide as their widest text."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
