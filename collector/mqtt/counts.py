"""What happened on the MQTT side since the start. Plain counters; the service exposes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from collector.mqtt.rejection import Reason


class Result(StrEnum):
    """How one message ended.

    ACCEPTED: it gave samples (or was meant to give none: every value was missing). PARTIAL: it
    gave samples, and some of it was refused. REJECTED: nothing of it could be taken. DUPLICATE:
    delivered again although it had been taken. IGNORED: it holds nothing the mapping reads.
    """

    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


@dataclass(slots=True)
class SparkplugCounts:
    """The edge nodes of one subscription.

    Attributes:
        edge_nodes: How many there are now, by state: `online`, `offline`, and `unconfirmed` where
            what is known may have changed while we were not connected.
        rebirths: Births that were asked for.
    """

    edge_nodes: Counter[str] = field(default_factory=Counter)
    rebirths: int = 0


@dataclass(slots=True)
class SubscriptionCounts:
    """One subscription.

    Attributes:
        sparkplug: Of its edge nodes; None where it reads no Sparkplug.
        messages: By result.
        samples: Handed to the bus.
        rejected: Messages, records and readings that were refused, by reason. A missing value is
            a refused reading.
    """

    messages: Counter[Result] = field(default_factory=Counter)
    samples: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)
    sparkplug: SparkplugCounts | None = None


@dataclass(slots=True)
class BrokerCounts:
    """One broker.

    Attributes:
        connected: Whether there is a session now.
        connections: Sessions that were opened.
        faults: Why sessions ended or could not be opened, by `Fault` word.
        sessions_lost: Connections for which the broker had forgotten our session: what was sent
            meanwhile is lost.
        in_flight: Messages received and not yet acknowledged, now.
        acknowledged: PUBACKs sent.
        pauses: How often reading stopped because `max_in_flight` was reached.
        unexpected: Messages that no subscription covers: an old one is still in the session.
        granted_subscriptions: Filters the broker lets us read, in this session.
        refused_subscriptions: Filters it does not let us read, now.
        subscriptions: By topic template.
    """

    connected: bool = False
    connections: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    sessions_lost: int = 0
    in_flight: int = 0
    acknowledged: int = 0
    pauses: int = 0
    unexpected: int = 0
    granted_subscriptions: set[str] = field(default_factory=set)
    refused_subscriptions: set[str] = field(default_factory=set)
    subscriptions: dict[str, SubscriptionCounts] = field(default_factory=dict)
