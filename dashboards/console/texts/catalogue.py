"""Texts by key, and how numbers and times are written in a language."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

Language = Literal["vi", "en"]
#: Significant digits that people need of what is measured: 226.4 V, 29.15 °C.
DIGITS = 4
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

    def percent(self, ratio: float, decimals: int = 1) -> str:
        """A ratio in percent."""
        return f"{self.number(ratio * 100, decimals)} %"

    def clock(self, time_ms: int, *, seconds: bool = False) -> str:
        """Hours and minutes, with seconds if asked for."""
        moment = datetime.fromtimestamp(time_ms / 1000, self._zone)
        return moment.strftime("%H:%M:%S" if seconds else "%H:%M")

    def date(self, time_ms: int) -> str:
        """Day and month, hours and minutes."""
        return datetime.fromtimestamp(time_ms / 1000, self._zone).strftime("%d/%m %H:%M")

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
