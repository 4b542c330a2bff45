"""A message's bytes become text and JSON documents, with all the faults that firmwares have.

Tolerated: gzip, a byte order mark, NUL bytes at the end, text that is not UTF-8, raw control
characters in strings, several documents in a row, `NaN` and `Infinity` (which become null, also as
C prints them: `nan`, `-inf`), and a key that stands in an object twice (`AMBIGUOUS`). Everything
else raises `Rejected`.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any, Final

from collector.mqtt.rejection import Reason, Rejected

#: Longest payload that is read, in bytes, compressed or not.
LARGEST_PAYLOAD = 64 * 1024

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's way to say: expect a gzip header
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHITE = " \t\r\n"
_BETWEEN_DOCUMENTS = re.compile(r"[\s\0,;]*")
_BARE_NOT_FINITE = re.compile(r"(?<=[:\[,\s])[+-]?(?:nan|inf(?:inity)?)(?=[\s,\]}])", re.IGNORECASE)


class _Ambiguous:
    """The value of a key that stands in one object twice, with different values."""

    def __repr__(self) -> str:
        return "AMBIGUOUS"


AMBIGUOUS: Final = _Ambiguous()


def text_of(payload: bytes, fallback: str = "latin-1") -> str:
    """The payload's text, without white space, NUL bytes and byte order mark around it.

    Args:
        payload: As it was published.
        fallback: Encoding of payloads that are not UTF-8.

    Raises:
        Rejected: empty, too large, or broken compression.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, f"{len(payload)} bytes")
    if payload[:2] == _GZIP:
        payload = _decompressed(payload)
    payload = payload.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        text = payload.decode(fallback, "replace")
    text = text.strip("\0" + _WHITE)
    if not text:
        raise Rejected(Reason.EMPTY)
    return text


def _decompressed(payload: bytes) -> bytes:
    reader = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = reader.decompress(payload, LARGEST_PAYLOAD + 1)
    except zlib.error as error:
        raise Rejected(Reason.COMPRESSION, str(error)) from None
    if len(content) > LARGEST_PAYLOAD:
        raise Rejected(Reason.TOO_LARGE, "after decompression")
    if not reader.eof:
        raise Rejected(Reason.COMPRESSION, "the gzip stream is cut off")
    return content


def documents_of(text: str) -> tuple[list[Any], bool]:
    """The JSON documents that stand in a text one after the other.

    Returns:
        At least one document, and whether the text was read to its end (what follows the last
        good document may be one that was cut off).

    Raises:
        Rejected: not even the first one is JSON.
    """
    try:
        return _documents_of(text)
    except ValueError:
        mended = _BARE_NOT_FINITE.sub("null", text)
    except RecursionError:
        raise Rejected(Reason.NOT_JSON, "nested too deeply") from None
    try:
        return _documents_of(mended)
    except (ValueError, RecursionError):
        raise Rejected(Reason.NOT_JSON) from None


def _documents_of(text: str) -> tuple[list[Any], bool]:
    document, end = _DECODER.raw_decode(text)
    documents = [document]
    while (start := _next_start(text, end)) < len(text):
        try:
            document, end = _DECODER.raw_decode(text, start)
        except ValueError:
            return documents, False
        documents.append(document)
    return documents, True


def _next_start(text: str, end: int) -> int:
    found = _BETWEEN_DOCUMENTS.match(text, end)
    return found.end() if found else end


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if found[key] != value:
                found[key] = AMBIGUOUS
    return found


def _null(_literal: str) -> None:
    return None


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_null, strict=False)
