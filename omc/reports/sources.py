"""What reports are made from: inventory, archive, alarms and settings of one installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory
from omc.core.resources import config_folder
from omc.core.settings import ReaderSettings
from omc.history.manifest import NoArchive
from omc.history.reader import History

#: What DuckDB takes for a question of a report; more is spilled to disk. With this much a report of
#: a month of a province stays below 500 MB; with two thirds of it, it takes 0.7 s longer.
MEMORY = "300MB"


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a report may read.

    Attributes:
        settings: Where things are, time zone, targets.
        inventory: What there is.
        catalogue: Of the metrics.
        history: What was measured; None where nothing has been archived, which a report says.
        now: Aware: what comes later than this is not known, also inside of a period.
    """

    settings: ReaderSettings
    inventory: Inventory
    catalogue: Catalogue
    history: History | None
    now: datetime

    @classmethod
    def open(cls, settings: ReaderSettings, now_ms: int) -> Sources:
        """Load what the settings name.

        Raises:
            ConfigurationError: with every problem of the inventory.
        """
        inventory = Inventory.load(settings.inventory)
        catalogue = Catalogue.load(config_folder() / "metrics")
        try:
            history = History(settings.archive_folder, catalogue, memory=MEMORY, threads=1)
        except NoArchive:
            history = None
        now = datetime.fromtimestamp(now_ms / 1000, settings.timezone)
        return cls(settings, inventory, catalogue, history, now)

    def close(self) -> None:
        """Let go of the archive, and of the memory that reading it took: there is none after."""
        if self.history is not None:
            self.history.close()

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of days and busy hours."""
        return self.settings.timezone
