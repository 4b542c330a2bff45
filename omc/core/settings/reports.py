"""Settings of reports: where they are kept, and what availability they are judged by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from omc.core.settings.base import AnyPath, SettingsModel

_Target = Annotated[float, Field(gt=0, le=1)]


class AvailabilityTargets(SettingsModel):
    """Availability that is aimed for, 0..1: put those of your contracts here.

    Attributes:
        sites: Of each site.
        cells: Of each cell.
        nodes: Of each polled device.
        spans: Of each fibre span.
        pons: Of each PON.
    """

    sites: _Target = 0.995
    cells: _Target = 0.995
    nodes: _Target = 0.995
    spans: _Target = 0.998
    pons: _Target = 0.999


class ReportSettings(SettingsModel):
    """How reports are made and kept.

    Attributes:
        folder: Where they are; None is `reports` in the settings' `data` folder.
        targets: What availability is judged by.
    """

    folder: AnyPath | None = None
    targets: AvailabilityTargets = AvailabilityTargets()
