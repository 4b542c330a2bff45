"""What a command needs of the settings to call the service that runs on them: no secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict

from omc.core.settings.api import ApiSettings
from omc.core.settings.archive import ArchiveSettings
from omc.core.settings.base import DEFAULT_TIME_ZONE, AnyPath, FolderPath, SettingsModel, TimeZone
from omc.core.settings.coverage import CoverageSettings
from omc.core.settings.journal import JournalSettings
from omc.core.settings.reports import ReportSettings
from omc.core.settings.secret_reference import SecretSource
from omc.core.yaml_source import load_yaml, validate


class ClientSettings(SettingsModel):
    """The part of `omc.yaml` that says where the service is; the rest is passed over.

    Attributes:
        data: Folder with the local token.
        api: Where it listens.
        timezone: In which times are shown.
        language: Of texts for people.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data: AnyPath
    api: ApiSettings = ApiSettings()
    timezone: TimeZone = DEFAULT_TIME_ZONE
    language: Literal["vi", "en"] = "vi"


class ReaderSettings(SettingsModel):
    """The part of `omc.yaml` that says where history is and how to show it: no secrets.

    Attributes:
        data: Folder of what the service keeps.
        archive: Where history is.
        reports: Where reports are kept, and what they are judged by.
        coverage: What cover is predicted with.
        inventory: Folder of the inventory.
        timezone: In which times are shown.
        language: Of texts for people.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data: AnyPath
    archive: ArchiveSettings = ArchiveSettings()
    reports: ReportSettings = ReportSettings()
    coverage: CoverageSettings = CoverageSettings()
    inventory: FolderPath
    timezone: TimeZone = DEFAULT_TIME_ZONE
    language: Literal["vi", "en"] = "vi"

    @property
    def archive_folder(self) -> Path:
        """Where history is kept."""
        return self.archive.folder or self.data / "archive"

    @property
    def report_folder(self) -> Path:
        """Where reports are kept."""
        return self.reports.folder or self.data / "reports"


class SinkInSettings(SettingsModel):
    """A sink, as far as the journal knows it: its name."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str


class JournalFileSettings(SettingsModel):
    """The part of `omc.yaml` that says where the journal is, and for whom it keeps samples.

    Attributes:
        data: Folder of what the service keeps.
        journal: Where samples wait.
        influxdb: Sinks that are written to,
        remote_write: and these.
        timezone: In which times are shown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data: AnyPath
    journal: JournalSettings = JournalSettings()
    influxdb: tuple[SinkInSettings, ...] = ()
    remote_write: tuple[SinkInSettings, ...] = ()
    timezone: TimeZone = DEFAULT_TIME_ZONE

    @property
    def journal_path(self) -> Path:
        """The journal's file."""
        return self.journal.path or self.data / "journal.sqlite"


def load_journal_settings(path: Path) -> JournalFileSettings:
    """Read where the journal is. Nothing else is looked at, so no secret has to be there.

    Raises:
        ConfigurationError: with every problem of these parts.
    """
    return validate(load_yaml(path), JournalFileSettings, SecretSource(path.parent, {}))


def load_reader_settings(path: Path) -> ReaderSettings:
    """Read where history is. Nothing else is looked at, so no secret has to be there.

    Raises:
        ConfigurationError: with every problem of these parts.
    """
    return validate(load_yaml(path), ReaderSettings, SecretSource(path.parent, {}))


def load_client_settings(path: Path) -> ClientSettings:
    """Read where the service is. Nothing else is looked at, so no secret has to be there.

    Raises:
        ConfigurationError: with every problem of these parts.
    """
    return validate(load_yaml(path), ClientSettings, SecretSource(path.parent, {}))
