"""What an operator does with an alarm: the controls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from nicegui.element import Element


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do with an alarm.

    Attributes:
        what: `acknowledge`, `give_back`, `comment` or `silence`.
        note: What they say to it.
        hours: How long to silence.
    """

    what: str
    note: str
    hours: int


class AlarmControls(Element, component="alarm_actions.js"):
    """A note and the buttons that go with it.

    Args:
        texts: By key.
        hours: What can be chosen for silencing, by number of hours.
        act: Called with what they want.
        may: Whether this viewer may act; if not, the controls say so.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        hours: Mapping[str, str],
        act: Callable[[Deed], Awaitable[None]],
        *,
        may: bool,
    ) -> None:
        super().__init__()
        self._props["texts"] = dict(texts)
        self._props["hours"] = dict(hours)
        self._props["may"] = may

        async def pass_on(arguments: Mapping[str, object]) -> None:
            note = str(arguments.get("note", "")).strip()[:500]
            await act(Deed(str(arguments.get("deed")), note, int(str(arguments.get("hours", 0)))))

        self.on("act", lambda event: pass_on(event.args))

    def show(self, said: str | None = None, *, taken: bool, done: bool = False) -> None:
        """Show whether somebody has taken it, and what came of the last deed."""
        self.run_method("show", taken, said, done)
