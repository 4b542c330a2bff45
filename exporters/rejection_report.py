"""Telling of samples that a sink refuses for good: each reason once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from omc.core.errors import SinkRejected
from omc.core.model import Batch

log = structlog.get_logger(__name__)

#: Different reasons that are logged; further ones are only counted.
_MAX_REPORTED = 100


class RejectionReport:
    """What was told of one sink.

    Args:
        sink: Its name.
    """

    def __init__(self, sink: str) -> None:
        self._sink = sink
        self._reported: set[str] = set()

    def tell(self, refusal: SinkRejected, piece: Sequence[Batch], samples: int) -> None:
        """Log a rejection, once a reason: for a single sample that is its metric."""
        is_single = sum(map(len, piece)) == 1
        series = piece[0].series[0] if is_single else None
        reason = series.metric.name if series is not None else str(refusal)
        if reason in self._reported or len(self._reported) >= _MAX_REPORTED:
            return
        self._reported.add(reason)
        log.error(
            "samples_rejected",
            sink=self._sink,
            samples=samples,
            first=series.key if series is not None else None,
            reason=str(refusal),
            exc_info=refusal.__cause__,
        )
