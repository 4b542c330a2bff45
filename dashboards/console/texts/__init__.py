"""Every text of the console: one file a language, the same keys in each."""

from dashboards.console.texts.catalogue import LANGUAGES, Texts

__all__ = ["LANGUAGES", "Texts"]
