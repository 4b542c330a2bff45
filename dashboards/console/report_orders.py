"""Orders of reports as people fill them in, read field by field: a browser may send anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, TypeVar, get_args

from omc.core.inventory import AreaLevel, Technology
from omc.core.settings.reports import ReportFormat, ReportName
from omc.reports.maker import ReportOrder

REPORTS: tuple[ReportName, ...] = get_args(ReportName)
FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
_LONGEST_NAME = 200
_MOST_SITES = 1000

_NameT = TypeVar("_NameT", bound=str)
Fault = Literal["unknown", "period", "future", "formats", "technologies", "sites"]


class UnfitOrder(Exception):
    """It cannot be carried out.

    Attributes:
        fault: What is wrong with it: text `order.fault_FAULT`.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_order(fields: Mapping[str, object], today: date) -> ReportOrder:
    """What somebody wants.

    Args:
        fields: As the form sends them.
        today: Local day: nothing is known of those to come.

    Raises:
        UnfitOrder: a field is missing, or is not as it has to be.
    """
    report = next((name for name in REPORTS if name == fields.get("report")), None)
    if report is None or fields.get("language") not in ("vi", "en"):
        raise UnfitOrder("unknown")
    first, last = _day(fields.get("first")), _day(fields.get("last"))
    if last < first:
        raise UnfitOrder("period")
    if first > today:
        raise UnfitOrder("future")
    formats = _chosen(fields.get("formats"), FORMATS)
    if not formats:
        raise UnfitOrder("formats")
    options = tuple(_options(report, fields))
    return ReportOrder(report, first, last, formats, str(fields["language"]), options)


def _options(report: ReportName, fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if report == "coverage":
        (level,) = _chosen([fields.get("level")], tuple(AreaLevel)) or (AreaLevel.COMMUNE,)
        yield "level", level
        area = "".join(c for c in str(fields.get("area", "")) if c.isprintable()).strip()
        if area:
            yield "area", area[:_LONGEST_NAME]
        technologies = _chosen(fields.get("technologies"), tuple(Technology))
        if not technologies:
            raise UnfitOrder("technologies")
        if len(technologies) < len(Technology):
            yield from (("technology", technology) for technology in technologies)
    if report == "5g-readiness":
        yield "sites", str(_sites(fields.get("sites")))


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UnfitOrder("period") from None


def _chosen(wanted: object, allowed: tuple[_NameT, ...]) -> tuple[_NameT, ...]:
    """Those of the allowed that are wanted, in their own order."""
    names = wanted if isinstance(wanted, list) else []
    return tuple(name for name in allowed if name in names)


def _sites(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= _MOST_SITES:
        raise UnfitOrder("sites")
    return value
