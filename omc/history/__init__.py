"""The archive as seen by those who write and read it."""

from omc.history.maintenance import Maintenance, Report, Retention, kept_since
from omc.history.manifest import NoArchive
from omc.history.reader import History
from omc.history.writer import ArchiveWriter

__all__ = [
    "ArchiveWriter",
    "History",
    "Maintenance",
    "NoArchive",
    "Report",
    "Retention",
    "kept_since",
]
