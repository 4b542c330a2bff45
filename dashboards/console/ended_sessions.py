"""Sessions that were logged out, over restarts too, until every cookie of theirs has run out."""

from __future__ import annotations

from pathlib import Path

import structlog

from omc.core.atomic_file import replace_file
from omc.core.clock import Clock

log = structlog.get_logger(__name__)


class EndedSessions:
    """The file: a line for each, with the moment (Unix milliseconds) at which it may be forgotten.

    Args:
        path: Made at the first logout.
        clock: The time.

    Raises:
        OSError: it is there and cannot be read or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._until: dict[str, int] = {}
        if path.exists():
            self._load()

    def __contains__(self, number: str) -> bool:
        return number in self._until

    def add(self, number: str, until_ms: int) -> None:
        """Remember one. Blocks until it is on disk; on a full one it holds until the restart."""
        now = self._clock.time_ms()
        kept = {known: until for known, until in self._until.items() if until > now}
        self._until = kept | {number: until_ms}
        try:
            self._write()
        except OSError as error:
            log.error("logout_not_kept", file=str(self._path), why=str(error))  # noqa: TRY400

    def _load(self) -> None:
        for line in self._path.read_text(encoding="ascii").splitlines():
            number, _, until = line.partition(" ")
            if until.isdecimal():
                self._until[number] = int(until)

    def _write(self) -> None:
        text = "".join(f"{number} {until}\n" for number, until in self._until.items())
        replace_file(self._path, text.encode())
