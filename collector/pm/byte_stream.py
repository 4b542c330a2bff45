"""Bytes that come in chunks, read by length: what archives are taken apart with."""

from __future__ import annotations

from collections.abc import Iterator


class ByteStream:
    """Reads an iterator of chunks; holds no more than it is asked to look ahead, and one chunk."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""

    def peek(self, size: int) -> bytes:
        """The next bytes without taking them; fewer at the end."""
        while len(self._held) < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._held += chunk
        return self._held[:size]

    def read(self, size: int) -> bytes:
        """Take exactly so many bytes; fewer at the end."""
        data = self.peek(size)
        self._held = self._held[len(data) :]
        return data

    def part(self, size: int) -> Iterator[bytes]:
        """Take so many bytes as they come; fewer at the end."""
        while size > 0:
            chunk = self._held or next(self._chunks, b"")
            if not chunk:
                return
            taken, self._held = chunk[:size], chunk[size:]
            size -= len(taken)
            yield taken

    def rest(self) -> Iterator[bytes]:
        """Take everything that is left."""
        if self._held:
            held, self._held = self._held, b""
            yield held
        yield from self._chunks
