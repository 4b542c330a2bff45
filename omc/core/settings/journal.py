"""Settings of the journal: what was published and is not yet everywhere, kept on disk."""

from __future__ import annotations

from typing import Annotated

from omc.core.quantities import DurationRange, SizeRange, Written
from omc.core.settings.base import AnyPath, SettingsModel


class JournalSettings(SettingsModel):
    """Where samples wait for sinks that are away. Used only where there are such sinks.

    Attributes:
        enabled: Without it they wait in memory, and are lost with the process.
        path: The file; None is `journal.sqlite` in the data folder.
        max_size: Bytes; beyond them the oldest samples are dropped and counted.
        max_age: Seconds after which samples that nobody took are dropped and counted.
        commit_interval: Seconds between two writes: what a crash may lose.
    """

    enabled: bool = True
    path: AnyPath | None = None
    max_size: Annotated[int, Written(SizeRange("16MiB", "16TiB").parse)] = 4 * 2**30
    max_age: Annotated[float, Written(DurationRange("1m", "3650d").parse)] = 7 * 86_400.0
    commit_interval: Annotated[float, Written(DurationRange("10ms", "1s").parse)] = 0.1
