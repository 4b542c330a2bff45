"""The journal: what was published and is not yet everywhere, in one SQLite file."""

from omc.bus.journal.bus import JournalledBus
from omc.bus.journal.policy import JournalPolicy

__all__ = ["JournalPolicy", "JournalledBus"]
