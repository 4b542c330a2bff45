"""Orders of reports as people fill them in, read field by field: a browser may send anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar, get_args

from omc.core.inventory import AreaLevel, Technology
from omc.core.settings.reports import ReportFormat, ReportName
from omc.reports.maker import ReportOrder

REPORTS: tuple[ReportName, ...] = get_args(ReportName)
FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
_LONGEST_NAME = 200
_MOST_SITES = 1000
_MOST_AREAS = 50
_YEARS = range(1900, 2201)

_NameT = TypeVar("_NameT", bound=str)
Fault = Literal[
    "unknown",
    "period",
    "future",
    "geography",
    "areas",
    "formats",
    "technologies",
    "sites",
    "population",
    "population_year",
]


class UnfitOrder(Exception):
    """It cannot be carried out.

    Attributes:
        fault: What is wrong with it: text `order.fault_FAULT`.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_order(
    fields: Mapping[str, object], today: date, populations: Mapping[str, Path]
) -> ReportOrder:
    """What somebody wants.

    Args:
        fields: As the form sends them.
        today: Local day: nothing is known of those to come.
        populations: Files of where people live that may be chosen, by name.

    Raises:
        UnfitOrder: a field is missing, or is not as it has to be.
    """
    report = next((name for name in REPORTS if name == fields.get("report")), None)
    if report is None or fields.get("language") not in ("vi", "en"):
        raise UnfitOrder("unknown")
    first, last = (_day(fields.get(edge), "period") for edge in ("first", "last"))
    if last < first:
        raise UnfitOrder("period")
    if first > today:
        raise UnfitOrder("future")
    formats = _chosen(fields.get("formats"), FORMATS)
    if not formats:
        raise UnfitOrder("formats")
    options: tuple[tuple[str, str], ...] = ()
    if report == "coverage":
        options = tuple(_coverage(fields))
    elif report == "5g-readiness":
        options = tuple(_readiness(fields, populations))
    return ReportOrder(report, first, last, formats, str(fields["language"]), options)


def _coverage(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    (level,) = _chosen([fields.get("level")], tuple(AreaLevel)) or (AreaLevel.COMMUNE,)
    yield "level", level
    areas = fields.get("areas", [])
    if not isinstance(areas, list) or len(areas) > _MOST_AREAS:
        raise UnfitOrder("areas")
    for name in areas:
        area = "".join(c for c in str(name) if c.isprintable()).strip()
        if area:
            yield "area", area[:_LONGEST_NAME]
    technologies = _chosen(fields.get("technologies"), tuple(Technology))
    if not technologies:
        raise UnfitOrder("technologies")
    if len(technologies) < len(Technology):
        yield from (("technology", technology) for technology in technologies)
    if fields.get("geography"):
        yield "geography", str(_day(fields["geography"], "geography"))


def _readiness(
    fields: Mapping[str, object], populations: Mapping[str, Path]
) -> Iterator[tuple[str, str]]:
    yield "sites", str(_number(fields.get("sites"), range(1, _MOST_SITES + 1), "sites"))
    population = fields.get("population")
    if not population:
        return
    path = populations.get(str(population))
    if path is None:
        raise UnfitOrder("population")
    yield "population", str(path)
    year = fields.get("population_year")
    if year not in ("", None):
        yield "population-year", str(_number(year, _YEARS, "population_year"))


def _day(value: object, fault: Fault) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UnfitOrder(fault) from None


def _chosen(wanted: object, allowed: tuple[_NameT, ...]) -> tuple[_NameT, ...]:
    """Those of the allowed that are wanted, in their own order."""
    names = wanted if isinstance(wanted, list) else []
    return tuple(name for name in allowed if name in names)


def _number(value: object, allowed: range, fault: Fault) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise UnfitOrder(fault)
    return value
