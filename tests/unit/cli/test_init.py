"""`omc init` as people call it."""

from __future__ import annotations

import stat
from pathlib import Path

from click.testing import CliRunner, Result

from omc.cli.init import init_command


def init(folder: Path) -> Result:
    return CliRunner().invoke(init_command, [str(folder)])


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_it_writes_settings_an_inventory_and_a_secret(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "province"
    result = init(folder)
    assert result.exit_code == 0
    assert _names(folder) == [
        *(
            f"inventory/{kind}.csv"
            for kind in ("areas", "cells", "nodes", "pons", "sites", "spans")
        ),
        "omc.yaml",
        "secrets/snmp-community",
    ]
    assert "Trạm Khai Quang" in (folder / "inventory" / "sites.csv").read_text("utf-8")


def test_the_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    init(tmp_path)
    mode = stat.S_IMODE((tmp_path / "secrets" / "snmp-community").stat().st_mode)
    assert mode == 0o600


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    output = init(tmp_path).output
    assert f"omc check -c {tmp_path}/omc.yaml" in output
    assert f"omc run -c {tmp_path}/omc.yaml" in output


def test_it_overwrites_nothing_and_writes_nothing_when_something_is_there(tmp_path: Path) -> None:
    (tmp_path / "omc.yaml").write_text("mine", "utf-8")
    result = init(tmp_path)
    assert result.exit_code == 2
    assert f"already there, and never overwritten: {tmp_path}/omc.yaml" in result.output
    assert _names(tmp_path) == ["omc.yaml"]
    assert (tmp_path / "omc.yaml").read_text("utf-8") == "mine"


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    assert init(tmp_path).exit_code == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = init(tmp_path / "file" / "folder")
    assert result.exit_code == 2
    assert "cannot write" in result.output
