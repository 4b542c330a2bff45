"""The table of the longest outages: each once, not again for everything that went down with it.

A site that loses its mains takes all its devices and cells along. Its outage is one row, which says
how many they were; a meeting would otherwise read of the same night twenty times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from omc.reports.availability_report.tables import Group, Thing
from omc.reports.document import Column, ColumnKind, Language, Table, Value
from omc.reports.outage_cost.causes import CAUSE_TEXTS, Cause
from omc.reports.outages import Outage
from omc.reports.speaker import speaker
from omc.reports.value_text import number_text

_LONGEST_LIST = 2000
_SHOWN = 20
#: A span lies between sites: it is not down because one of them is.
_ON_THEIR_OWN = {"sites", "spans"}


@dataclass(slots=True)
class _Listed:
    """An outage with a row of its own.

    Attributes:
        kind: Title of the object's group.
        thing: The object.
        outage: Of it.
        along: Names of what was down with it.
    """

    kind: str
    thing: Thing
    outage: Outage
    along: set[str] = field(default_factory=set)


def outages_table(
    groups: Sequence[Group], cause_of: Callable[[str, Outage], Cause], language: Language
) -> Table:
    """The longest outages, with their causes."""
    said = speaker(language)
    moment, duration = ColumnKind.MOMENT, ColumnKind.DURATION
    along = said(
        "devices, cells and PONs of the site whose outage lay in this one by half or more; they "
        "have no row of their own",
        "thiết bị, cell, PON của trạm có ít nhất nửa thời gian gián đoạn nằm trong lần này; không "
        "liệt kê riêng",
    )
    columns = (
        Column("kind", said("Kind", "Loại")),
        Column("name", said("Object", "Đối tượng")),
        Column("place", said("Where", "Địa điểm")),
        Column("start", said("Began", "Bắt đầu"), moment),
        Column("end", said("Ended", "Kết thúc"), moment, note=said("empty: lasts", "trống: còn")),
        Column("seconds", said("Down", "Gián đoạn"), duration),
        Column("planned_seconds", said("Of it planned", "Trong đó bảo trì"), duration),
        Column("cause", said("Cause", "Nguyên nhân")),
        Column("along", said("Down with it", "Cùng gián đoạn"), ColumnKind.NUMBER, note=along),
    )
    found = _listed(groups)
    found.sort(key=lambda one: (-one.outage.seconds, one.thing.name))
    rows = [
        _row(one, CAUSE_TEXTS[cause_of(one.thing.site, one.outage)].of(language))
        for one in found[:_LONGEST_LIST]
    ]
    notes = [
        said(
            "Begin and end are told to five minutes, of cells to the period of their counters.",
            "Thời điểm chính xác đến năm phút, với cell là chu kỳ số đếm.",
        )
    ]
    if len(found) > _LONGEST_LIST:
        most, all_of_them = (number_text(n, 0, language) for n in (_LONGEST_LIST, len(found)))
        notes.append(
            said(
                f"The {most} longest of {all_of_them} outages.",
                f"{most} lần dài nhất trong {all_of_them} lần gián đoạn.",
            )
        )
    title = said("Longest outages", "Các lần gián đoạn dài nhất")
    return Table("outages", title, columns, rows, tuple(notes), shown=_SHOWN)


def _listed(groups: Sequence[Group]) -> list[_Listed]:
    """All outages, those of what stands at a site that was down then put to the site's."""
    found: list[_Listed] = []
    of_site: dict[str, list[_Listed]] = defaultdict(list)
    for group in sorted(groups, key=lambda group: group.name != "sites"):  # sites first
        for thing in group.things:
            for outage in thing.uptime.outages:
                own = _Listed(group.title, thing, outage)
                if group.name == "sites":
                    of_site[thing.name].append(own)
                elif group.name not in _ON_THEIR_OWN:
                    whole = _holding(of_site.get(thing.site, ()), outage)
                    if whole is not None:
                        whole.along.add(thing.name)
                        continue
                found.append(own)
    return found


def _holding(candidates: Iterable[_Listed], outage: Outage) -> _Listed | None:
    """The outage of the site in which half of this one lies, or more."""
    for one in candidates:
        start = max(one.outage.start_ms, outage.start_ms)
        shared = min(one.outage.end_ms, outage.end_ms) - start
        if 2 * shared >= outage.end_ms - outage.start_ms:
            return one
    return None


def _row(one: _Listed, cause: str) -> tuple[Value, ...]:
    outage = one.outage
    return (
        *(one.kind, one.thing.name, one.thing.place, _moment(outage.start_ms)),
        None if outage.is_open else _moment(outage.end_ms),
        *(outage.seconds, outage.planned, cause, len(one.along) or None),
    )


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
