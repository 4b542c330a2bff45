"""Chance that is the same in every run: named streams of random numbers, and cheap hashes.

Nothing here depends on Python's hash seed: `random.Random` hashes a text with SHA-512.
"""

from __future__ import annotations

import random

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_SCALE = 1.0 / (1 << 64)


def stream(seed: int, *topic: object) -> random.Random:
    """A generator of its own for one topic, so that a change in one leaves the others alone."""
    name = "/".join(str(part) for part in (seed, *topic))
    return random.Random(name)  # noqa: S311 - repeatable on purpose, nothing secret


def unit(*parts: int) -> float:
    """A repeatable number in [0, 1) for a few integers (splitmix64 finaliser over them)."""
    state = 0x9E37_79B9_7F4A_7C15
    for part in parts:
        state = ((state ^ (part & _MASK)) * 0xBF58_476D_1CE4_E5B9) & _MASK
        state ^= state >> 29
    state = (state * 0x94D0_49BB_1331_11EB) & _MASK
    return (state ^ (state >> 31)) * _SCALE
