"""An alarm in words, for a lock screen at three in the morning.

The first line says how bad, what and where. Then: who is affected, since when, why we think so,
and the next step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from omc.alarms.life.alarm import Alarm, Finding
from omc.alarms.location import Section
from omc.alarms.rules.rule import Rule, StateIs, Weekly
from omc.alarms.severity import Severity
from omc.alarms.wording.impact import Impact
from omc.alarms.wording.reasons import reasons
from omc.core.catalogue import Catalogue
from omc.core.inventory import Inventory, Span, SpanName
from omc.core.metric import Text
from omc.core.model import AreaCode, NodeName, SiteCode

#: A shape for each severity, so that nobody depends on colours.
_SHAPES = {
    Severity.CLEARED: "✔",
    Severity.INDETERMINATE: "?",
    Severity.WARNING: "▽",
    Severity.MINOR: "△",
    Severity.MAJOR: "▲",
    Severity.CRITICAL: "⬤",
}

#: Labels that name a place are told in words; these are told as they are, after their name.
_LABEL_WORDS = {
    "interface": Text(en="port", vi="cổng"),
    "pon": Text(en="PON", vi="PON"),
    "ont": Text(en="ONT", vi="ONT"),
    "cell": Text(en="cell", vi="cell"),
    "rectifier": Text(en="rectifier", vi="chỉnh lưu"),
    "string": Text(en="battery", vi="ắc quy"),
    "phase": Text(en="phase", vi="pha"),
    "sensor": Text(en="sensor", vi="cảm biến"),
    "zone": Text(en="zone", vi="vị trí"),
    "contact": Text(en="contact", vi="tiếp điểm"),
    "peer": Text(en="peer", vi="đối tác"),
    "component": Text(en="part", vi="bộ phận"),
}

_WORDS = {
    "since": Text(en="Since", vi="Từ"),
    "over": Text(en="over after", vi="kết thúc sau"),
    "affected": Text(en="Affected", vi="Ảnh hưởng"),
    "site": Text(en="site", vi="trạm"),
    "sites": Text(en="sites", vi="trạm"),
    "cells": Text(en="cells", vi="cell"),
    "people": Text(en="people (estimate)", vi="dân (ước tính)"),
    "next": Text(en="Next step", vi="Việc cần làm"),
    "why": Text(en="Why", vi="Căn cứ"),
    "redundancy": Text(
        en="no site is cut off: the second way carries the traffic",
        vi="không trạm nào bị cô lập: hướng dự phòng đang tải",
    ),
    "homes": Text(
        en="{} homes (ONTs) of {} in operation", vi="{}/{} thuê bao (ONT) đang hoạt động"
    ),
    "without_mains": Text(en="{:.0f} sites without mains", vi="{:.0f} trạm mất điện lưới"),
    "dark": Text(en="; out of service: {}", vi="; ngừng phục vụ: {}"),
    "measured": Text(
        en="Place: {} km of cable from {}, span {}", vi="Vị trí: {} km cáp tính từ {}, tuyến {}"
    ),
    "candidates": Text(en="Possible sections, from {}", vi="Các đoạn có thể đứt, tính từ {}"),
    "value": Text(en="Value", vi="Giá trị"),
    "weekly": Text(
        en="Carries {} of what is usual at this hour of the week, allowing for the whole network",
        vi="Chỉ mang {} mức thường lệ của giờ này trong tuần, đã xét tải chung toàn mạng",
    ),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What people are told.

    Attributes:
        title: One line: severity, what, where.
        lines: The rest, most urgent first.
    """

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((self.title, *self.lines))


