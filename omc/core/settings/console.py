"""Settings of the console: the pages that operators look at."""

from __future__ import annotations

from typing import Annotated, Literal

from omc.core.quantities import DurationRange, Written
from omc.core.settings.base import SettingsModel


class ConsoleSettings(SettingsModel):
    """The console, served at the address of the API.

    Attributes:
        enabled: Serve it. Without it the service takes some 15 MB less.
        session: Seconds that somebody stays logged in without opening a page.
        theme: Of those who have not chosen one: `auto` follows their system.
    """

    enabled: bool = True
    session: Annotated[float, Written(DurationRange("2s", "30d").parse)] = 43_200.0
    theme: Literal["auto", "dark", "light"] = "auto"
