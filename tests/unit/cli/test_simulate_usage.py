"""`omc simulate` and `omc demo` called wrongly: a sentence and exit code 2, never a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from omc.cli.demo import demo
from omc.cli.simulate import simulate

SMALL = ("--sites", "4")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("history", "--step", "0s", "-o", "past"), "expected a duration from 1s to 1d"),
        (("history", "--step", "soon", "-o", "past"), "expected a duration such as"),
        (("history", "-o", "/nonexistent/past"), "there is no folder /nonexistent"),
        (("province", *SMALL, "-o", "/proc/x"), "cannot write /proc/x"),
        (("run", *SMALL, "--inventory", "/proc/x"), "cannot write /proc/x"),
        (("run", "--interval", "0s"), "expected a duration from 1s to 365d"),
    ],
)
def test_what_cannot_be_done_is_said_before_it_is_tried(
    arguments: tuple[str, ...], says: str
) -> None:
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())


def test_a_past_that_cannot_be_written_is_said() -> None:
    arguments = ("history", *SMALL, "--days", "0.1", "-o", "/proc/past")
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: cannot write /proc/past: ")


def test_a_past_tells_no_progress_where_nobody_watches(tmp_path: Path) -> None:
    arguments = ("history", *SMALL, "--days", "0.1", "-o", str(tmp_path / "past"))
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "samples of 0.1 days written to" in result.stdout


@pytest.mark.parametrize("listen", ["foo", ":99999", "foo:", "::1:80"])
def test_the_demo_wants_an_address_it_can_listen_on(listen: str) -> None:
    result = CliRunner().invoke(demo, ["--listen", listen])
    assert result.exit_code == 2
    assert "Invalid value for '--listen'" in result.stderr
    assert "province" not in result.output


def test_an_address_that_was_asked_for_is_not_replaced_when_it_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = f"127.0.0.1:{server.getsockname()[1]}"
        result = CliRunner().invoke(demo, ["--listen", taken])
    assert result.exit_code == 1
    fault = f"cannot listen on {taken}: address already in use"
    assert result.stderr == f"Error: {fault}; --listen takes another address\n"
    assert result.stdout == ""


def test_an_address_of_another_machine_is_refused() -> None:
    result = CliRunner().invoke(demo, ["--listen", "192.0.2.1:9469"])
    assert result.exit_code == 1
    assert "cannot listen on 192.0.2.1:9469: cannot assign requested address" in result.stderr
