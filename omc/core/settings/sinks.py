"""Settings of where samples go: the Prometheus page and InfluxDB sinks."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from omc.core.quantities import DurationRange, ListenAddress, Written
from omc.core.settings.base import Name, SettingsModel, expectation, version_as_text
from omc.core.settings.secret_reference import Secret, hidden


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
    except ValueError:
        raise expectation("expected a URL such as http://127.0.0.1:8086") from None
    if parts.username is not None or parts.password is not None:
        raise hidden("a URL holds no user or password: they have keys of their own")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_right:
        raise expectation("expected a URL such as http://127.0.0.1:8086")
    if parts.query or parts.fragment:
        raise expectation("expected a URL without '?' and '#'")
    return text.rstrip("/")


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
    """

    name: Name
    url: Annotated[str, PlainValidator(_http_url)]
    order: Literal["any", "in_order"] = "any"
    batch_samples: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 10_000
    flush_interval: Annotated[float, Written(DurationRange("100ms", "10m").parse)] = 5.0
    timeout: Annotated[float, Written(DurationRange("1s", "10m").parse)] = 10.0
    buffer_samples: Annotated[int, Field(ge=1000, strict=True)] = 2_000_000

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
    user: Name | None = None
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
