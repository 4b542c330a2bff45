"""Settings of reports: where they are kept."""

from __future__ import annotations

from omc.core.settings.base import AnyPath, SettingsModel


class ReportSettings(SettingsModel):
    """How reports are made and kept.

    Attributes:
        folder: Where they are; None is `reports` in the settings' `data` folder.
    """

    folder: AnyPath | None = None
