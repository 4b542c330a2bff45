"""Commands that are made of commands: in an order that helps, and imported only when called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

#: Sub-command -> (module:function, one-line help).
Table = Mapping[str, tuple[str, str]]

#: Of one line of help; click would cut it at the end of the terminal's line, we wrap it.
_LONGEST_HELP = 200


class GroupInOrder(click.Group):
    """Lists sub-commands as they were added, most wanted first, each with its whole line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, one.get_short_help_str(_LONGEST_HELP))
                    for name, one in self.commands.items()
                ]
            )


class LazyGroup(click.Group):
    """Knows its sub-commands by name, and imports one only to run it or to show its help.

    Args:
        sections: Heading -> sub-commands beneath it, in the order of `--help`.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections
        self._table = {name: row for table in sections.values() for name, row in table.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        module_name, function = self._table[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module_name), function)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong table is our own mistake
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, self._table))
        for heading, table in self._sections.items():
            with formatter.section(heading):
                rows = [(name.ljust(widest), text) for name, (_, text) in table.items()]
                formatter.write_dl(rows)
