"""aiosmtpd, which keeps what it is sent as a Maildir."""

from __future__ import annotations

import mailbox
import socket
from email.message import Message

from tests.servers.process import ServerProcess


class SmtpServer(ServerProcess):
    """A mail server that takes everything and asks nobody who they are."""

    binary = "aiosmtpd"
    package = "python3-aiosmtpd"

    def arguments(self) -> list[str]:
        mails = str(self.folder / "mails")
        return ["-n", "-l", self.address, "-c", "aiosmtpd.handlers.Mailbox", mails]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def mails(self) -> list[Message]:
        """All that have come."""
        return list(mailbox.Maildir(self.folder / "mails", create=False))
