"""Whoever hands the service on can see under which licences its libraries are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]


def test_every_library_that_is_asked_for_stands_with_its_licence() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=]", one)[0] for one in project["dependencies"]}
    text = (CHECKOUT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|$", text, re.MULTILINE)
    named = {re.split(r"[ (]", one.strip())[0] for row in rows for one in row.split(",")}
    assert wanted - named == set()
