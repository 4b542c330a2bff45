"""Machines that run short of something, without needing one that does."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may become larger: the same to the writer as a full disk."""
    with _limited(resource.RLIMIT_FSIZE, size):
        yield


@contextmanager
def nothing_more_to_open() -> Iterator[None]:
    """No file, pipe or socket can be opened, and so no process started."""
    with _limited(resource.RLIMIT_NOFILE, 3):
        yield


@contextmanager
def _limited(kind: int, most: int) -> Iterator[None]:
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)
