"""Settings of the MQTT brokers that sites publish to."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from omc.core.quantities import DurationRange, Written
from omc.core.settings.base import (
    Count,
    HostName,
    Name,
    Port,
    SettingsModel,
    expectation,
)
from omc.core.settings.secret_reference import Secret
from omc.core.settings.tls import TlsSettings

_PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]*\}")
_LONGEST_TOPIC = 65535  # octets: MQTT 5.0, 4.7.3


def _topic_filter(value: object) -> str:
    """A topic filter (MQTT 5.0, 4.7.1); a level may be a `{name}`, subscribed to as `+`."""
    text = value if isinstance(value, str) else ""
    if not text or "\0" in text or len(text.encode()) > _LONGEST_TOPIC:
        raise expectation("expected a topic filter such as bts/v1/+/state")
    if text.startswith("$share/"):
        raise expectation("expected the topic alone: a shared subscription is set by 'share'")
    levels = text.split("/")
    for index, level in enumerate(levels):
        if "#" in level and (level != "#" or index != len(levels) - 1):
            raise expectation("expected '#' alone in the last level")
        if "+" in level and level != "+":
            raise expectation("expected '+' alone in its level")
        if ("{" in level or "}" in level) and _PLACEHOLDER.fullmatch(level) is None:
            raise expectation("expected a placeholder alone in its level, such as {site}")
    return text


def _share_group(value: object) -> str:
    if not isinstance(value, str) or not value or set(value) & set("/+#"):
        raise expectation("expected a group name without '/', '+' and '#'")
    return value


def _protocol(value: object) -> object:
    return str(value) if isinstance(value, int) else value


class Subscription(SettingsModel):
    """What is read from a broker and how.

    Attributes:
        topic: Topic filter; levels may be placeholders such as `{site}`.
        mapping: Name of a mapping file, without `.yaml`.
        qos: Quality of service asked for; 1 is acknowledged after the samples are handed on.
        share: Group of a shared subscription, or None.
    """

    topic: Annotated[str, PlainValidator(_topic_filter)]
    mapping: Name
    qos: Literal[0, 1] = 1
    share: Annotated[str, PlainValidator(_share_group)] | None = None


class SparkplugSettings(SettingsModel):
    """What we are towards Sparkplug's edge nodes, where a subscription reads them.

    Attributes:
        host_id: Our id as a host application; None is the client id.
        reorder_timeout: Seconds that a missing message is waited for.
        rebirth_pause: Seconds until an edge node is asked for its births again; it doubles.
    """

    host_id: Name | None = None
    reorder_timeout: Annotated[float, Written(DurationRange("1s", "60s").parse)] = 2.0
    rebirth_pause: Annotated[float, Written(DurationRange("1s", "1h").parse)] = 30.0


def _at_least_one(subscriptions: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
    if not subscriptions:
        raise expectation("expected at least one subscription")
    return subscriptions


class BrokerSettings(SettingsModel):
    """One MQTT broker.

    Attributes:
        name: Unique.
        host: Address.
        port: None is 8883 with TLS, 1883 without: see `effective_port`.
        protocol: MQTT version; `auto` is 5, and 3.1.1 with a broker that refuses it.
        tls: None is plain TCP; `{}` is TLS with what the system trusts.
        user: Needs a password too.
        password: Needs a user too.
        client_id: Fixed, because the broker keeps the session by it; None is `omc-<name>`.
        keepalive: Seconds.
        session_expiry: Seconds the broker keeps what we have not read while we are away
            (MQTT 5; older brokers decide themselves).
        max_in_flight: Messages taken and not yet acknowledged, at most.
        subscriptions: At least one.
        sparkplug: Used only where a subscription reads Sparkplug.
    """

    name: Name
    host: HostName
    port: Port | None = None
    protocol: Annotated[Literal["auto", "5", "3.1.1"], BeforeValidator(_protocol)] = "auto"
    tls: TlsSettings | None = None
    user: Name | None = None
    password: Secret | None = None
    client_id: Name | None = None
    keepalive: Annotated[float, Written(DurationRange("5s", "18h").parse)] = 30.0
    session_expiry: Annotated[float, Written(DurationRange("0s", "365d").parse)] = 86_400.0
    max_in_flight: Annotated[Count, Field(le=65_535)] = 1000
    subscriptions: Annotated[tuple[Subscription, ...], AfterValidator(_at_least_one)]
    sparkplug: SparkplugSettings = SparkplugSettings()

    @model_validator(mode="after")
    def _user_and_password_belong_together(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: give both or neither")
        return self

    @property
    def effective_port(self) -> int:
        """The port, or the one MQTT is registered with (IANA: 1883, with TLS 8883)."""
        return self.port or (8883 if self.tls is not None else 1883)

    @property
    def effective_client_id(self) -> str:
        """The client id the broker keeps our session by."""
        return self.client_id or f"omc-{self.name}"
