"""Objects in a walk without its MIB: which OIDs are rows of one column.

A column is told by its table: the entry (an arc 1) below which several arcs have rows of the same
index. It is a guess, good enough to show a walk by objects instead of by instances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

Oid = tuple[int, ...]

_ENTRY = 1
_SCALAR: Oid = (0,)


def objects_of(oids: Sequence[Oid]) -> dict[Oid, list[Oid]]:
    """Instances by object.

    Args:
        oids: Ascending, each once.

    Returns:
        The OID of a scalar (without its 0) or of a column -> the indexes of its instances, in
        order.
    """
    found: dict[Oid, list[Oid]] = {}
    _collect((), list(oids), found)
    return found


def _collect(prefix: Oid, rests: list[Oid], found: dict[Oid, list[Oid]]) -> None:
    """Sort what stands below a prefix into objects."""
    children: dict[int, list[Oid]] = {}
    for rest in rests:
        if not rest:
            found.setdefault(prefix, []).append(())  # a value on a node that has others below it
        else:
            children.setdefault(rest[0], []).append(rest[1:])
    if prefix[-1:] == (_ENTRY,) and _is_entry(children):
        for arc, indexes in children.items():
            found.setdefault((*prefix, arc), []).extend(indexes)
        return
    for arc, below in children.items():
        if below == [()]:
            found.setdefault(prefix, []).append((arc,))
        else:
            _collect((*prefix, arc), below, found)


def _is_entry(children: Mapping[int, Sequence[Oid]]) -> bool:
    """Whether arcs look like the columns of one table: most of them share an index."""
    if 0 in children or all(
        len(set(below)) == 1 and below[0] == _SCALAR for below in children.values()
    ):
        return False
    counts = Counter(index for below in children.values() for index in set(below))
    index, columns = counts.most_common(1)[0]
    deeper = all(index[:1] == (_ENTRY,) and len(index) > 2 for index in counts)
    if not index or deeper:
        return False
    return columns >= 2 and columns * 2 >= len(children)
