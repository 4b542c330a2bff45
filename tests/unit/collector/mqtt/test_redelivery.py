from __future__ import annotations

from dataclasses import replace

import pytest

from collector.mqtt.manual_ack import Received
from collector.mqtt.redelivery import Deliveries

FIRST = Received("a/b", b"54.16", qos=1, retained=False, redelivered=False, identifier=7)
AGAIN = replace(FIRST, redelivered=True)


def test_a_message_that_was_taken_is_known_when_it_comes_again() -> None:
    deliveries = Deliveries()
    assert not deliveries.is_known(AGAIN)
    deliveries.remember(FIRST)
    assert deliveries.is_known(AGAIN)


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        replace(AGAIN, identifier=8),
        replace(AGAIN, topic="a/c"),
        replace(AGAIN, payload=b"54.17"),
        replace(AGAIN, qos=0, identifier=0),
    ],
)
def test_another_message_is_not_taken_for_it(other: Received) -> None:
    deliveries = Deliveries()
    deliveries.remember(FIRST)
    assert not deliveries.is_known(other)


def test_an_identifier_that_is_used_again_forgets_the_message_before() -> None:
    deliveries = Deliveries()
    deliveries.remember(FIRST)
    deliveries.remember(replace(FIRST, payload=b"55"))
    assert not deliveries.is_known(AGAIN)
