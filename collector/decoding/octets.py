"""How octets become the text of a label."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from enum import StrEnum

_PRINTABLE_ASCII = range(0x20, 0x7F)
_MAC_LENGTH = 6
_PON_SERIAL_LENGTH = 8
_PON_VENDOR_LENGTH = 4
_IP_LENGTHS = (4, 16)


class OctetFormat(StrEnum):
    """What an OCTET STRING holds.

    AUTO takes printable UTF-8 as text, six other octets as a MAC address and the rest as hex
    digits. PON_SERIAL is ITU-T G.984.3 (four ASCII characters of the vendor, four octets in hex).
    """

    AUTO = "auto"
    TEXT = "text"
    HEX = "hex"
    MAC = "mac"
    IP = "ip"
    PON_SERIAL = "pon_serial"


def octets_text(octets: bytes, octet_format: OctetFormat) -> str:
    """Render octets, without the padding (NUL, white space) that agents leave around text."""
    return _FORMATS[octet_format](octets)


def decoded_text(octets: bytes) -> str:
    """Octets as text: UTF-8, or Latin-1 where they are none; never fails, controls dropped."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _auto(octets: bytes) -> str:
    stripped = octets.strip(b"\0\r\n\t ")
    try:
        text = stripped.decode("utf-8")
    except UnicodeDecodeError:
        return _mac(octets) if len(octets) == _MAC_LENGTH else octets.hex()
    if text.isprintable() or all(c.isprintable() or c in "\r\n\t" for c in text):
        return " ".join(text.split())
    return _mac(octets) if len(octets) == _MAC_LENGTH else octets.hex()


def _mac(octets: bytes) -> str:
    return octets.hex(":")


def _ip(octets: bytes) -> str:
    return str(ipaddress.ip_address(octets)) if len(octets) in _IP_LENGTHS else octets.hex()


def _pon_serial(octets: bytes) -> str:
    vendor, number = octets[:_PON_VENDOR_LENGTH], octets[_PON_VENDOR_LENGTH:]
    if len(octets) != _PON_SERIAL_LENGTH or not all(c in _PRINTABLE_ASCII for c in vendor):
        return _auto(octets)
    return vendor.decode("ascii") + number.hex().upper()


_FORMATS: Mapping[OctetFormat, Callable[[bytes], str]] = {
    OctetFormat.AUTO: _auto,
    OctetFormat.TEXT: decoded_text,
    OctetFormat.HEX: bytes.hex,
    OctetFormat.MAC: _mac,
    OctetFormat.IP: _ip,
    OctetFormat.PON_SERIAL: _pon_serial,
}
