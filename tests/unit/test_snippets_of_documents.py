"""What docs/ show of rules, traps, profiles and counters works as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from omc.cli import main_group

DOCUMENTS = Path(__file__).parents[2] / "docs"


def _snippet(document: str, beginning: str) -> str:
    """The block of YAML that begins with a line."""
    text = (DOCUMENTS / document).read_text(encoding="utf-8")
    found = re.search(rf"```yaml\n({re.escape(beginning)}.*?)```", text, re.DOTALL)
    assert found is not None, f"{document} has no such block"
    return found[1]


@pytest.mark.parametrize(
    ("document", "beginning", "settings"),
    [
        ("alarms.md", "topic: {en: Site power", "alarms: {rules: [own]}"),
        (
            "alarms.md",
            "about: {en: Our door controllers",
            "snmp: {traps: {listen: '127.0.0.1:1162', declarations: [own]}}",
        ),
        ("profiles.md", "name: acme-dc", "profiles: [own]"),
        ("pm.md", 'about: {en: "4G counters', "pm: {declarations: [own]}"),
    ],
)
def test_a_declaration_that_is_shown_is_in_order(
    document: str, beginning: str, settings: str, tmp_path: Path
) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "own").mkdir()
    shown = _snippet(document, beginning)
    (tmp_path / "own" / "acme-dc.yaml").write_text(shown, encoding="utf-8")
    own = tmp_path / "omc.yaml"
    own.write_text(f"inventory: inventory\ndata: data\n{settings}\n", encoding="utf-8")
    result = CliRunner().invoke(main_group, ["check", "-c", str(own)])
    assert result.exit_code == 0, result.stderr
