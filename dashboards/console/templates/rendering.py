"""Renders templates; whatever is put into them is escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, /, **values: object) -> str:
    """A template of this folder with these values.

    Raises:
        jinja2.UndefinedError: a value is missing.
    """
    return _ENVIRONMENT.get_template(template).render(values)
