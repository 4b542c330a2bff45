"""Whatever stands in a file, the answer is a configuration or a list of problems."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omc.core.errors import ConfigurationError, Problem
from omc.core.inventory import Inventory, Kind
from omc.core.inventory.csv_file import Foreign
from omc.core.inventory.geojson_file import read_geojson
from omc.core.settings import load_settings

KEYS = st.sampled_from(
    ["timezone", "inventory", "data", "snmp", "credentials", "mqtt", "users", "tokens", "influxdb",
     "name", "host", "version", "interval", "subscriptions", "topic", "url", "auth", "key"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["code", "name", "latitude", "21.3", "105.6", "VP0001", '"', "\n", "2025-07-01", "LINESTRING ("]
)

#: Too slow is a machine that does something else besides.
_UNCHECKED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
lenient = settings(max_examples=60, suppress_health_check=_UNCHECKED)


@lenient
@given(tree=st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_is_settings_or_problems_at_lines(tree: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "omc.yaml"
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    problems: tuple[Problem, ...] = ()
    try:
        load_settings(path, {})
    except ConfigurationError as error:
        problems = error.problems
    assert all(problem.line >= 1 for problem in problems)


@lenient
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_settings_or_problems(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "omc.yaml"
    path.write_bytes(content)
    with contextlib.suppress(ConfigurationError):
        load_settings(path, {})


@pytest.mark.parametrize("kind", Kind)
@lenient
@given(rows=st.lists(st.lists(FIELDS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_table_is_an_inventory_or_problems(
    kind: Kind, rows: list[list[str]], tmp_path: Path
) -> None:
    text = "\n".join(",".join(row) for row in rows)
    (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8", newline="")
    with contextlib.suppress(ConfigurationError):
        Inventory.load(tmp_path)


@lenient
@given(content=st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_areas_or_problems(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_bytes(content)
    with contextlib.suppress(ConfigurationError):
        read_geojson(path, Foreign())
