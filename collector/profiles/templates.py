"""Texts with `{fields}`, as labels are written in profiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

#: Fields that every template may use: what the device is.
DEVICE_FIELDS = ("vendor", "model")

_FIELD = re.compile(r"\{([^{}]*)\}")


def template_fields(template: str) -> tuple[str, ...]:
    """Names of the fields, in order."""
    return _pieces(template)[1::2]


def render(templates: Sequence[str], text_of: Callable[[str], str]) -> str:
    """The first template that has no empty field, filled in; "" if there is none.

    Args:
        templates: In order of preference.
        text_of: Text of a field, "" if it has none.
    """
    for template in templates:
        pieces = list(_pieces(template))
        for place in range(1, len(pieces), 2):
            pieces[place] = text_of(pieces[place])
            if not pieces[place]:
                break
        else:
            return "".join(pieces)
    return ""


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[str, ...]:
    """Plain text and field names in turn, plain text first and last."""
    return tuple(_FIELD.split(template))
