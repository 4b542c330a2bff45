"""Mail of our own making: its Message-ID is the same however often the same news is sent.

Apprise sends mail too, but with a new ID for every attempt: no mailbox could tell a repeat.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import structlog

from omc.alarms.notify.routing import Announcement
from omc.alarms.notify.sending import NotDelivered
from omc.alarms.wording.message import Message
from omc.core.settings.notify import MailRoute
from omc.core.unjoined_thread import in_unjoined_thread

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 10.0


class MailSender:
    """Hands mails to a mail server, one connection each."""

    def __init__(self, route: MailRoute) -> None:
        self._route = route

    async def send(self, announcement: Announcement, message: Message) -> None:
        mail = self._written(message)
        alarm = announcement.alarm
        mail["Message-ID"] = _message_id(announcement.identity)
        # Nobody has sent that one: it is what mail programs group all news of an occurrence by.
        mail["References"] = _message_id(f"{alarm.key}/{alarm.raised_ms}")
        await in_unjoined_thread(lambda: self._deliver(mail), "mail")

    async def send_files(self, message: Message, files: Sequence[Path]) -> None:
        """Deliver a message with files attached. Raises as `send`."""
        mail = self._written(message)
        mail["Message-ID"] = _message_id("/".join((message.title, *(file.name for file in files))))
        for file in files:
            kind, _ = mimetypes.guess_type(file.name)
            main, _, sub = (kind or "application/octet-stream").partition("/")
            content = await asyncio.to_thread(file.read_bytes)
            mail.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
        await in_unjoined_thread(lambda: self._deliver(mail), "mail")

    async def try_out(self, message: Message) -> None:
        mail = self._written(message)
        await in_unjoined_thread(lambda: self._deliver(mail), "mail")

    def _written(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._route.sender
        mail["To"] = ", ".join(self._route.to)
        mail["Subject"] = message.title
        mail["Date"] = formatdate()
        mail.set_content("\n".join(message.lines))
        return mail

    def _deliver(self, mail: EmailMessage) -> None:
        """Blocks. Raises `NotDelivered` if the server takes it for nobody."""
        try:
            with self._connect() as server:
                refused = server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}") from None
        if refused:  # the others have it: sending it again would wake them again
            log.warning("mail_refused", route=self._route.name, recipients=sorted(refused))

    def _connect(self) -> smtplib.SMTP:
        route = self._route
        tls = ssl.create_default_context()
        if route.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                route.host, route.port, timeout=_TIMEOUT_SECONDS, context=tls
            )
        else:
            server = smtplib.SMTP(route.host, route.port, timeout=_TIMEOUT_SECONDS)
        try:
            if route.security == "starttls":
                server.starttls(context=tls)
            if route.user is not None and route.password is not None:
                server.login(route.user, route.password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _message_id(identity: str) -> str:
    """RFC 5322 section 3.6.4; identities hold letters that have no place in one."""
    return f"<{hashlib.sha256(identity.encode()).hexdigest()[:40]}@omc>"
