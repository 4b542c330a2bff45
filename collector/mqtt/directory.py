"""What the inventory knows about those who publish: the seam to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

_LONGEST_ID = 64
_LONGEST_LABEL = 128
_NOT_IN_IDS = re.compile(r"[/+#\\\"]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands.

    Attributes:
        site: Site code.
        node: Node name.
    """

    site: str
    node: str


class Directory(Protocol):
    """Answers from the inventory. Asked once a topic, not once a message."""

    def knows_site(self, code: str) -> bool:
        """Whether there is such a site: others are refused, so that nobody invents sites."""
        ...

    def locate(self, device: str) -> Place | None:
        """The place of a device by an identifier of its own (IMEI, serial number, name)."""
        ...


class OpenDirectory:
    """Takes every site for granted and knows no device: for work without an inventory."""

    def knows_site(self, code: str) -> bool:
        return True

    def locate(self, device: str) -> Place | None:
        return None


def is_identifier(text: str) -> bool:
    """Whether a text can be a site code or node name: any script, printable, no MQTT wildcards."""
    return (
        0 < len(text) <= _LONGEST_ID
        and text.isprintable()
        and text == text.strip()
        and _NOT_IN_IDS.search(text) is None
    )


def is_label_value(text: str) -> bool:
    """Whether a text can be the value of any other label."""
    return 0 < len(text) <= _LONGEST_LABEL and text.isprintable()
