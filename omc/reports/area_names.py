"""Names of areas as people type them: without diacritics, without "xã" before them, misspelt."""

from __future__ import annotations

import difflib
import re
import unicodedata
import zlib
from collections.abc import Sequence

from omc.reports.refusal import CannotReport

_KINDS = re.compile(r"^(tinh|thanh pho|huyen|quan|thi xa|thi tran|phuong|xa|dac khu|tp\.?)\s+")
_MOST = 3
#: Letters of a file's name that are spent on names of areas.
_LONGEST_PART = 80


class UnknownArea(CannotReport):
    """An area that somebody asked for is not there; the text names those that are called nearly so.

    It is about one word of a command, not about a file.
    """


def plain_name(name: str) -> str:
    """`Phường Phúc Yên` and `phuc yen` as the same text."""
    return _KINDS.sub("", _without_diacritics(name))


def file_part(*names: str) -> str:
    """Names as part of a file's name: `phuc-yen-tam-dao`; many are told apart by a checksum."""
    words = (re.sub("[^a-z0-9]+", "-", _without_diacritics(name)).strip("-") for name in names)
    part = "-".join(words)
    if len(part) <= _LONGEST_PART:
        return part
    return f"{part[:_LONGEST_PART].rstrip('-')}-{zlib.crc32(part.encode()):08x}"


def _without_diacritics(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    ascii_only = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(ascii_only.split())


def nearest_names(text: str, names: Sequence[str]) -> list[str]:
    """Up to three names that are spelt nearly so, the nearest first."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain_name(name), name)
    close = difflib.get_close_matches(plain_name(text), by_plain, n=_MOST, cutoff=0.6)
    return [by_plain[plain] for plain in close]
