"""The bus of the service: with a journal where samples are sent to somebody, else in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omc.bus.journal import JournalledBus, JournalPolicy
from omc.bus.local import LocalBus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.model import Series, SeriesTable
from omc.core.settings import Settings


def make_bus(
    settings: Settings, catalogue: Catalogue, table: SeriesTable, clock: Clock
) -> LocalBus | JournalledBus:
    """A bus that keeps nothing yet: see `kept`."""
    if not (settings.has_push_sinks and settings.journal.enabled):
        return LocalBus()

    def series_of(key: str) -> Series | None:
        name, brace, labels = key.partition("{")
        if name not in catalogue:
            return None
        return table.intern_text(catalogue.metric(name), brace + labels)

    journal = settings.journal
    policy = JournalPolicy(
        settings.journal_path, journal.max_size, journal.max_age, journal.commit_interval
    )
    bus = JournalledBus(policy, clock, series_of)
    table.on_forget(bus.forget)
    return bus


@asynccontextmanager
async def kept(bus: LocalBus | JournalledBus) -> AsyncIterator[None]:
    """Keep the journal of a bus that has one, for the length of the block."""
    if isinstance(bus, JournalledBus):
        async with bus.running():
            yield
    else:
        yield
