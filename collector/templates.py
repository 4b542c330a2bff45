"""Texts with `{fields}`, as labels are written in profiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

#: Fields that every template may use: what the device is.
DEVICE_FIELDS = ("vendor", "model")

_FIELD = re.compile(r"\{([^{}]*)\}")


def template_fields(template: str) -> tuple[str, ...]:
    """Names of the fields, in order."""
    return tuple(_FIELD.findall(template))


def render(templates: Sequence[str], text_of: Callable[[str], str]) -> str:
    """The first template that has no empty field, filled in; "" if there is none.

    Args:
        templates: In order of preference.
        text_of: Text of a field, "" if it has none.
    """
    for template in templates:
        texts = [text_of(field) for field in template_fields(template)]
        if all(texts):
            return _filled(template, texts)
    return ""


def _filled(template: str, texts: Sequence[str]) -> str:
    left = iter(texts)
    return _FIELD.sub(lambda _: next(left), template)
