"""What an operator does with an alarm: the controls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element

from omc.alarms import Alarm


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do with an alarm.

    Attributes:
        what: `acknowledge`, `give_back`, `comment`, `assign`, `silence` or `clear`.
        note: What they say to it.
        hours: How long to silence.
        to: Whom to assign it to; "" for nobody.
    """

    what: str
    note: str
    hours: int
    to: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alarm stands, as far as the controls show it.

    Attributes:
        taken: Somebody has acknowledged it.
        assigned: It is somebody's.
        active: It is not over.
    """

    taken: bool
    assigned: bool
    active: bool

    @classmethod
    def of(cls, alarm: Alarm) -> Standing:
        """How this one stands."""
        return cls(alarm.acknowledged is not None, alarm.assigned is not None, alarm.is_active)


class AlarmControls(Element, component="alarm_actions.js"):
    """A note and the buttons that go with it.

    Args:
        texts: By key.
        hours: What can be chosen for silencing, by number of hours.
        people: Whom an alarm can be assigned to.
        act: Called with what they want.
        may: Whether this viewer may act; if not, the controls say so.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        hours: Mapping[str, str],
        people: Sequence[str],
        act: Callable[[Deed], Awaitable[None]],
        *,
        may: bool,
    ) -> None:
        super().__init__()
        self._props["texts"] = dict(texts)
        self._props["hours"] = dict(hours)
        self._props["people"] = list(people)
        self._props["may"] = may

        async def pass_on(arguments: Mapping[str, object]) -> None:
            note = str(arguments.get("note", "")).strip()[:500]
            hours, to = int(str(arguments.get("hours", 0))), str(arguments.get("to", ""))
            await act(Deed(str(arguments.get("deed")), note, hours, to))

        self.on("act", lambda event: pass_on(event.args))

    def show(self, standing: Standing, said: str | None = None, *, done: bool = False) -> None:
        """Show how it stands, and what came of the last deed."""
        self.run_method("show", asdict(standing), said, done)
