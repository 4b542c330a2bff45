from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.rejection import Reason, Rejected
from collector.mqtt.timestamps import TimeFormat, epoch_ms

MIDNIGHT_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
NOW_MS = MIDNIGHT_MS + 600_000
DAY = 86_400.0

PLAIN = TimeFormat.of(None, None, 35 * DAY)
LOCAL = TimeFormat.of("Asia/Ho_Chi_Minh", None, 35 * DAY)


@pytest.mark.parametrize(
    "value",
    [
        1_767_225_600,
        1_767_225_600.0,
        1_767_225_600_000,
        1_767_225_600_000_000,
        1_767_225_600_000_000_000,
        "1767225600",
        "1767225600.000",
        "1767225600000",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T07:00:00+07:00",
        " 2026-01-01 07:00:00+07:00 ",
        "20260101T000000Z",
    ],
)
def test_epochs_of_any_unit_and_iso_8601_mean_the_same_moment(value: object) -> None:
    assert PLAIN.read(value, NOW_MS) == MIDNIGHT_MS


@pytest.mark.parametrize(
    "value", ["2026-01-01 07:00:00", "2026-01-01T07:00:00.000", "20260101T070000"]
)
def test_a_local_time_is_read_in_the_zone_of_its_mapping(value: str) -> None:
    assert LOCAL.read(value, NOW_MS) == MIDNIGHT_MS


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("%d/%m/%Y %H:%M:%S", "01/01/2026 07:00:00"),
        ("%Y%m%d%H%M%S", "20260101070000"),
        ("%Y%m%d%H%M%S", 20260101070000),
        ("%y/%m/%d %H:%M:%S%z", "26/01/01 00:00:00+0000"),
    ],
)
def test_any_other_way_to_write_a_time_is_declared(pattern: str, value: object) -> None:
    declared = TimeFormat.of("Asia/Ho_Chi_Minh", pattern, 35 * DAY)
    assert declared.read(value, NOW_MS) == MIDNIGHT_MS


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-01-01 00:00:00", Reason.TIME_WITHOUT_ZONE),
        (NOW_MS + 3_600_001, Reason.TIME_FUTURE),
        ("20260101070000", Reason.TIME_FUTURE),
        (NOW_MS - 36 * 86_400_000, Reason.TIME_TOO_OLD),
        (0, Reason.TIME_TOO_OLD),
        ("2000-01-01T00:00:00Z", Reason.TIME_TOO_OLD),
        (-1, Reason.TIME_UNREADABLE),
        (1e30, Reason.TIME_UNREADABLE),
        (float("nan"), Reason.TIME_UNREADABLE),
        (True, Reason.TIME_UNREADABLE),
        ([1], Reason.TIME_UNREADABLE),
        ("yesterday", Reason.TIME_UNREADABLE),
        ("2026-13-01T00:00:00Z", Reason.TIME_UNREADABLE),
    ],
)
def test_a_time_that_cannot_be_believed_says_why(value: object, reason: Reason) -> None:
    with pytest.raises(Rejected) as refused:
        PLAIN.read(value, NOW_MS)
    assert refused.value.reason is reason


def test_a_clock_that_is_an_hour_ahead_is_still_believed() -> None:
    assert PLAIN.read(NOW_MS + 3_600_000, NOW_MS) == NOW_MS + 3_600_000


@given(st.integers(min_value=1_000_000_000_000, max_value=4_000_000_000_000))
def test_the_magnitude_of_an_epoch_tells_its_unit(time_ms: int) -> None:
    assert epoch_ms(time_ms) == time_ms
    assert epoch_ms(time_ms / 1000) == time_ms
    assert epoch_ms(time_ms * 1000) == time_ms
    assert abs(epoch_ms(time_ms * 1_000_000) - time_ms) <= 1


@given(st.datetimes(min_value=datetime(2025, 12, 15), max_value=datetime(2026, 1, 1)))  # noqa: DTZ001 - local times
def test_iso_8601_comes_back_to_the_millisecond(time: datetime) -> None:
    time = time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=UTC)
    expected = round(time.timestamp() * 1000)
    assert PLAIN.read(time.isoformat(), NOW_MS) == expected


@given(st.text(max_size=40) | st.floats() | st.integers() | st.none())
def test_any_value_is_a_time_or_a_counted_refusal(value: object) -> None:
    with contextlib.suppress(Rejected):
        assert isinstance(LOCAL.read(value, NOW_MS), int)
