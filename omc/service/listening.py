"""The servers of the service, and what is said when one cannot listen."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING

from collector.snmp.trap_log import TrapLog
from collector.snmp.trap_receiver import TrapReceiver
from collector.ves.server import HttpsServer
from exporters.web_server import ServerTls, WebServer
from omc.alarms.desk import AlarmDesk
from omc.api.access import Doorman, local_token
from omc.api.app import api_app
from omc.core.errors import OmcError
from omc.core.quantities import ListenAddress
from omc.core.settings import Settings

if TYPE_CHECKING:
    from dashboards.console.console import Console


class CannotListen(OmcError):
    """An address of the settings is taken or not ours; the text says which and what helps.

    Attributes:
        fault: Which address, and why not.
    """

    def __init__(self, address: ListenAddress, reason: str, key: str) -> None:
        self.fault = f"cannot listen on {address}: {reason}"
        super().__init__(
            f"{self.fault}; is the service running already? Change {key} to use another port."
        )


async def start_server(
    stack: AsyncExitStack, server: WebServer | TrapReceiver | HttpsServer, key: str
) -> None:
    """Listen until the stack is closed.

    Args:
        stack: Closes the server.
        server: What listens.
        key: Its key in the settings, for the error.

    Raises:
        CannotListen: the address cannot be listened on.
    """
    try:
        await stack.enter_async_context(server)
    except OSError as error:
        address = ListenAddress(server.host, server.port)
        raise CannotListen(address, _in_short(error), key) from error


def _in_short(error: OSError) -> str:
    """What the system says; asyncio appends the address, which is told already."""
    return os.strerror(error.errno).lower() if error.errno else str(error)


def make_doorman(settings: Settings) -> Doorman:
    """Who knows the users and tokens of the settings, and this machine's.

    Raises:
        OSError: the data folder, where the local token is kept, cannot be written.
    """
    return Doorman(settings.users, settings.tokens, local_token(settings.data))


def api_server(
    settings: Settings,
    desk: AlarmDesk,
    doorman: Doorman,
    traps: TrapLog | None,
    console: Console | None,
) -> WebServer:
    """The server of the HTTP API and of the console's pages.

    Args:
        settings: Where it listens.
        desk: The alarms.
        doorman: Knows who may come in.
        traps: Which have been heard; None where nobody listens.
        console: None where there is none.
    """
    written = settings.api
    tls = ServerTls(written.tls.certificate, written.tls.key) if written.tls else None
    app = api_app(desk, doorman, version("omc-telemetry"), traps)
    if console is not None:
        console.mount(app)
    return WebServer(
        app,
        written.listen.host,
        written.listen.port,
        tls,
        live=console is not None,
        trusted_proxies=[str(network) for network in written.trusted_proxies],
    )
