"""Durations, sizes and addresses as people write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.quantities import (
    DurationRange,
    ListenAddress,
    SizeRange,
    parse_duration,
    parse_host,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("60s", 60), ("5m", 300), ("1h30m", 5400), ("1.5h", 5400), ("7d", 604_800)],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "60", "s", "60 s", "1h 30m", "-5s", "5M", "5min", "1:30", "∞"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration such as 250ms, 60s, 5m or 1h30m"):
        parse_duration(text)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_the_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int, ms: int) -> None:
    expected = hours * 3600 + minutes * 60 + seconds + ms / 1000
    assert parse_duration(f"{hours}h{minutes}m{seconds}s{ms}ms") == pytest.approx(expected)


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_duration(text) >= 0


def test_the_bounds_of_a_duration_are_allowed_themselves() -> None:
    bounds = DurationRange("1s", "1m")
    assert (bounds.parse("1s"), bounds.parse("60s")) == (1, 60)
    with pytest.raises(ValueError, match="expected a duration from 1s to 1m"):
        bounds.parse("61s")


@pytest.mark.parametrize(
    ("text", "size"),
    [("512B", 512), ("64MiB", 67_108_864), ("64 mib", 67_108_864), ("1GB", 10**9), ("1.5kB", 1500)],
)
def test_a_size_is_read_as_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "64", "64M", "MiB", "-1MB", "1 G B"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size such as 512KiB, 64MiB or 1GB"):
        parse_size(text)


def test_a_size_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a size from 1MiB to 1GiB"):
        SizeRange("1MiB", "1GiB").parse("2GiB")


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("127.0.0.1:9469", "127.0.0.1", 9469, "127.0.0.1:9469"),
        ("[::1]:9469", "::1", 9469, "[::1]:9469"),
        ("localhost:0", "localhost", 0, "localhost:0"),
        (":9469", "0.0.0.0", 9469, "0.0.0.0:9469"),
    ],
)
def test_a_listen_address_is_read_and_shown(text: str, host: str, port: int, shown: str) -> None:
    address = ListenAddress.parse(text)
    assert (address.host, address.port, str(address)) == (host, port, shown)


@pytest.mark.parametrize("text", ["", "9469", "127.0.0.1", "127.0.0.1:70000", "a b:1", "::1:9469"])
def test_what_is_no_listen_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a"):
        ListenAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "loopback"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        (":1", False),
        ("a:1", False),
    ],
)
def test_a_loopback_address_is_known_as_such(text: str, loopback: bool) -> None:
    assert ListenAddress.parse(text).is_loopback is loopback


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("olt-1.vinhphuc.example", "olt-1.vinhphuc.example"),
    ],
)
def test_a_host_is_an_address_or_a_name(text: str, host: str) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize("text", ["", "192.0.2.256", "1.2.3", "-a", "a..b", "a b", "x" * 64, "a@b"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an IP address or a host name"):
        parse_host(text)
