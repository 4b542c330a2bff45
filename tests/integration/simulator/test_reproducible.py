"""The same seed gives the same province, byte for byte, in every process."""

import hashlib
import os
import subprocess
from pathlib import Path

from omc.core.inventory import Inventory
from omc.core.settings import load_settings
from tests.servers.simulator import omc


def written(folder: Path, hash_seed: str, *options: str) -> dict[str, str]:
    """Hashes of all files of a province written by a process of its own."""
    subprocess.run(
        omc("simulate", "province", *options, "-o", str(folder)),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    one = written(tmp_path / "one", "1", "--seed", "7")
    other = written(tmp_path / "other", "4711", "--seed", "7")
    assert one == other
    expected = {
        f"inventory/{name}.csv" for name in ("areas", "sites", "cells", "nodes", "spans", "pons")
    }
    assert set(one) == expected | {
        "omc.yaml",
        "secrets/auth",
        "secrets/community",
        "secrets/priv",
    }


def test_another_seed_writes_another_province(tmp_path: Path) -> None:
    one = written(tmp_path / "one", "1", "--seed", "7", "--sites", "20")
    other = written(tmp_path / "other", "1", "--seed", "8", "--sites", "20")
    assert one["inventory/sites.csv"] != other["inventory/sites.csv"]
    assert one["inventory/spans.csv"] != other["inventory/spans.csv"]


def test_what_is_written_is_an_inventory_that_checks(tmp_path: Path) -> None:
    written(tmp_path, "1")
    inventory = Inventory.load(tmp_path / "inventory")
    assert len(inventory.sites) == 572
    assert abs(inventory.route_km - 11_500) < 115
    polled = [node for node in inventory.nodes.values() if node.address]
    assert 1_900 <= len(polled) <= 2_100
    assert len(inventory.areas) == 37
    settings = load_settings(tmp_path / "omc.yaml", {})
    assert {node.credentials for node in polled} == set(settings.credentials)
    done = subprocess.run(
        omc("check", "-c", str(tmp_path / "omc.yaml")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
