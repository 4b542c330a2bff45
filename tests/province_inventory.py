"""A full-size inventory as files: 572 sites, 5,000 cells, 2,000 nodes, 11,500 km of spans.

Deterministic, and plausible enough that every check of the loader has to do its work.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable
from pathlib import Path

SITES = 572
CELLS = 5000
NODES = 2000
SPANS = 2300
ROUTE_KM = 11_500
PONS = 800
COMMUNES = 121

Row = dict[str, str]


def province_rows(seed: int = 1) -> dict[str, list[Row]]:
    """Rows by kind, all values as CSV fields."""
    dice = random.Random(seed)
    return {
        "areas": _areas(),
        "sites": _sites(dice),
        "cells": _cells(dice),
        "nodes": _nodes(),
        "spans": _spans(dice),
        "pons": _pons(),
    }


def write_csv(folder: Path, rows: dict[str, list[Row]]) -> None:
    """One CSV file a kind."""
    for kind, content in rows.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(content[0]))
            writer.writeheader()
            writer.writerows(content)


def write_yaml(folder: Path, rows: dict[str, list[Row]]) -> None:
    """One YAML file a kind, a mapping a row, as people would write them."""
    for kind, content in rows.items():
        lines = [f"{kind}:", *(line for row in content for line in _yaml_row(row))]
        (folder / f"{kind}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _yaml_row(row: Row) -> Iterable[str]:
    plain = {"latitude", "longitude", "length_km", "sector", "azimuth", "population", "fibres"}
    for index, (name, value) in enumerate(row.items()):
        text = value if name in plain else json.dumps(value, ensure_ascii=False)
        yield f"{'- ' if index == 0 else '  '}{name}: {text}"


def _areas() -> list[Row]:
    province = {
        "code": "25",
        "name": "Phú Thọ",
        "level": "province",
        "parent": "",
        "valid_from": "2025-07-01",
        "population": "3663600",
    }
    communes = [
        {
            "code": f"{8000 + n:05d}",
            "name": f"Xã Vĩnh Tường {n}",
            "level": "commune",
            "parent": "25",
            "valid_from": "2025-07-01",
            "population": str(9000 + 37 * n),
        }
        for n in range(COMMUNES)
    ]
    return [province, *communes]


def _place(dice: random.Random) -> tuple[float, float]:
    return dice.uniform(21.1, 21.6), dice.uniform(105.3, 105.8)


def _sites(dice: random.Random) -> list[Row]:
    rows = []
    for n in range(SITES):
        latitude, longitude = _place(dice)
        rows.append(
            {
                "code": f"VP{n:04d}",
                "name": f"Trạm Vĩnh Phúc {n}",
                "latitude": f"{latitude:.6f}",
                "longitude": f"{longitude:.6f}",
                "area": f"{8000 + n % COMMUNES:05d}",
                "technologies": "3G 4G 5G" if n % 5 == 0 else "3G 4G",
                "vendor": "Ericsson" if n % 2 else "Nokia",
            }
        )
    return rows


def _cells(dice: random.Random) -> list[Row]:
    rows = []
    for n in range(CELLS):
        site, on_site = n % SITES, n // SITES
        technology, band = (("3G", "B1"), ("4G", "B3"), ("4G", "B1"))[on_site // 3 % 3]
        rows.append(
            {
                "name": f"VP{site:04d}-{band}-{on_site + 1}",
                "site": f"VP{site:04d}",
                "technology": technology,
                "band": band,
                "sector": str(on_site % 3 + 1),
                "azimuth": str(dice.randrange(360)),
                "height_m": "36.5",
                "tilt": "4",
            }
        )
    return rows


def _nodes() -> list[Row]:
    kinds = ("router", "rectifier", "olt", "microwave")
    return [
        {
            "name": f"{kinds[n // SITES]}-{n % SITES:04d}",
            "kind": kinds[n // SITES],
            "site": f"VP{n % SITES:04d}",
            "address": f"10.{n // SITES}.{n % SITES // 250}.{n % SITES % 250 + 1}",
            "port": "161",
            "credentials": "read-only",
            "profile": "auto",
            "interval": "60s" if n % 3 else "",
        }
        for n in range(NODES)
    ]


def _spans(dice: random.Random) -> list[Row]:
    rows = []
    for n in range(SPANS):
        latitude, longitude = _place(dice)
        points = [f"{longitude + step / 500:.6f} {latitude + step / 700:.6f}" for step in range(12)]
        rows.append(
            {
                "name": f"cáp-{n:04d}",
                "from": f"VP{n % SITES:04d}",
                "to": f"router-{(n * 7 + 1) % SITES:04d}",
                "length_km": f"{ROUTE_KM / SPANS:.3f}",
                "fibres": "24",
                "geometry": f"LINESTRING ({', '.join(points)})",
            }
        )
    return rows


def _pons() -> list[Row]:
    return [
        {
            "node": f"olt-{n % 200:04d}",
            "port": f"0/1/{n // 200}",
            "splitter": "1:64",
            "span": f"cáp-{n:04d}",
        }
        for n in range(PONS)
    ]
