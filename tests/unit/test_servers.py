"""The launchers of real servers: a test that cannot have its server fails and says why."""

from __future__ import annotations

import socket

import pytest

from tests.servers.mosquitto import Mosquitto
from tests.servers.process import ServerFailed, ServerProcess, find_binary, free_port


class _Shell(ServerProcess):
    """Stands for a server that ends at once with a complaint."""

    binary = "sh"
    package = "dash"

    def arguments(self) -> list[str]:
        return ["-c", "echo cannot open the data folder >&2; exit 3"]

    def is_ready(self) -> bool:
        return False


def test_a_missing_server_fails_the_test_and_names_its_package() -> None:
    with pytest.raises(ServerFailed, match="apt-get install omc-no-such-package"):
        find_binary("omc-no-such-server", "omc-no-such-package")


def test_a_server_that_ends_at_once_fails_with_what_it_said() -> None:
    server = _Shell()
    with pytest.raises(ServerFailed, match="cannot open the data folder"), server:
        pytest.fail("it never started")
    assert not server.folder.exists()


def test_a_port_that_is_taken_meanwhile_is_given_up_for_another() -> None:
    server = Mosquitto()
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", server.port))
        thief.listen()
        taken = server.port
        with server:
            assert server.port != taken
            assert server.is_ready()


def test_a_restarted_server_keeps_its_port_and_folder() -> None:
    with Mosquitto() as server:
        port, folder = server.port, server.folder
        server.kill()
        assert not server.is_ready()
        server.start()
        assert server.is_ready()
        assert (server.port, server.folder) == (port, folder)


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass
