"""Settings of the archive: where history is kept, and how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from omc.core.quantities import DurationRange, SizeRange, Written
from omc.core.settings.base import AnyPath, SettingsModel

DAY_SECONDS = 86_400


class ArchiveSettings(SettingsModel):
    """History on disk, as Parquet files.

    Attributes:
        enabled: Whether samples are archived.
        folder: Where; None is `archive` in the settings' `data` folder.
        raw: Seconds that samples are kept as they came; whole days count.
        roll_ups: Seconds that 5-minute and hourly roll-ups are kept; whole days count.
        flush_interval: Seconds between two writes; what came since the last one may be lost when
            the machine fails.
        buffer_samples: Samples kept while nothing can be written; then the oldest are dropped and
            counted.
        maintenance_interval: Seconds between two runs of merging, rolling up and deleting.
        maintenance_memory: Bytes that such a run takes for sorting; more is spilled to disk.
    """

    enabled: Annotated[bool, Field(strict=True)] = True
    folder: AnyPath | None = None
    raw: Annotated[float, Written(DurationRange("2d", "3660d").parse)] = 30.0 * DAY_SECONDS
    roll_ups: Annotated[float, Written(DurationRange("2d", "36600d").parse)] = 1096.0 * DAY_SECONDS
    flush_interval: Annotated[float, Written(DurationRange("1s", "10m").parse)] = 30.0
    buffer_samples: Annotated[int, Field(ge=1000, strict=True)] = 2_000_000
    maintenance_interval: Annotated[float, Written(DurationRange("10s", "1d").parse)] = 600.0
    maintenance_memory: Annotated[int, Written(SizeRange("64MiB", "1TiB").parse)] = 512 * 2**20

    @property
    def raw_days(self) -> int:
        """Whole days that samples are kept as they came."""
        return int(self.raw // DAY_SECONDS)

    @property
    def roll_up_days(self) -> int:
        """Whole days that roll-ups are kept."""
        return int(self.roll_ups // DAY_SECONDS)
