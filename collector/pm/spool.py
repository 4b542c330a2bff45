"""Files on their way to us: where a transfer that broke off is gone on with."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from collector.pm.offers import Offer

#: Parts of files that were never finished are dropped after so many seconds.
_OLDEST_PART = 3 * 86_400.0


def spooled(spool: Path, offer: Offer) -> Path:
    """Where an offered file is fetched to: another one when it has changed at its source."""
    spool.mkdir(parents=True, exist_ok=True)
    text = f"{offer.name}\0{offer.stamp}".encode()
    return spool / hashlib.blake2b(text, digest_size=16).hexdigest()


def size_of(path: Path) -> int:
    """Bytes that are there already."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def tag_of(path: Path) -> Path:
    """Where the server's own mark of a file's version stands while it is fetched."""
    return path.with_name(f"{path.name}.tag")


def drop(path: Path) -> None:
    """A fetched file is not needed any more."""
    path.unlink(missing_ok=True)
    tag_of(path).unlink(missing_ok=True)


def clean(spool: Path) -> None:
    """Drop what nobody went on with."""
    if not spool.is_dir():
        return
    for path in spool.iterdir():
        if path.is_file() and time.time() - path.stat().st_mtime > _OLDEST_PART:
            path.unlink(missing_ok=True)
