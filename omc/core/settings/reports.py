"""Settings of reports: where they are kept, what they are judged by, which make themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from omc.core.settings.base import AnyPath, Name, SettingsModel
from omc.core.settings.notify import MinuteOfDay

_Target = Annotated[float, Field(gt=0, le=1)]

ReportName = Literal["coverage", "availability", "5g-readiness"]
ReportFormat = Literal["xlsx", "pdf", "html", "csv", "geojson", "gpkg", "kml"]


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


class ScheduledReport(SettingsModel):
    """A report that the service makes by itself when a day, week or month is over.

    Attributes:
        name: Unique.
        report: Which.
        every: What it is about: the last whole local day, week (from Monday) or month.
        at: Minute of the local day on which it is made.
        formats: Of its files.
        language: None is the settings' language.
        options: More options of `omc report`, without dashes: `level: commune`.
        send_to: Names of `alarms.routes` via mail or Apprise that get the files.
    """

    name: Name
    report: ReportName
    every: Literal["day", "week", "month"] = "month"
    at: MinuteOfDay = 6 * 60
    formats: Annotated[tuple[ReportFormat, ...], Field(min_length=1)] = ("xlsx", "pdf")
    language: Literal["vi", "en"] | None = None
    options: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")], str | int | float] = Field(
        default_factory=dict
    )
    send_to: tuple[Name, ...] = ()


class ReportSettings(SettingsModel):
    """How reports are made and kept.

    Attributes:
        folder: Where they are; None is `reports` in the settings' `data` folder.
        targets: What availability is judged by.
        schedule: Those that the service makes by itself.
    """

    folder: AnyPath | None = None
    targets: AvailabilityTargets = AvailabilityTargets()
    schedule: tuple[ScheduledReport, ...] = ()

    @field_validator("schedule")
    @classmethod
    def _names_are_unique(
        cls, schedule: tuple[ScheduledReport, ...]
    ) -> tuple[ScheduledReport, ...]:
        names = [one.name for one in schedule]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"schedule: two are called {twice!r}; names are unique")
        return schedule
