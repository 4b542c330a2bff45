"""One open page: who looks at it, in which language, and how it is kept live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboards.console.preferences import Preferences
from dashboards.console.sessions import Session
from dashboards.console.texts import Texts
from omc.core.settings import Role

if TYPE_CHECKING:
    from starlette.requests import Request

    from dashboards.console.console import Console


@dataclass(slots=True)
class Viewer:
    """What a page's function is given.

    Attributes:
        console: Everything that pages share.
        session: Who looks.
        texts: In their language.
        preferences: Language and theme.
        request: What they asked for: path and query.
        shows: Called whenever the picture of the network has changed; pages add theirs.
        beats: Called every few seconds: what is read changes all the time.
    """

    console: Console
    session: Session
    texts: Texts
    preferences: Preferences
    request: Request
    shows: list[Callable[[], None]] = field(default_factory=list)
    beats: list[Callable[[], None]] = field(default_factory=list)

    @property
    def language(self) -> str:
        """`vi` or `en`."""
        return self.texts.language

    def may(self, role: Role) -> bool:
        """Whether they may do what takes that role, now: sessions end while pages are open."""
        return self.session.caller.may(role) and not self.console.sessions.is_over(self.session)

    def live(self, show: Callable[[], None]) -> None:
        """Call `show` whenever the picture of the network has changed."""
        self.shows.append(show)

    def every_beat(self, show: Callable[[], None]) -> None:
        """Call `show` every few seconds."""
        self.beats.append(show)

    def show(self) -> None:
        """Show what is different."""
        for show in self.shows:
            show()
