"""Places that files come from: the seam to folders, SFTP and HTTP servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Offer:
    """One file that a place has.

    Attributes:
        name: As the place calls it; unique there.
        stamp: Changes when the file does (size and time of change).
        size: Bytes; None where the place does not say.
    """

    name: str
    stamp: str
    size: int | None = None

    @property
    def base_name(self) -> str:
        """The name without folders, as people write it."""
        return unquote(self.name.rpartition("/")[2])

    def fits(self, patterns: Sequence[str]) -> bool:
        """Whether its name fits one of the patterns."""
        return any(fnmatchcase(self.base_name, pattern) for pattern in patterns)


class Place(Protocol):
    """Where files come from. Every call may raise `SourceError` and `OSError`: try again later."""

    async def offers(self) -> list[Offer]:
        """The files that are there now and are complete, in the order they are to be read."""
        ...

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        """A file of this machine with the content of an offered one.

        Args:
            offer: Which.
            spool: Folder for what has to be fetched; what was begun there is gone on with.
        """
        ...

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        """An offered file was taken in.

        Args:
            offer: Which.
            path: What `fetch` returned.
            was_read: To its end: only then may it be deleted where it came from.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
