"""Every folder of broken_inventory/ is refused with exactly the message in its `expected` file."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.core.errors import ConfigurationError
from omc.core.inventory import Inventory

FOLDER = Path(__file__).parent / "broken_inventory"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def _message(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Inventory.load(folder)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_broken_inventory_is_refused_with_its_message(folder: Path) -> None:
    assert _message(folder) == (folder / "expected").read_text(encoding="utf-8").rstrip("\n")


def test_there_are_many_broken_inventories() -> None:
    assert len(CASES) >= 30
