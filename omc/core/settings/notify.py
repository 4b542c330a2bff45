"""Settings of who is told of alarms, and how."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from omc.core.quantities import DurationRange, Written
from omc.core.settings.base import HostName, Name, Port, SettingsModel, expectation
from omc.core.settings.secret_reference import Secret
from omc.core.settings.sinks import HttpUrl

SeverityWord = Literal["indeterminate", "warning", "minor", "major", "critical"]

_MAIL_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _minute_of_day(value: object) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise expectation('expected a time of day such as "22:00"')
    return int(match[1]) * 60 + int(match[2])


def _mail_address(value: object) -> str:
    if not isinstance(value, str) or _MAIL_ADDRESS.fullmatch(value) is None:
        raise expectation("expected a mail address such as noc@example.vn")
    return value


MailAddress = Annotated[str, PlainValidator(_mail_address)]
MinuteOfDay = Annotated[int, PlainValidator(_minute_of_day)]


class QuietHours(SettingsModel):
    """When some severities can wait for the morning.

    Attributes:
        begins: Minute of the local day.
        ends: Minute of the local day; before `begins` it is on the next one.
        severities: Those that wait; what is still wrong at the end is told then.
    """

    begins: MinuteOfDay
    ends: MinuteOfDay
    severities: Annotated[tuple[SeverityWord, ...], Field(min_length=1)]


class _Route(SettingsModel):
    """What every route has.

    Attributes:
        name: Unique.
        severities: Which alarms it is told of.
        sites: Codes with `*` for any text; empty is all.
        language: Of the messages; None is the settings' language.
        unacknowledged_for: Seconds that an alarm must have been without acknowledgement: the next
            one to be woken. 0 is told at once.
        quiet: When some severities can wait.
        tell_end: Whether it is told when an alarm is over.
    """

    name: Name
    severities: Annotated[tuple[SeverityWord, ...], Field(min_length=1)] = ("major", "critical")
    sites: tuple[str, ...] = ()
    language: Literal["vi", "en"] | None = None
    unacknowledged_for: Annotated[float, Written(DurationRange("0s", "7d").parse)] = 0.0
    quiet: QuietHours | None = None
    tell_end: bool = True


class AppriseRoute(_Route):
    """Mail, Telegram, Teams, SMS and some hundred other services, through Apprise.

    Attributes:
        url: As Apprise writes it; it holds passwords and tokens, so it is a secret.
    """

    via: Literal["apprise"]
    url: Secret


class WebhookRoute(_Route):
    """A POST of JSON with an `Idempotency-Key`, for programs.

    Attributes:
        url: Where to.
        token: Sent as `Authorization: Bearer`.
    """

    via: Literal["webhook"]
    url: HttpUrl
    token: Secret | None = None


class AlertmanagerRoute(_Route):
    """Prometheus Alertmanager: grouping, routing and silences are its.

    Attributes:
        url: Base address.
        user: Basic authentication.
        password: Belongs to the user.
    """

    via: Literal["alertmanager"]
    url: HttpUrl
    user: Name | None = None
    password: Secret | None = None


class MailRoute(_Route):
    """Mail whose Message-ID is the same however often the same news is sent.

    Attributes:
        host: Of the mail server.
        port: Of the mail server.
        security: `starttls` and `tls` check the server's certificate; `none` is for a server on
            this machine.
        user: To log in with.
        password: Belongs to the user.
        sender: Address that mails come from.
        to: Addresses that they go to.
    """

    via: Literal["mail"]
    host: HostName
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Name | None = None
    password: Secret | None = None
    sender: MailAddress
    to: Annotated[tuple[MailAddress, ...], Field(min_length=1)]


#: Routes that carry files.
FileRoute = AppriseRoute | MailRoute

RouteSettings = Annotated[
    AppriseRoute | MailRoute | WebhookRoute | AlertmanagerRoute, Field(discriminator="via")
]


class HeartbeatSettings(SettingsModel):
    """A dead man's switch: when these calls stop, whoever receives them raises the alarm.

    Attributes:
        url: Called with GET.
        every: Seconds between calls.
    """

    url: Secret
    every: Annotated[float, Written(DurationRange("10s", "1h").parse)] = 60.0
