"""Which source has a file that a VES sender says is ready."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from omc.core.settings import PmSource, load_settings
from omc.service.file_announcements import has_file

SETTINGS = """
inventory: inventory
data: data
pm:
  sources:
    - {name: folder, kind: folder, path: pm}
    - {name: sftp, kind: sftp, host: 10.0.0.20, user: omc, key: key, known_hosts: known_hosts}
    - {name: web, kind: http, url: "https://10.0.0.30/pm/"}
    - {name: port, kind: http, url: "http://10.0.0.30:8080/"}
"""


@pytest.fixture
def sources(tmp_path: Path) -> Sequence[PmSource]:
    for name in ("key", "known_hosts"):
        (tmp_path / name).write_text("", encoding="ascii")
    for name in ("pm", "inventory"):
        (tmp_path / name).mkdir()
    (tmp_path / "omc.yaml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(tmp_path / "omc.yaml", {}).pm.sources


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("file://{folder}/pm/A1.xml", ["folder"]),
        ("{folder}/pm/deep/A1.xml", ["folder"]),
        ("{folder}/elsewhere/A1.xml", []),
        ("sftp://10.0.0.20/pm/A1.xml", ["sftp"]),
        ("sftp://somebody:secret@10.0.0.20:22/pm/A1.xml", ["sftp"]),
        ("sftp://10.0.0.20:2222/pm/A1.xml", []),
        ("https://10.0.0.30/files/A1.xml", ["web"]),
        ("http://10.0.0.30:8080/files/A1.xml", ["port"]),
        ("http://10.0.0.30/files/A1.xml", []),
        ("http://10.0.0.30:http/A1.xml", []),
        ("http://[", []),
        ("", []),
    ],
)
def test_a_source_has_what_is_on_its_server(
    tmp_path: Path, sources: Sequence[PmSource], location: str, found: list[str]
) -> None:
    written = location.format(folder=tmp_path)
    assert [source.name for source in sources if has_file(source, written)] == found
