"""Numbers of series in the archive: the same metric and labels have the same number anywhere.

The number is a hash, so nobody has to hand numbers out: two processes, a restart or a restored
backup agree by themselves. 64 bits: among ten million series, two share a number with a
probability below 3 in a million.
"""

from __future__ import annotations

from hashlib import blake2b


def number(text: str) -> int:
    """The number of a series' key, or of a label text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
