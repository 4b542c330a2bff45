"""The fields of events, laid out so that mappings can name them."""

from __future__ import annotations

from typing import Any

#: What an event's mapping sees as its topic.
TOPIC = "ves"
#: Domains that are read; others are well-formed and of no use here.
DOMAINS = ("measurement", "fault", "heartbeat", "stndDefined")


def keyed(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields with the elements of their arrays under what tells them apart."""
    found = dict(fields)
    for name, elements in fields.items():
        if not isinstance(elements, list):
            continue
        by_key: dict[str, Any] = {}
        for element in elements:
            key = _key_of(element)
            if key is not None:
                by_key[key] = element.get("hashMap", element)
        found[name] = by_key
    return found


def _key_of(element: Any) -> str | None:
    if not isinstance(element, dict):
        return None
    for name, value in element.items():
        if (name.endswith("Identifier") or name == "name") and isinstance(value, str):
            return value
    return None
