"""What a process that reads millions of values asks of Python's cyclic garbage collector."""

from __future__ import annotations

import gc

#: Containers made and not yet gone before the youngest are looked through. Python's 700 are a dozen
#: responses of an agent: it would look for cycles among them again and again, a tenth of all CPU.
_YOUNGEST = 20_000
_OLDER = 20


def settle() -> None:
    """Exempt all that is in memory now from garbage collection, and look at the rest more rarely.

    To be called once what lives as long as the process is there: millions of small objects, in
    which nothing would be found.
    """
    gc.freeze()
    gc.set_threshold(_YOUNGEST, _OLDER, _OLDER)
