"""What every way to tell has in common."""

from __future__ import annotations

from typing import Protocol

from omc.alarms.notify.routing import Announcement
from omc.alarms.wording.message import Message


class NotDelivered(Exception):
    """The message did not get through; trying again may help. The text holds no secret."""


class Sender(Protocol):
    """Delivers one message at a time."""

    async def send(self, announcement: Announcement, message: Message) -> None:
        """Return when it is delivered.

        Raises:
            NotDelivered: it is not.
        """
        ...

    async def try_out(self, message: Message) -> None:
        """Deliver a message that is about no alarm. Raises as `send`."""
        ...
