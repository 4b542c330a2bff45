"""What a viewer has chosen: language and theme, in cookies that scripts of the page set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.console.texts import LANGUAGES
from dashboards.console.texts.catalogue import Language

LANGUAGE_COOKIE = "omc_language"
THEME_COOKIE = "omc_theme"
THEMES = ("auto", "dark", "light")


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants to see things.

    Attributes:
        language: `vi` or `en`.
        theme: `auto`, `dark` or `light`.
    """

    language: Language
    theme: str

    @classmethod
    def of(cls, cookies: Mapping[str, str], language: Language, theme: str) -> Preferences:
        """What cookies say, or else the settings."""
        chosen = cookies.get(LANGUAGE_COOKIE)
        shade = cookies.get(THEME_COOKIE, "")
        return cls(
            next((known for known in LANGUAGES if known == chosen), language),
            shade if shade in THEMES else theme,
        )