class MessageWriter:
    """Puts alarms into words.

    Args:
        inventory: Names of sites, nodes and spans.
        catalogue: Units and texts of states.
        zone: Time zone of the readers.
        language: `vi` or `en`.
    """

    def __init__(
        self, inventory: Inventory, catalogue: Catalogue, zone: tzinfo, language: str
    ) -> None:
        self._inventory = inventory
        self._catalogue = catalogue
        self._zone = zone
        self._language = language

    def write(self, alarm: Alarm, rule: Rule, impact: Impact) -> Message:
        """The message about an alarm as it is now."""
        severity = alarm.severity
        title = f"{_SHAPES[severity]} {self._say(severity.text)}: {self._say(rule.title)}"
        where = self.where(alarm)
        if where:
            title += f" · {where}"
        lines = [
            self._affected(alarm, impact),
            self._place(alarm.finding) if alarm.finding is not None and alarm.is_active else "",
            self._since(alarm),
            self._named("value", self.value(alarm, rule)),
        ]
        if alarm.is_active:
            why = self.why(alarm.finding) if alarm.finding else ""
            lines.append(self._named("why", why))
            lines.append(f"{self._word('next')}: {self._say(rule.action)}")
        return Message(title, tuple(line for line in lines if line))

    def where(self, alarm: Alarm) -> str:
        """The object of an alarm as people call it."""
        labels = dict(alarm.labels)
        span = self._inventory.spans.get(SpanName(labels.get("span", "")))
        parts = []
        if span is not None:
            parts.append(self._span(span, alarm.finding.sections if alarm.finding else ()))
        homes = alarm.finding.homes if alarm.finding is not None else None
        if homes is not None and homes.pons and "pon" not in labels:
            parts.append(f"PON {', '.join(homes.pons)}")
        parts += [
            f"{self._say(word)} {labels[name]}"
            for name, word in _LABEL_WORDS.items()
            if labels.get(name)
        ]
        node = labels.get("node", "")
        if node:
            parts.append(node)
        area = self._inventory.areas.get(AreaCode(labels.get("area", "")))
        if area:
            parts.append(area[-1].name)
        site = labels.get("site") or self._site_of(node)
        if site:
            parts.append(self._site_name(site))
        return ", ".join(parts)

    def _span(self, span: Span, sections: tuple[Section, ...]) -> str:
        """A span and its ends; where several are one link, the ends of the link."""
        ends, kilometres = (span.start, span.end), span.length_km
        if len(sections) > 1:
            ends = (sections[0].start, sections[-1].end)
            kilometres = sections[-1].to_metres / 1000
        names = " – ".join(map(self._place_name, ends))
        return f"{span.name} ({names}, {self._decimal(kilometres, 1)} km)"

    def _affected(self, alarm: Alarm, impact: Impact) -> str:
        homes = alarm.finding.homes if alarm.finding is not None else None
        if homes is not None and homes.lost:
            told = self._word("homes").format(len(homes.lost), homes.onts)
            return self._named("affected", told)
        is_commune = alarm.finding is not None and alarm.finding.fault == "mains"
        if is_commune and alarm.is_active and alarm.value is not None:
            without = self._word("without_mains").format(alarm.value)
            dark = self._word("dark").format(self._cut_off(impact)) if impact.sites else ""
            return self._named("affected", without + dark)
        if not impact.sites:
            is_protected_cut = alarm.finding is not None and alarm.finding.fault == "cut"
            return self._word("redundancy") if is_protected_cut and alarm.is_active else ""
        return self._named("affected", self._cut_off(impact))

    def _cut_off(self, impact: Impact) -> str:
        """Sites, cells, people and areas that have lost their service."""
        count = len(impact.sites)
        parts = [f"{count} {self._word('site' if count == 1 else 'sites')}"]
        if impact.cells:
            by_technology = ", ".join(f"{n} {name}" for name, n in impact.cells.items())
            parts.append(f"{by_technology} {self._word('cells')}")
        if impact.people is not None:
            parts.append(f"~{self._number(impact.people)} {self._word('people')}")
        areas = ", ".join(impact.areas[:3]) + (" …" if len(impact.areas) > 3 else "")
        return ", ".join(parts) + (f" · {areas}" if areas else "")

    def _place(self, finding: Finding) -> str:
        """Where along its cable a cut is, or between which joints it can be."""
        location, sections = finding.location, finding.sections
        if location is not None:
            kilometres = self._kilometres(location.metres)
            origin = self._place_name(location.origin)
            text = self._word("measured").format(kilometres, origin, location.span)
            if location.latitude is None:
                return text
            on_map = f"{location.latitude:.5f}, {location.longitude:.5f}"
            return f"{text} · {on_map} (±{location.radius_metres:.0f} m)"
        if len(sections) < 2:
            return ""
        candidates = "; ".join(
            f"{self._kilometres(part.from_metres)}–{self._kilometres(part.to_metres)} km "
            f"{self._place_name(part.start)} – {self._place_name(part.end)} ({part.span})"
            for part in sections
        )
        origin = self._place_name(sections[0].start)
        return f"{self._word('candidates').format(origin)}: {candidates}"

    def _kilometres(self, metres: float) -> str:
        return self._decimal(metres / 1000, 2)

    def _decimal(self, number: float, digits: int) -> str:
        text = f"{number:.{digits}f}"
        return text.replace(".", ",") if self._language == "vi" else text

    def _since(self, alarm: Alarm) -> str:
        began = datetime.fromtimestamp(alarm.raised_ms / 1000, UTC).astimezone(self._zone)
        text = f"{self._word('since')} {began:%H:%M %d/%m}"
        if alarm.cleared_ms is not None:
            text += f", {self._word('over')} {self._duration(alarm.cleared_ms - alarm.raised_ms)}"
        return text

    def value(self, alarm: Alarm, rule: Rule) -> str:
        """The value that decided, with its unit; "" where there is none or it is a state."""
        metric_name = getattr(rule.when, "metric", None)
        if alarm.value is None or metric_name is None or isinstance(rule.when, StateIs):
            return ""
        if isinstance(rule.when, Weekly):
            return self._word("weekly").format(f"{alarm.value:.0%}")
        unit = self._catalogue.metric(metric_name).unit
        if unit == "s":
            return self._duration(round(alarm.value * 1000))
        return f"{alarm.value:.3g}" + ("" if unit == "1" else f" {unit}")

    def why(self, finding: Finding) -> str:
        """What a root cause is known by, how surely, and what else it could be."""
        return "; ".join(reasons(finding, self._language))

    def _named(self, word: str, text: str) -> str:
        return f"{self._word(word)}: {text}" if text else ""

    def _site_of(self, node: str) -> str:
        known = self._inventory.nodes.get(NodeName(node))
        return (known.site or "") if known is not None else ""

    def _site_name(self, code: str) -> str:
        site = self._inventory.sites.get(SiteCode(code))
        return f"{site.name} ({code})" if site is not None else code

    def _place_name(self, name: str) -> str:
        site = self._inventory.site_of_end(name)
        return site.name if site is not None else name

    def _word(self, name: str) -> str:
        return self._say(_WORDS[name])

    def _say(self, text: Text) -> str:
        return text.of(self._language)

    def _number(self, number: int) -> str:
        return f"{number:,}".replace(",", "." if self._language == "vi" else ",")

    def _duration(self, milliseconds: int) -> str:
        if milliseconds < 60_000:
            return f"{milliseconds // 1000} {'giây' if self._language == 'vi' else 's'}"
        minutes = round(milliseconds / 60_000)
        hours, rest = divmod(minutes, 60)
        if self._language == "vi":
            return f"{hours} giờ {rest} phút" if hours else f"{minutes} phút"
        return f"{hours} h {rest} min" if hours else f"{minutes} min"
