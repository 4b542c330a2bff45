"""The settings of an installation: `omc.yaml`, read once, checked as a whole, immutable.

Everything wrong in the file is reported at once, each fault with its line and column. Secrets are
`SecretStr`: they show in no `repr`, log or error.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from omc.core.errors import ConfigurationError, Problem
from omc.core.settings.access import TokenSettings, UserSettings
from omc.core.settings.alarms import AlarmSettings
from omc.core.settings.api import ApiSettings
from omc.core.settings.archive import ArchiveSettings
from omc.core.settings.base import (
    DEFAULT_TIME_ZONE,
    AnyPath,
    FolderPath,
    Name,
    SettingsModel,
    TimeZone,
)
from omc.core.settings.console import ConsoleSettings
from omc.core.settings.coverage import CoverageSettings
from omc.core.settings.journal import JournalSettings
from omc.core.settings.mqtt import BrokerSettings
from omc.core.settings.pm import PmSettings
from omc.core.settings.reports import ReportSettings
from omc.core.settings.secret_reference import SecretSource
from omc.core.settings.sinks import InfluxSettings, PrometheusSettings, RemoteWriteSettings
from omc.core.settings.snmp import Credentials, SnmpSettings
from omc.core.settings.ves import VesSettings
from omc.core.yaml_source import YamlFile, load_yaml, shown, validate

#: Lists whose members are told apart by their name: all sinks, because their metrics are.
_NAMED = {
    "broker": ("mqtt",),
    "sink": ("influxdb", "remote_write"),
    "user": ("users",),
    "token": ("tokens",),
}


class LogSettings(SettingsModel):
    """What the service says about itself while it runs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Settings(SettingsModel):
    """One `omc.yaml`. Durations are in seconds, sizes in bytes, paths absolute or as given.

    Attributes:
        timezone: Days and busy hours are local to it; everything is stored in UTC.
        language: Of texts for people.
        inventory: Folder of the inventory.
        data: Folder for what the service keeps; made when it is missing.
        profiles: Folders of device profiles besides the shipped ones; a later one wins.
        mappings: Folders of MQTT mappings besides the shipped ones; a later one wins.
        snmp: How the fleet is polled.
        credentials: SNMP credentials by the name that nodes use.
        mqtt: Brokers.
        pm: Measurement files of base stations.
        ves: Where O-RAN units send their events; None: nowhere.
        prometheus: The page that Prometheus scrapes.
        influxdb: Sinks.
        remote_write: Sinks.
        journal: Where samples wait for sinks that are away.
        alarms: How alarms are found and kept.
        api: The HTTP API, for the `omc` command and other programs.
        console: The pages that operators look at.
        archive: History on disk.
        reports: What is made of it for planners.
        coverage: What cover is predicted with.
        users: People who may log in.
        tokens: Programs that may call the API.
        log: What the service says about itself.
    """

    timezone: TimeZone = DEFAULT_TIME_ZONE
    language: Literal["vi", "en"] = "vi"
    inventory: FolderPath
    data: AnyPath
    profiles: tuple[FolderPath, ...] = ()
    mappings: tuple[FolderPath, ...] = ()
    snmp: SnmpSettings = SnmpSettings()
    credentials: Mapping[Name, Credentials] = Field(default_factory=dict)
    mqtt: tuple[BrokerSettings, ...] = ()
    pm: PmSettings = PmSettings()
    ves: VesSettings | None = None
    prometheus: PrometheusSettings = PrometheusSettings()
    influxdb: tuple[InfluxSettings, ...] = ()
    remote_write: tuple[RemoteWriteSettings, ...] = ()
    journal: JournalSettings = JournalSettings()
    alarms: AlarmSettings = AlarmSettings()
    api: ApiSettings = ApiSettings()
    console: ConsoleSettings = ConsoleSettings()
    archive: ArchiveSettings = ArchiveSettings()
    reports: ReportSettings = ReportSettings()
    coverage: CoverageSettings = CoverageSettings()
    users: tuple[UserSettings, ...] = ()
    tokens: tuple[TokenSettings, ...] = ()
    log: LogSettings = LogSettings()

    @property
    def archive_folder(self) -> Path:
        """Where history is kept."""
        return self.archive.folder or self.data / "archive"

    @property
    def report_folder(self) -> Path:
        """Where reports are kept."""
        return self.reports.folder or self.data / "reports"

    @property
    def journal_path(self) -> Path:
        """The journal's file."""
        return self.journal.path or self.data / "journal.sqlite"

    @property
    def has_push_sinks(self) -> bool:
        """Whether anything is sent samples, rather than fetching them; the archive is."""
        return bool(self.influxdb or self.remote_write or self.archive.enabled)


def load_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings and every secret they refer to.

    Args:
        path: The file; relative paths within are relative to its folder.
        environment: Environment variables, for secrets.

    Raises:
        ConfigurationError: with every problem of the file.
    """
    file = load_yaml(path)
    problems = _duplicate_names(file) + _shared_client_ids(file)
    try:
        settings = validate(file, Settings, SecretSource(path.parent, environment))
    except ConfigurationError as error:
        raise ConfigurationError([*problems, *error.problems]) from None
    if problems:
        raise ConfigurationError(problems)
    return settings


def _duplicate_names(file: YamlFile) -> list[Problem]:
    """Checked on the raw file, so that they are told together with everything else."""
    problems = []
    for what, sections in _NAMED.items():
        seen: set[str] = set()
        entries = [
            (section, *entry) for section in sections for entry in _entries(file.data, section)
        ]
        for section, index, entry in entries:
            name = entry.get("name")
            if isinstance(name, str) and name in seen:
                text = f"name: there is another {what} {shown(name)}; names are unique"
                problems.append(file.problem((section, index, "name"), text))
            elif isinstance(name, str):
                seen.add(name)
    return problems


def _shared_client_ids(file: YamlFile) -> list[Problem]:
    """Two connections with one client id on one broker disconnect each other for ever."""
    problems = []
    seen: set[tuple[object, ...]] = set()
    for index, entry in _entries(file.data, "mqtt"):
        identity = (entry.get("client_id"), entry.get("host"), entry.get("port"))
        if not isinstance(identity[0], str):
            continue
        if identity in seen:
            text = f"client_id: {shown(identity[0])} is already used on this broker"
            problems.append(file.problem(("mqtt", index, "client_id"), text))
        seen.add(identity)
    return problems


def _entries(data: Any, section: str) -> list[tuple[int, dict[str, Any]]]:
    entries = data.get(section) if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return []
    return [(index, entry) for index, entry in enumerate(entries) if isinstance(entry, dict)]
