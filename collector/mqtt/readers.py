"""Makes the reader that a subscription needs."""

from __future__ import annotations

from dataclasses import dataclass

from collector.mqtt.broker import Broker, Subscription
from collector.mqtt.counts import SubscriptionCounts
from collector.mqtt.directory import Directory
from collector.mqtt.json_payload import PayloadReader
from collector.mqtt.mapping import PayloadMapping
from collector.mqtt.reader import PlainReader, Reader
from collector.mqtt.series_budget import SeriesBudget
from collector.mqtt.sparkplug.memory import BirthMemory
from collector.mqtt.sparkplug.reader import SparkplugReader
from collector.mqtt.topic_template import TopicTemplate
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all readers share.

    Attributes:
        catalogue: The one the mappings were checked with.
        directory: What the inventory knows.
        budget: Interns series.
        bus: Takes batches and events.
        clock: Stamps arrivals and deaths.
    """

    catalogue: Catalogue
    directory: Directory
    budget: SeriesBudget
    bus: Bus
    clock: Clock


def subscription_source(broker: Broker, subscription: Subscription) -> str:
    """The name of a subscription as a source of batches."""
    return f"mqtt:{broker.name}/{subscription.topic}"


def make_reader(
    broker: Broker,
    subscription: Subscription,
    mapping: PayloadMapping,
    counts: SubscriptionCounts,
    memory: BirthMemory,
    around: Surroundings,
) -> Reader:
    """The reader of one subscription.

    Args:
        broker: Where it is read from.
        subscription: What is read.
        mapping: How.
        counts: Where to count.
        memory: Keeps births, where there are any.
        around: What readers share.

    Raises:
        ValueError: the topic is none, or does not fit the mapping.
    """
    template = TopicTemplate.parse(subscription.topic)
    source = subscription_source(broker, subscription)
    if mapping.is_sparkplug:
        if broker.sparkplug is None:
            raise ValueError("a broker with Sparkplug subscriptions needs a host id")
        return SparkplugReader(
            mapping,
            template,
            host=broker.sparkplug,
            source=source,
            catalogue=around.catalogue,
            directory=around.directory,
            budget=around.budget,
            counts=counts,
            bus=around.bus,
            clock=around.clock,
            memory=memory,
        )
    payloads = PayloadReader(
        mapping,
        template,
        source=source,
        catalogue=around.catalogue,
        directory=around.directory,
        budget=around.budget,
        counts=counts,
    )
    plain = PlainReader(payloads, around.bus, source)
    if plain.held is not None:
        around.budget.on_forget(plain.held.forget)
    return plain
