"""What the subscriber has to know about one broker. Plain data: the settings are mapped to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Tls:
    """How the connection is protected; TLS 1.2 at least, the broker's name is always checked.

    Attributes:
        ca: Certificates to trust, PEM; None trusts what the system trusts.
        certificate: Our own certificate, PEM; None when the broker asks for none.
        key: Private key of our certificate, PEM.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is read and how.

    Attributes:
        topic: Template: see `TopicTemplate`.
        mapping: Name of a mapping file.
        qos: 1 is acknowledged after the bus has taken the samples. There is no 2: the client
            library confirms such messages before we have them, so it would protect less.
        share: Group of a shared subscription: each message goes to one member of the group.
    """

    topic: str
    mapping: str
    qos: Literal[0, 1] = 1
    share: str | None = None


@dataclass(frozen=True, slots=True)
class SparkplugHost:
    """What we are towards Sparkplug's edge nodes: a host application.

    Attributes:
        host_id: Unique among the host applications; edge nodes may wait for it to be online.
        reorder_timeout: Seconds that a missing message is waited for.
        rebirth_pause: Seconds until births are asked for again; doubles with every question.
    """

    host_id: str
    reorder_timeout: float = 2.0
    rebirth_pause: float = 30.0


@dataclass(frozen=True, slots=True)
class Broker:
    """One broker and what is read from it.

    Attributes:
        name: Unique; names the sources of batches: `mqtt:<name>/<topic>`.
        host: Name or address.
        port: TCP port.
        protocol: `5`, `3.1.1`, or `auto`: 5, and 3.1.1 with a broker that refuses it.
        tls: None is plain TCP.
        user: None is anonymous.
        password: Of the user.
        client_id: Fixed and unique: the broker keeps the session by it.
        keepalive: Seconds.
        session_expiry: Seconds the broker keeps what we have not read while we are away (MQTT 5;
            older brokers decide themselves).
        max_in_flight: Messages taken and not yet acknowledged, at most; then reading stops.
        connect_timeout: Seconds for the TCP connection and for each step of the TLS handshake.
        subscriptions: A message that several cover is read by the first of them only.
        sparkplug: None: no subscription reads Sparkplug.
    """

    name: str
    host: str
    port: int
    client_id: str
    subscriptions: tuple[Subscription, ...]
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    tls: Tls | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    keepalive: float = 30.0
    session_expiry: float = 86_400.0
    max_in_flight: int = 1000
    connect_timeout: float = 2.5
    sparkplug: SparkplugHost | None = None

    @property
    def endpoint(self) -> str:
        """`host:port`, for messages to people."""
        return f"{self.host}:{self.port}"
