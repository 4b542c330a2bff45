"""docs/configuration.md names everything that can be configured, and its example is right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from omc.core.inventory import Kind
from omc.core.inventory.schema import SCHEMAS
from omc.core.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[a-z][a-z0-9_]*", DOCUMENT))


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _keys(model: type[BaseModel]) -> set[str]:
    inner = (m for field in model.model_fields.values() for m in _models(field.annotation))
    return set(model.model_fields).union(*(_keys(m) for m in inner))


@pytest.mark.parametrize("key", sorted(_keys(Settings)))
def test_every_key_of_the_settings_is_named(key: str) -> None:
    assert key in WORDS


@pytest.mark.parametrize("kind", Kind)
def test_every_column_is_named_and_required_ones_are_bold(kind: Kind) -> None:
    section = DOCUMENT.split(f"**{kind}**:")[1].split("\n\n**")[0]
    for column in SCHEMAS[kind].columns:
        assert f"`{column.name}`" in section
        assert (f"**`{column.name}`**" in section) is column.required, column.name
