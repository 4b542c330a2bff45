"""The `omc` command: one module a sub-command, imported only when it is called."""

from __future__ import annotations

import sys

import click

from omc.cli.lazy_group import LazyGroup
from omc.core.errors import ConfigurationError

#: Exit codes that mean the same in every sub-command, beside 0 for success.
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_REFUSED = 4

#: Heading -> sub-command -> (module:function, one-line help), in the order of `omc --help`.
COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Try it": {
        "demo": (
            "omc.cli.demo:demo",
            "Watch a synthetic province being polled; nothing to set up.",
        ),
        "poll": ("omc.cli.poll:poll", "Read one device now, without any configuration."),
        "simulate": (
            "omc.cli.simulate:simulate",
            "A synthetic province that answers SNMP and publishes MQTT.",
        ),
        "replay": ("omc.cli.replay:replay", "Serve recordings of devices as SNMP agents."),
    },
    "Set up": {
        "init": ("omc.cli.init:init_command", "Write a commented starter configuration."),
        "import": ("omc.cli.import_:import_command", "Bring CSV or GIS files into the inventory."),
        "check": ("omc.cli.check:check", "Find every fault of settings, inventory and profiles."),
        "metrics": ("omc.cli.metrics:metrics", "List and explain the metrics of the catalogue."),
        "profile": (
            "omc.cli.profile:profile",
            "Device profiles: list, show, try on a recording, draft.",
        ),
    },
    "Run": {
        "run": ("omc.cli.run:run", "Run the service: poll, normalise, export."),
        "console": ("omc.cli.console:console", "The address of the running service's pages."),
        "alarms": ("omc.cli.alarms:alarms", "What is wrong now, and act on it."),
        "time-to-dark": (
            "omc.cli.time_to_dark:time_to_dark",
            "Sites on battery, the one that ends first at the top.",
        ),
        "traps": ("omc.cli.traps:traps", "Which traps the running service has heard."),
        "pm": ("omc.cli.pm:pm", "Measurement files of base stations: read them, see which came."),
        "journal": (
            "omc.cli.journal:journal",
            "What waits for which sink, and what sinks refused.",
        ),
    },
    "Look back": {
        "query": ("omc.cli.query:query", "Ask the archive of samples in SQL."),
        "report": ("omc.cli.report:report", "Reports for planners: spreadsheets, pages, maps."),
    },
}


@click.group(
    cls=LazyGroup,
    sections=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="omc-telemetry", prog_name="omc")
def main_group() -> None:
    """Watch a mobile and fibre network: poll, normalise, export.

    Start with `omc demo`, or read one of your own devices: `omc poll ADDRESS`.
    """


def main() -> None:
    """Entry point of the `omc` command."""
    try:
        main_group.main(prog_name="omc", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ConfigurationError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(EXIT_USAGE)
