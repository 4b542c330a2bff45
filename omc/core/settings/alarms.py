"""Settings of alarms: which rules, where the core is, how long history is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import field_validator

from omc.core.quantities import DurationRange, Written
from omc.core.settings.base import FolderPath, Name, SettingsModel
from omc.core.settings.notify import HeartbeatSettings, RouteSettings


class AlarmSettings(SettingsModel):
    """How alarms are found and kept.

    Attributes:
        rules: Folders of rules besides the shipped ones; a later rule replaces one by name.
        core: Sites (or nodes without a site) where the network's core is: what has no way to any
            of them is cut off. Empty: the place with the most spans.
        patience: Seconds between the first loss and the verdict about its root cause, at most.
        keep_history: Seconds that changes of alarms are kept for.
        routes: Who is told of alarms, and how.
        heartbeat: The dead man's switch; None for none.
    """

    rules: tuple[FolderPath, ...] = ()
    core: tuple[Name, ...] = ()
    patience: Annotated[float, Written(DurationRange("1s", "60s").parse)] = 8.0
    keep_history: Annotated[float, Written(DurationRange("1d", "4000d").parse)] = 400 * 86_400.0
    routes: tuple[RouteSettings, ...] = ()
    heartbeat: HeartbeatSettings | None = None

    @field_validator("routes")
    @classmethod
    def _names_are_unique(cls, routes: tuple[RouteSettings, ...]) -> tuple[RouteSettings, ...]:
        names = [route.name for route in routes]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"routes: two are called {twice!r}; names are unique")
        return routes
