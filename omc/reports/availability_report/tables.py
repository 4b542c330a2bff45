"""Tables of the availability report: a row an object, a row a kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omc.reports.availability import Availability, Verdict, added
from omc.reports.document import Column, ColumnKind, Table, Value
from omc.reports.outages import Outage
from omc.reports.speaker import Said
from omc.reports.uptime import Uptime

_SHARE = ColumnKind.SHARE


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of the report.

    Attributes:
        name: Of the object.
        site: Where it stands; "" where it stands nowhere.
        place: Name of the site or area, for people.
        uptime: Its seconds and outages.
    """

    name: str
    site: str
    place: str
    uptime: Uptime


@dataclass(frozen=True, slots=True)
class Group:
    """All objects of a kind.

    Attributes:
        name: For programs: `sites`.
        title: For people: "Sites".
        target: Availability that is aimed for, 0..1.
        things: The objects.
    """

    name: str
    title: str
    target: float
    things: tuple[Thing, ...]

    @property
    def whole(self) -> Availability:
        """All objects added up."""
        return added(thing.uptime.availability for thing in self.things)

    @property
    def unplanned(self) -> list[Outage]:
        """Every outage that was not planned."""
        return [o for thing in self.things for o in thing.uptime.outages if not o.is_planned]

    @property
    def measured(self) -> bool:
        """Whether anything is known of any of them."""
        return self.whole.total > self.whole.unknown

    def worst(self) -> list[Thing]:
        """The objects, longest unplanned time first."""
        return sorted(self.things, key=lambda t: (-t.uptime.availability.unplanned, t.name))


def availability_columns(said: Said) -> tuple[Column, ...]:
    """What every row of an object or kind says of its availability."""
    duration, number = ColumnKind.DURATION, ColumnKind.NUMBER
    return (
        Column(
            *("availability_ratio", said("Availability", "Độ khả dụng"), _SHARE),
            decimals=3,
            note=said(
                "up time over all time but planned work and energy saving; time of which nothing "
                "is known counts as not up",
                "thời gian hoạt động trên thời gian còn lại sau khi trừ bảo trì và tiết kiệm điện; "
                "thời gian không có dữ liệu tính là không hoạt động",
            ),
        ),
        Column(
            *("at_most_ratio", said("At most", "Tối đa"), _SHARE),
            decimals=3,
            note=said(
                "if everything had been up while nothing was known",
                "nếu mọi thời gian không có dữ liệu đều hoạt động",
            ),
        ),
        Column("unplanned_seconds", said("Unplanned", "Sự cố"), duration),
        Column("planned_seconds", said("Planned", "Bảo trì"), duration),
        Column("saving_seconds", said("Energy saving", "Tiết kiệm điện"), duration),
        Column("outages", said("Outages", "Số sự cố"), number),
        Column(
            *("mttr_seconds", "MTTR", duration),
            note=said("unplanned time an outage", "thời gian sự cố trên số sự cố"),
        ),
        Column(
            *("mtbf_seconds", "MTBF", duration),
            note=said("up time an outage", "thời gian hoạt động trên số sự cố"),
        ),
        Column(
            *("data_ratio", said("Data", "Dữ liệu"), _SHARE),
            decimals=1,
            note=said("share of the time that is known", "tỷ lệ thời gian có dữ liệu"),
        ),
    )


def availability_values(whole: Availability, failures: Sequence[Outage]) -> tuple[Value, ...]:
    """Values of `availability_columns`; nothing but the data's share where nothing is known."""
    if whole.unknown >= whole.total:
        return (*[None] * 8, whole.completeness)
    count = len(failures)
    lost = sum(outage.unplanned for outage in failures)
    return (
        whole.proved,
        whole.at_most,
        whole.unplanned,
        whole.planned,
        whole.saving,
        count,
        lost / count if count else None,
        whole.up / count if count else None,
        whole.completeness,
    )


def kinds_table(groups: Iterable[Group], said: Said) -> Table:
    """A row a kind of object."""
    columns = (
        Column("kind", said("Kind", "Loại")),
        Column("objects", said("Objects", "Số lượng"), ColumnKind.NUMBER),
        *availability_columns(said),
    )
    rows = [(g.title, len(g.things), *availability_values(g.whole, g.unplanned)) for g in groups]
    return Table("kinds", said("Availability by kind", "Độ khả dụng theo loại"), columns, rows)


def targets_table(groups: Iterable[Group], said: Said) -> Table:
    """How many objects met their target, missed it, or cannot be judged."""
    number = ColumnKind.NUMBER
    columns = (
        Column("kind", said("Kind", "Loại")),
        Column("target_ratio", said("Target", "Mục tiêu"), _SHARE, decimals=2),
        Column("met", said("Met", "Đạt"), number),
        Column("missed", said("Missed", "Không đạt"), number),
        Column("not_known", said("Not known", "Chưa rõ"), number),
        Column("all", said("All together", "Toàn bộ"), _SHARE, decimals=3),
        Column("verdict", said("Judgement", "Đánh giá")),
    )
    words = {
        Verdict.MET: said("met", "đạt"),
        Verdict.MISSED: said("missed", "không đạt"),
        Verdict.NOT_KNOWN: said("not known", "chưa rõ"),
    }
    rows = []
    for group in groups:
        verdicts = [t.uptime.availability.meets(group.target) for t in group.things]
        whole = group.whole
        rows.append(
            (
                *(group.title, group.target),
                *(verdicts.count(verdict) for verdict in Verdict),
                whole.proved if group.measured else None,
                words[whole.meets(group.target)],
            )
        )
    note = said(
        "Targets are those of the settings (reports.targets). Where too little is known to tell, "
        "the judgement is left open.",
        "Mục tiêu lấy từ cấu hình (reports.targets). Nếu dữ liệu không đủ để kết luận thì để ngỏ.",
    )
    title = said("Targets", "So với mục tiêu")
    return Table("targets", title, columns, rows, (note,))


def things_table(group: Group, said: Said, shown: int) -> Table:
    """A row an object, the worst first."""
    columns = (
        Column("name", group.title),
        Column("place", said("Where", "Địa điểm")),
        *availability_columns(said),
    )
    rows = [
        (
            *(thing.name, thing.place),
            *availability_values(
                thing.uptime.availability,
                [o for o in thing.uptime.outages if not o.is_planned],
            ),
        )
        for thing in group.worst()
    ]
    return Table(group.name, group.title, columns, rows, shown=shown)
