"""`omc report`: options, and what is said when they cannot be met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from omc.cli import main_group


def omc(*arguments: object) -> Result:
    return CliRunner().invoke(main_group, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "inventory").mkdir()
    sites = "code,name,latitude,longitude\nA,Trạm A,21.3,105.6\n"
    (folder / "inventory" / "sites.csv").write_text(sites, encoding="utf-8")
    path = folder / "omc.yaml"
    path.write_text("inventory: inventory\ndata: data\nlanguage: en\n", encoding="utf-8")
    return path


DAY = ("--from", "2026-03-01", "--to", "2026-03-01")


def test_a_report_says_where_its_files_are_and_lists_them_in_an_index(config: Path) -> None:
    done = omc("report", "availability", "-c", config, *DAY, "--format", "csv,html")
    assert done.exit_code == 0, done.stderr
    folder = config.parent / "data" / "reports"
    named = [Path(line.rsplit("  ", 1)[0]) for line in done.stdout.splitlines()]
    assert folder / "availability-2026-03-01-en.html" in named
    assert all(path.exists() for path in named)
    (listed,) = json.loads((folder / "reports.json").read_text())["reports"]
    assert listed["title"] == "Availability"
    assert set(listed["files"]) == {path.name for path in named}


def test_the_language_may_be_another_than_the_settings_one(config: Path, tmp_path: Path) -> None:
    done = omc(
        *("report", "5g-readiness", "-c", config, *DAY, "--format", "html", "--language", "vi"),
        *("-o", tmp_path),
    )
    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "5g-readiness-20-sites-2026-03-01-vi.html").read_text(encoding="utf-8")
    assert '<html lang="vi">' in page
    assert "Không có kho lưu trữ" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2026-03-02", "--to", "2026-03-01"), "2026-03-01 is before --from"),
        (("--from", "2026-03-02"), "belong together"),
        (("--from", "2999-01-01", "--to", "2999-01-02"), "yet to come"),
        ((*DAY, "--format", "docx"), "there is no format 'docx'; there are: xlsx, pdf"),
    ],
)
def test_what_cannot_be_is_a_usage_error(
    config: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = omc("report", "availability", "-c", config, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_that_cannot_be_written_is_said(config: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    done = omc("report", "availability", "-c", config, *DAY, "--format", "csv", "-o", blocked / "x")
    assert done.exit_code == 1
    assert "cannot write to" in done.stderr
