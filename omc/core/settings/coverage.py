"""Settings of coverage reports: the grid, who lives where, terrain and drive tests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from omc.core.settings.base import FilePath, FolderPath, SettingsModel


class CoverageSettings(SettingsModel):
    """What cover is predicted with.

    Attributes:
        grid_m: Side of a cell of the grid, metres.
        population: GeoTIFF, CSV or GeoJSON of where people live; None: evenly in their commune.
        population_year: Of that count.
        population_folder: With more such files, which the console offers for a report.
        terrain: GeoTIFF of heights above the sea; None for flat ground.
        drive_test: CSV of measured levels, which the model is corrected by.
        parameters: Folders with radio parameters of your own; a file in a later one wins.
    """

    grid_m: Annotated[float, Field(ge=10, le=2000)] = 100.0
    population: FilePath | None = None
    population_year: Annotated[int, Field(ge=1900, le=2200, strict=True)] | None = None
    population_folder: FolderPath | None = None
    terrain: FilePath | None = None
    drive_test: FilePath | None = None
    parameters: tuple[FolderPath, ...] = ()
