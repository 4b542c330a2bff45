"""Takes measurement files out of what they travel in: gzip, tar, and tar of gzip.

Everything streams and nothing is written to disk, so a name in an archive can lead nowhere. What
expands beyond all reason is given up while it does, and what came before the damage was handed out.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from collector.pm.byte_stream import ByteStream
from omc.core.errors import Malformed

_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
_TAR_MAGIC, _TAR_MAGIC_AT = b"ustar", 257
_BLOCK = 512
_REGULAR = (b"0", b"\0", b"7")
_LONG_NAME = b"L"
_LONGEST_NAME = 4096
_MOST_MEMBERS = 100_000

#: Measurement files compress 10- to 50-fold; more than this, once it is much, is a bomb.
_LARGEST_RATIO = 250
_RATIO_COUNTS_FROM = 32 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One measurement file.

    Attributes:
        name: Of the file, or `archive!member`.
        chunks: Its bytes; to be used up before the next member. May raise `Malformed`.
    """

    name: str
    chunks: Iterator[bytes]


class _Budget:
    """How much may still come out of a file."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._expanded = 0

    def spend(self, size: int, packed: int) -> None:
        self._expanded += size
        if self._expanded > self._limit:
            text = f"expands to more than {self._limit >> 20} MiB; the rest is left alone"
            raise Malformed(f"{self._name}: {text}", endpoint=self._name)
        if self._expanded > _RATIO_COUNTS_FROM and self._expanded > _LARGEST_RATIO * packed:
            text = f"expands more than {_LARGEST_RATIO}-fold, as archive bombs do; given up"
            raise Malformed(f"{self._name}: {text}", endpoint=self._name)


def members(file: BinaryIO, name: str, limit: int) -> Iterator[Member]:
    """The measurement files in a file, whatever it is packed in.

    Args:
        file: Open for reading bytes.
        name: Of the file, for people.
        limit: Bytes that may come out of it at most.

    Raises:
        Malformed: the archive cannot be read on; members handed out before were whole.
    """
    budget = _Budget(name, limit)
    stream = ByteStream(_unpacked(ByteStream(iter(lambda: file.read(_CHUNK), b"")), name, budget))
    if stream.peek(_BLOCK)[_TAR_MAGIC_AT : _TAR_MAGIC_AT + len(_TAR_MAGIC)] == _TAR_MAGIC:
        yield from _tar_members(stream, name, budget)
    else:
        yield Member(name, stream.rest())


def _unpacked(stream: ByteStream, name: str, budget: _Budget) -> Iterator[bytes]:
    return _gunzipped(stream, name, budget) if stream.peek(2) == _GZIP else stream.rest()


def _gunzipped(stream: ByteStream, name: str, budget: _Budget) -> Iterator[bytes]:
    """All members of a gzip file (RFC 1952), one after the other."""
    packed = 0
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in stream.rest():
        packed += len(chunk)
        data = chunk
        while data:
            if decompressor.eof:
                if data[:2] != _GZIP[: len(data[:2])]:
                    return  # padding behind the last member
                decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                out = decompressor.decompress(data, _CHUNK)
            except zlib.error as error:
                raise Malformed(f"{name}: damaged gzip: {error}", endpoint=name) from None
            data = decompressor.unconsumed_tail or decompressor.unused_data
            budget.spend(len(out), packed)
            if out:
                yield out
    while not decompressor.eof:
        out = decompressor.decompress(decompressor.unconsumed_tail, _CHUNK)
        if not out:
            raise Malformed(f"{name}: truncated gzip: the end is missing", endpoint=name)
        budget.spend(len(out), packed)
        yield out


def _tar_members(stream: ByteStream, name: str, budget: _Budget) -> Iterator[Member]:
    """Regular files of a tar archive (POSIX ustar, GNU long names); all else is passed over."""
    long_name = ""
    for _ in range(_MOST_MEMBERS):
        header = stream.read(_BLOCK)
        if not header.strip(b"\0"):
            return
        if len(header) < _BLOCK:
            raise Malformed(f"{name}: truncated tar: a header ends too early", endpoint=name)
        size, kind = _size(header, name), header[156:157]
        content = stream.part(size)
        if kind == _LONG_NAME:
            long_name = _text(b"".join(content)[:_LONGEST_NAME]) if size <= _LONGEST_NAME else ""
        elif kind in _REGULAR:
            inner = f"{name}!{long_name or _text(header[:100])}"
            counted = _whole(content, size, inner)
            yield Member(inner, _unpacked(ByteStream(counted), inner, budget))
            long_name = ""
        for _rest in content:
            pass
        stream.read(-size % _BLOCK)
    raise Malformed(f"{name}: more than {_MOST_MEMBERS} files in one archive", endpoint=name)


def _whole(chunks: Iterator[bytes], size: int, name: str) -> Iterator[bytes]:
    """The content of a member; raises where the archive ends before it does."""
    for chunk in chunks:
        size -= len(chunk)
        yield chunk
    if size:
        raise Malformed(f"{name}: truncated tar: {size} bytes are missing", endpoint=name)


def _size(header: bytes, name: str) -> int:
    digits = header[124:136].strip(b"\0 ")
    try:
        return int(digits or b"0", 8)
    except ValueError:
        raise Malformed(f"{name}: damaged tar: a size of {digits!r}", endpoint=name) from None


def _text(data: bytes) -> str:
    """A name in an archive, for people only: it is never opened."""
    text = data.split(b"\0", 1)[0].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)
