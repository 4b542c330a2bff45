"""Both languages of `omc poll` say the same things."""

from __future__ import annotations

import string

import pytest

from omc.cli import poll_text
from omc.cli.poll_text import REASONS, Phrase
from omc.core.model import Quality

PHRASES = {name: phrase for name, phrase in vars(poll_text).items() if isinstance(phrase, Phrase)}


def _filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", sorted(PHRASES))
def test_both_languages_fill_in_the_same(name: str) -> None:
    phrase = PHRASES[name]
    assert _filled_in(phrase.en) == _filled_in(phrase.vi)
    assert name == "OID" or phrase.en != phrase.vi


def test_every_quality_has_words() -> None:
    assert set(REASONS) == set(Quality)
