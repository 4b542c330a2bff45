"""Settings of where samples go: the Prometheus page, InfluxDB and remote_write sinks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from omc.core.quantities import DurationRange, ListenAddress, Written
from omc.core.settings.base import Name, SettingsModel, expectation, version_as_text
from omc.core.settings.secret_reference import Secret, hidden, resolve_reference
from omc.core.settings.tls import TlsSettings

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
#: What the exporter, HTTP itself or other keys of the settings say.
_RESERVED_HEADERS = frozenset(
    {
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
        "x-prometheus-remote-write-version",
    }
)


class PrometheusSettings(SettingsModel):
    """The page that Prometheus scrapes.

    Attributes:
        listen: Address of the page. It has no password: keep it on the loopback address, or
            behind a proxy.
        expiry_intervals: Missed intervals after which a series is no longer shown.
    """

    listen: Annotated[ListenAddress, Written(ListenAddress.parse)] = ListenAddress(
        "127.0.0.1", 9469
    )
    expiry_intervals: Annotated[int, Field(ge=1, le=100, strict=True)] = 3


def _http_url(value: object) -> str:
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
        (parts.hostname or "").encode("idna")  # as whoever looks it up does
    except ValueError:  # UnicodeError is one
        raise expectation("expected a URL such as http://127.0.0.1:8086") from None
    if parts.username is not None or parts.password is not None:
        raise hidden("a URL holds no user or password: they have keys of their own")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_right:
        raise expectation("expected a URL such as http://127.0.0.1:8086")
    if parts.query or parts.fragment:
        raise expectation("expected a URL without '?' and '#'")
    return text.rstrip("/")


def _login(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not text.strip() or not text.isprintable() or ":" in text:  # RFC 7617, 2
        raise expectation("expected a user name without ':'")
    return text


_Login = Annotated[str, PlainValidator(_login)]


#: A base address: no user, query or fragment, no slash at the end.
HttpUrl = Annotated[str, PlainValidator(_http_url)]


class _PushSink(SettingsModel):
    """What every sink has that samples are sent to.

    Attributes:
        name: Unique.
        url: Without trailing slash.
        order: Whether the receiver takes samples of one series in any order of time, or only
            ever newer ones.
        batch_samples: Samples in one request, at most.
        flush_interval: Seconds after which a smaller batch is sent too.
        timeout: Seconds for one request.
        buffer_samples: Samples kept while the sink is away; then the oldest are dropped and
            counted.
        tls: What is trusted and what is shown to an https server; None is what the system trusts.
    """

    name: Name
    url: HttpUrl
    order: Literal["any", "in_order"] = "any"
    batch_samples: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 10_000
    flush_interval: Annotated[float, Written(DurationRange("100ms", "10m").parse)] = 5.0
    timeout: Annotated[float, Written(DurationRange("1s", "10m").parse)] = 10.0
    buffer_samples: Annotated[int, Field(ge=1000, strict=True)] = 2_000_000
    tls: TlsSettings | None = None

    @model_validator(mode="after")
    def _tls_needs_https(self) -> Self:
        if self.tls is not None and self.url.startswith("http:"):
            raise ValueError("tls is for https:// URLs")
        return self

    @property
    def order_free(self) -> bool:
        """Whether newer samples may be sent before older ones."""
        return self.order == "any"


class _InfluxSink(_PushSink):
    """What sinks of both versions have.

    Attributes:
        gzip: Compress requests.
    """

    gzip: bool = True


class InfluxV1Settings(_InfluxSink):
    """InfluxDB 1.x, and what speaks its write API.

    Attributes:
        version: Tells the two apart.
        database: Must exist there.
        retention_policy: None is the database's default.
        user: Needs a password too.
        password: Needs a user too.
    """

    version: Literal["1"]
    database: Name
    retention_policy: Name | None = None
    user: _Login | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _user_and_password_belong_together(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: give both or neither")
        return self


class InfluxV2Settings(_InfluxSink):
    """InfluxDB 2.x, and what speaks its write API.

    Attributes:
        version: Tells the two apart.
        org: Organisation.
        bucket: Must exist there.
        token: Must be allowed to write into the bucket.
    """

    version: Literal["2"]
    org: Name
    bucket: Name
    token: Secret


InfluxSettings = Annotated[
    Annotated[InfluxV1Settings | InfluxV2Settings, Field(discriminator="version")],
    BeforeValidator(version_as_text),
]


def _header_name(value: Any) -> str:
    if not isinstance(value, str) or _HEADER_NAME.fullmatch(value) is None:
        raise hidden("expected the name of an HTTP header")
    if value.lower() in _RESERVED_HEADERS:
        raise hidden("this header is set by the other keys of the sink")
    return value


def _header_value(value: object, info: ValidationInfo) -> SecretStr:
    """A text, or where a secret one is to be found."""
    if not isinstance(value, str) or not value.isprintable() or not value.isascii():
        raise hidden("expected a printable text, env:NAME or file:PATH")
    return (
        resolve_reference(value, info) if value.startswith(("env:", "file:")) else SecretStr(value)
    )


class RemoteWriteSettings(_PushSink):
    """A receiver of Prometheus remote_write 1.0.

    Attributes:
        url: The whole address, `http://127.0.0.1:9090/api/v1/write`.
        order: `any` for VictoriaMetrics, and for Prometheus and Mimir with an out-of-order window.
        user: Needs a password too; not together with a token.
        password: Needs a user too.
        token: Sent as `Authorization: Bearer`.
        headers: More headers of every request, such as `X-Scope-OrgID`; a value may be a secret.
    """

    order: Literal["any", "in_order"] = "in_order"
    user: _Login | None = None
    password: Secret | None = None
    token: Secret | None = None
    headers: Mapping[
        Annotated[str, PlainValidator(_header_name)],
        Annotated[SecretStr, BeforeValidator(_header_value)],
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: give both or neither")
        if self.token is not None and self.user is not None:
            raise ValueError("a token takes the place of user and password: give one or the other")
        return self
