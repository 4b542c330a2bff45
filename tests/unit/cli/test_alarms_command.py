"""`omc alarms` called wrongly: said before the service is asked."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from omc.cli.alarms import alarms


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("comment", "fibre_cut"), "Missing argument 'TEXT'"),
        (("silence", "splicing", "--for", "2h"), "say where: --site"),
        (("list", "--severity", "bad"), "'bad' is not one of 'indeterminate'"),
    ],
)
def test_what_is_missing_is_said_with_exit_code_2(arguments: tuple[str, ...], says: str) -> None:
    result = CliRunner().invoke(alarms, arguments)
    assert result.exit_code == 2
    assert says in result.stderr
