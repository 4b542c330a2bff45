"""The settings of an installation: `omc.yaml`."""

from omc.core.settings.access import Role, TokenSettings, UserSettings
from omc.core.settings.alarms import AlarmSettings
from omc.core.settings.api import ApiSettings, ServerTlsSettings
from omc.core.settings.archive import ArchiveSettings
from omc.core.settings.client import (
    ClientSettings,
    JournalFileSettings,
    ReaderSettings,
    load_client_settings,
    load_journal_settings,
    load_reader_settings,
)
from omc.core.settings.console import ConsoleSettings
from omc.core.settings.coverage import CoverageSettings
from omc.core.settings.document import LogSettings, Settings, load_settings
from omc.core.settings.journal import JournalSettings
from omc.core.settings.mqtt import BrokerSettings, Subscription
from omc.core.settings.pm import FolderSource, HttpSource, PmSettings, PmSource, SftpSource
from omc.core.settings.reports import ReportSettings
from omc.core.settings.sinks import (
    InfluxSettings,
    InfluxV1Settings,
    InfluxV2Settings,
    PrometheusSettings,
    RemoteWriteSettings,
)
from omc.core.settings.snmp import (
    AuthSettings,
    CommunityCredentials,
    Credentials,
    PrivSettings,
    SnmpSettings,
    TrapSettings,
    UserCredentials,
)
from omc.core.settings.tls import TlsSettings
from omc.core.settings.ves import VesSettings

__all__ = [
    "AlarmSettings",
    "ApiSettings",
    "ArchiveSettings",
    "AuthSettings",
    "BrokerSettings",
    "ClientSettings",
    "CommunityCredentials",
    "ConsoleSettings",
    "CoverageSettings",
    "Credentials",
    "FolderSource",
    "HttpSource",
    "InfluxSettings",
    "InfluxV1Settings",
    "InfluxV2Settings",
    "JournalFileSettings",
    "JournalSettings",
    "LogSettings",
    "PmSettings",
    "PmSource",
    "PrivSettings",
    "PrometheusSettings",
    "ReaderSettings",
    "RemoteWriteSettings",
    "ReportSettings",
    "Role",
    "ServerTlsSettings",
    "Settings",
    "SftpSource",
    "SnmpSettings",
    "Subscription",
    "TlsSettings",
    "TokenSettings",
    "TrapSettings",
    "UserCredentials",
    "UserSettings",
    "VesSettings",
    "load_client_settings",
    "load_journal_settings",
    "load_reader_settings",
    "load_settings",
]
