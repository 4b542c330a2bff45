"""Orders of reports, and the file beside the reports that keeps them over a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from omc.core.atomic_file import replace_file
from omc.core.metric import Text
from omc.reports.maker import ReportOrder

log = structlog.get_logger(__name__)

FILE = "orders.json"


class Stage(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the service ended while it was worked on


@dataclass(slots=True, eq=False)
class Job:
    """One order.

    Attributes:
        number: Unique in the installation, as long as it is remembered.
        order: What is wanted.
        who: Wants it.
        ordered_ms: When it was ordered.
        stage: How far it is.
        step: What is being done.
        fault: Why it failed; None unless it did.
        files: Names, once it is done.
    """

    number: int
    order: ReportOrder
    who: str
    ordered_ms: int
    stage: Stage = Stage.WAITING
    step: str = ""
    fault: Text | None = None
    files: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits or is worked on."""
        return self.stage in (Stage.WAITING, Stage.WORKING)

    @property
    def may_come_again(self) -> bool:
        """Whether nothing came of it, so that somebody may want it once more."""
        return self.stage in (Stage.FAILED, Stage.CANCELLED, Stage.INTERRUPTED)


_JOBS = TypeAdapter(list[Job])


def read_orders(folder: Path) -> list[Job]:
    """Orders as they were when the service ended, the earliest first.

    What was being worked on then is interrupted. A damaged file is none: the reports are on the
    shelf all the same.
    """
    try:
        jobs = _JOBS.validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        return []
    except (OSError, ValidationError) as error:
        log.warning("orders_not_read", reason=str(error))
        return []
    for job in jobs:
        if job.stage is Stage.WORKING:
            job.stage, job.step = Stage.INTERRUPTED, ""
    return jobs


def content_of(jobs: Sequence[Job]) -> bytes:
    """What the file is to hold."""
    return _JOBS.dump_json(list(jobs), indent=1)


def keep_orders(content: bytes, folder: Path) -> None:
    """Replace the file. Blocks until it is on disk.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / FILE, content)
