"""Readers that are called in the moment of publishing; one that fails costs nobody else."""

from __future__ import annotations

import structlog

from omc.bus.base import BatchListener, EventListener
from omc.core.model import Batch, Event

log = structlog.get_logger(__name__)


class LiveReaders:
    """Those who listen to one bus."""

    def __init__(self) -> None:
        self._on_batch: list[BatchListener] = []
        self._on_event: list[EventListener] = []

    def listen(self, on_batch: BatchListener | None, on_event: EventListener | None) -> None:
        """Call these from now on."""
        if on_batch is not None:
            self._on_batch.append(on_batch)
        if on_event is not None:
            self._on_event.append(on_event)

    def publish(self, batch: Batch) -> None:
        """Call everyone who wants batches."""
        for listener in self._on_batch:
            try:
                listener(batch)
            except Exception:
                log.exception("listener_failed", source=batch.source)

    def emit(self, event: Event) -> None:
        """Call everyone who wants events."""
        for listener in self._on_event:
            try:
                listener(event)
            except Exception:
                log.exception("listener_failed", source=event.source)
