"""Encoded SNMP values, small ones made once."""

from __future__ import annotations

from functools import lru_cache

from omc.simulator import ber

_SMALL = {value: ber.encode_integer(value) for value in range(-4096, 16384)}

#: What Huawei and Vertiv agents send for a reading they do not have.
NO_READING = ber.encode_integer(2147483647)


def integer(value: int) -> bytes:
    """INTEGER."""
    return _SMALL.get(value) or ber.encode_integer(value)


def rounded(value: float) -> bytes:
    """INTEGER of the nearest whole number."""
    return integer(round(value))


def counter64(value: float) -> bytes:
    """Counter64."""
    return ber.encode_unsigned(ber.COUNTER64, int(value) & 0xFFFF_FFFF_FFFF_FFFF)


def counter32(value: float) -> bytes:
    """Counter32: wraps."""
    return ber.encode_unsigned(ber.COUNTER32, int(value) & 0xFFFF_FFFF)


def gauge(value: float) -> bytes:
    """Gauge32: sticks at its maximum."""
    return ber.encode_unsigned(ber.GAUGE32, min(max(int(value), 0), 0xFFFF_FFFF))


def ticks(seconds: float) -> bytes:
    """TimeTicks: hundredths of a second, wraps after 497 days."""
    return ber.encode_unsigned(ber.TIME_TICKS, int(max(seconds, 0.0) * 100) & 0xFFFF_FFFF)


@lru_cache(maxsize=4096)
def text(value: str) -> bytes:
    """OCTET STRING of UTF-8 text."""
    return ber.encode_text(value)


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return ber.tlv(ber.OCTET_STRING, value)


def truth(value: object) -> bytes:
    """TruthValue of SNMPv2-TC: true 1, false 2."""
    return _SMALL[1 if value else 2]
