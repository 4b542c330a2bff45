"""What `--help` tells a stranger: every command, in an order, with its whole line."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from omc.cli import COMMANDS, main_group


def test_help_lists_every_command_once_beneath_a_heading() -> None:
    text = CliRunner().invoke(main_group, ["--help"]).stdout
    names = [name for table in COMMANDS.values() for name in table]
    assert len(set(names)) == len(names)
    for heading, table in COMMANDS.items():
        assert f"\n{heading}:\n" in text
        for name, (_, line) in table.items():
            assert f"  {name:<12}  {line}\n" in text


@pytest.mark.parametrize("name", [name for table in COMMANDS.values() for name in table])
def test_no_line_of_help_is_cut_off(name: str) -> None:
    command = main_group.get_command(click.Context(main_group), name)
    assert command is not None
    text = CliRunner().invoke(main_group, [name, "--help"]).stdout
    if isinstance(command, click.Group):
        assert "...\n" not in text.partition("\nCommands:\n")[2]
