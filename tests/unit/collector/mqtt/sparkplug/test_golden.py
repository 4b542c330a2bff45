from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.counts import Result
from tests.unit.collector.mqtt.reading import mapping
from tests.unit.collector.mqtt.sparkplug.hosting import Hosting

T = 1_767_225_600_000  # 2026-01-01T00:00:00Z
GOLDEN: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "golden.yaml").read_text(encoding="utf-8")
)
BIRTH = GOLDEN["messages"][0]


def _expected(rows: list[list[Any]]) -> list[tuple[str, float, int]]:
    return [(key, float(value), T + round(seconds * 1000)) for key, value, seconds in rows]


def _bytes(row: dict[str, Any]) -> bytes:
    return bytes.fromhex(row["hex"].replace(" ", ""))


def test_every_golden_message_says_what_was_put_into_it() -> None:
    host = Hosting(mapping(GOLDEN["mapping"]))
    for row in GOLDEN["messages"]:
        host.read(row["topic"], _bytes(row))
        assert host.samples() == _expected(row["samples"]), row["about"]
        assert host.samples(history=True) == _expected(row.get("history", [])), row["about"]
        assert host.stale() == set(row.get("stale", [])), row["about"]
    assert host.rejected == {"missing": 1, "transient": 1, "bad_quality": 1}
    assert host.counts.messages == {Result.ACCEPTED: 9, Result.REJECTED: 1}


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("spBv1.0/VP/NDATA/VPH0123", _bytes(BIRTH)[:20], "not_sparkplug"),
        ("spBv1.0/VP/NDATA/VPH0123", b"", "not_sparkplug"),
        ("spBv1.0/VP/NDATA/VPH0123", b'{"t":1}', "not_sparkplug"),
        ("spBv1.0/VP/NBIRTH/VPH0123", b"\x12\xff\xff\xff\xff\x0f", "not_sparkplug"),
        ("spBv1.0/VP/NBIRTH", b"", "not_sparkplug"),
        ("spBv1.0/VP/NBIRTH/VPH0123/device", _bytes(BIRTH), "not_sparkplug"),
        ("spBv1.0/VP/NBIRTH/VPH0123", bytes(1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_is_no_sparkplug_is_refused_and_costs_nothing_else(
    topic: str, payload: bytes, reason: str
) -> None:
    host = Hosting(mapping(GOLDEN["mapping"]))
    assert host.read(topic, payload) is Result.REJECTED
    assert host.rejected == {reason: 1}
    host.read(BIRTH["topic"], _bytes(BIRTH))
    assert len(host.samples()) == len(BIRTH["samples"])


@given(st.data())
def test_damage_costs_the_damaged_message_and_no_more(data: st.DataObject) -> None:
    host = Hosting(mapping(GOLDEN["mapping"]))
    for row in GOLDEN["messages"]:
        payload = bytearray(_bytes(row))
        for place in data.draw(st.lists(st.integers(0, len(payload) - 1), max_size=3)):
            payload[place] = data.draw(st.integers(0, 255))
        host.read(row["topic"], bytes(payload[: data.draw(st.integers(1, len(payload)))]))
    host.wait(3.0)
    assert "internal_error" not in host.rejected
    assert sum(host.counts.messages.values()) == len(GOLDEN["messages"])


def test_a_retained_birth_is_of_a_session_that_nobody_knows() -> None:
    host = Hosting(mapping(GOLDEN["mapping"]))
    host.read(BIRTH["topic"], _bytes(BIRTH), retained=True)
    assert (host.samples(), host.rejected) == ([], {"retained": 1})


@pytest.mark.parametrize("topic", ["spBv1.0/VP/NCMD/VPH0123", "spBv1.0/STATE/omc"])
def test_what_is_said_to_others_is_passed_over(topic: str) -> None:
    host = Hosting()
    assert host.read(topic, _bytes(BIRTH)) is Result.IGNORED
    assert host.rejected == {}
