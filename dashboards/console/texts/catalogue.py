"""Texts by key, and how numbers and times are written in a language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

from omc.core.metric import Metric, MetricKind
from omc.core.quantity_text import unit_text, value_text

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


class Texts:
    """The texts of one language.

    Args:
        language: `vi` or `en`.
        by_key: Texts; `{name}` stands for what is put in.
        zone: Time zone of the people who read.
    """

    def __init__(self, language: Language, by_key: dict[str, str], zone: ZoneInfo) -> None:
        self.language = language
        self.by_key = by_key
        self._zone = zone

    @classmethod
    def load(cls, language: Language, zone: ZoneInfo) -> Texts:
        """The texts of the file of a language."""
        return cls(language, read_texts(language), zone)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key.

        Raises:
            KeyError: there is none, or a value for it is missing.
        """
        text = self.by_key[key]
        return text.format_map(values) if values else text

    def counted(self, key: str, count: int) -> str:
        """The text for a number of things; `KEY_one` for one, where the language tells it apart."""
        return self(f"{key}_one" if count == 1 else key, count=self.number(count))

    def group(self, prefix: str) -> dict[str, str]:
        """All texts whose key begins so, by the rest of their key: for scripts in the browser."""
        start = len(prefix) + 1
        return {k[start:]: v for k, v in self.by_key.items() if k.startswith(f"{prefix}.")}

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as people write it: 1.234,5 in Vietnamese and 1,234.5 in English."""
        text = f"{value:,.{decimals}f}"
        return text.translate(_SWAPPED) if self.language == "vi" else text

    def cell_counts(self, counts: Iterable[tuple[str, int]]) -> str:
        """Cells by technology: `3G: 3, 4G: 9`."""
        return ", ".join(f"{technology}: {self.number(count)}" for technology, count in counts)

    def percent(self, ratio: float, decimals: int = 1) -> str:
        """A ratio in percent."""
        return f"{self.number(ratio * 100, decimals)} %"

    def quantity(self, metric: Metric, value: float, decimals: int = 1) -> str:
        """A value with its unit: those of one metric have equally many decimals.

        Args:
            metric: What it is a value of.
            value: In the metric's unit.
            decimals: Of what is measured; counts have none, nor has what is 1,000 or more.
        """
        if metric.kind in (MetricKind.STATE, MetricKind.INFO) or metric.unit == "s":
            return value_text(metric, value, self.language)
        if metric.name.endswith("_ratio"):
            return self.percent(value, decimals)
        unit = unit_text(metric.unit)
        if metric.unit in _PREFIXED:
            return self.prefixed(value, unit)
        if abs(value) >= 1000 or (not unit and value == int(value)):
            decimals = 0
        elif not unit and abs(value) < 1:  # such as a share of bits in error
            return value_text(metric, value, self.language, 3)
        return f"{self.number(value, decimals)} {unit}".rstrip()

    def prefixed(self, value: float, unit: str) -> str:
        """Three digits of an amount, with a decimal prefix in front of its unit: 7.93 TB."""
        for factor, prefix in _PREFIXES:
            if abs(value) >= factor:
                scaled = value / factor
                decimals = 0 if abs(scaled) >= 100 else 1 if abs(scaled) >= 10 else 2
                return f"{self.number(scaled, decimals)} {prefix}{unit}"
        return f"{self.number(value)} {unit}"

    def clock(self, time_ms: int, *, seconds: bool = False) -> str:
        """Hours and minutes, with seconds if asked for."""
        moment = datetime.fromtimestamp(time_ms / 1000, self._zone)
        return moment.strftime("%H:%M:%S" if seconds else "%H:%M")

    def date(self, time_ms: int) -> str:
        """Day and month, hours and minutes."""
        return datetime.fromtimestamp(time_ms / 1000, self._zone).strftime("%d/%m %H:%M")

    def day(self, iso: str) -> str:
        """A day (ISO 8601) as reports write it: 24/11/2026 in Vietnamese, 2026-11-24 in English."""
        return "/".join(reversed(iso.split("-"))) if self.language == "vi" else iso

    def duration(self, seconds: float) -> str:
        """The two largest of days, hours, minutes and seconds, short."""
        whole = max(0, round(seconds))
        if whole < 60:
            return f"{whole} {self('unit.second')}"
        parts: list[str] = []
        for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
            count, whole = divmod(whole, size)
            if count or parts:
                parts.append(f"{count} {self(f'unit.{unit}')}")
        return " ".join(parts[:2])


_SWAPPED = str.maketrans(",.", ".,")
#: Units of amounts that are large.
_PREFIXED = ("By", "bit/s", "bit")
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@cache
def read_texts(language: Language) -> dict[str, str]:
    """The file of a language, its sections joined to keys such as `alarms.title`."""
    path = Path(__file__).with_name(f"{language}.yaml")
    sections = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": text
        for section, texts in sections.items()
        for name, text in texts.items()
    }
