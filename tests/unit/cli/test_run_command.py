"""`omc run` that cannot begin: one sentence, and no traceback."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from omc.cli import main_group
from omc.service.data_folder import held


def _started(folder: Path) -> Path:
    """Settings fresh from `omc init`, whose data folder is there."""
    CliRunner().invoke(main_group, ["init", str(folder)])
    (folder / "data").mkdir()
    return folder / "omc.yaml"


def test_what_cannot_be_opened_is_told_with_what_helps(tmp_path: Path) -> None:
    settings = _started(tmp_path / "net")
    (tmp_path / "net" / "data" / "alarms.db").mkdir()
    result = CliRunner().invoke(main_group, ["run", "-c", str(settings)])
    assert result.exit_code == 1
    assert "cannot be opened: unable to open database file; make room" in result.stderr


def test_a_second_service_on_the_same_data_does_not_start(tmp_path: Path) -> None:
    settings = _started(tmp_path / "net")
    with held(tmp_path / "net" / "data"):
        result = CliRunner().invoke(main_group, ["run", "-c", str(settings)])
    assert result.exit_code == 1
    assert "another service" in result.stderr
