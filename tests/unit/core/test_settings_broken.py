"""Every file of broken_settings/ is refused with exactly the message that lies beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from omc.core.errors import ConfigurationError
from omc.core.settings import load_settings

FOLDER = Path(__file__).parent / "broken_settings"
FILES = sorted(FOLDER.glob("*.yaml"))
PASTED_SECRET = "correct-horse-battery-staple"
ENVIRONMENT = {"COMMUNITY": "a-community", "LONG": "long-enough-to-be-a-key", "EMPTY": ""}


def _message(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, ENVIRONMENT)
    return str(caught.value).replace(f"{FOLDER}/", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_its_message(path: Path) -> None:
    assert _message(path) == path.with_suffix(".expected").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_shows_a_secret(path: Path) -> None:
    message = _message(path)
    assert PASTED_SECRET not in message
    assert not any(secret in message for secret in ENVIRONMENT.values() if secret)


def test_there_are_many_broken_files() -> None:
    assert len(FILES) >= 30
