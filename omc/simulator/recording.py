"""Recordings of devices in the format of snmpsim (`.snmprec`): `OID|TYPE|VALUE`, one a line.

What people record is not always in order, has rows twice and lines that are none, so nothing of
that is believed: rows are sorted, the first of equal OIDs counts, and what cannot be read is told.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omc.core.errors import ConfigurationError, Problem
from omc.simulator import ber
from omc.simulator.ber import Oid
from omc.simulator.mib_tree import encode_varbind

_COMMENT = b"#"
_NUMBERS = (ber.INTEGER, ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS, ber.COUNTER64)
_OPAQUE_FLOAT, _OPAQUE_DOUBLE = b"\x9f\x78\x04", b"\x9f\x79\x08"
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED = {b"\\": b"\\", b'"': b'"', b"'": b"'", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_FLOAT_TEXT = re.compile(r"(?:Opaque: )?(Float|Double):\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recording:
    """One device at one instant. As a `View` it serves any agent.

    Attributes:
        name: The file's name without `.snmprec`.
        oids: Ascending, each once.
        values: Encoded, parallel to `oids`.
        faults: Lines that are no rows.
    """

    name: str
    oids: list[Oid]
    values: list[bytes]
    faults: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, file: Path) -> Recording:
        """Read a file.

        Raises:
            ConfigurationError: it cannot be read, or none of its lines is a row.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            text = f"cannot be read: {error.strerror}"
            raise ConfigurationError([Problem(str(file), 0, 0, text)]) from None
        recording = cls.parse(file.name.removesuffix(".snmprec"), content, str(file))
        if not recording.oids:
            text = "no line is OID|TYPE|VALUE, such as 1.3.6.1.2.1.1.5.0|4|router"
            raise ConfigurationError([Problem(str(file), 0, 0, text)])
        return recording

    @classmethod
    def parse(cls, name: str, content: bytes, file: str = "") -> Recording:
        """Read what a file holds; never raises."""
        rows: dict[Oid, bytes] = {}
        faults: list[Problem] = []
        for number, line in enumerate(content.splitlines(), start=1):
            if not line.strip() or line.startswith(_COMMENT):
                continue
            try:
                oid, value = _row(line)
            except (ValueError, OverflowError) as error:
                faults.append(Problem(file or name, number, 0, str(error)))
            else:
                rows.setdefault(oid, value)
        oids = sorted(rows)
        return cls(name, oids, [rows[oid] for oid in oids], tuple(faults))

    def value(self, place: int) -> int | str | bytes | None:
        """A value decoded: octets and Opaque as bytes, OIDs and addresses as text, Null as None."""
        tag, start, end = ber.read_element(self.values[place], 0, len(self.values[place]))
        content = self.values[place][start:end]
        if tag in (ber.OCTET_STRING, ber.OPAQUE):
            return content
        if tag == ber.OBJECT_IDENTIFIER:
            return ".".join(map(str, ber.decode_oid_body(content)))
        if tag == ber.IP_ADDRESS:
            return ".".join(map(str, content))
        return int.from_bytes(content, "big", signed=True) if tag in _NUMBERS else None

    # -- the view of an agent ----------------------------------------------------------------------

    def find(self, device: object, oid: Oid) -> tuple[int, int] | None:
        """The place of exactly this instance."""
        place = bisect_left(self.oids, oid)
        return (place, 0) if place < len(self.oids) and self.oids[place] == oid else None

    def knows_object(self, oid: Oid) -> bool:
        """Whether there is a sibling: a recording does not tell objects from instances."""
        place = bisect_left(self.oids, oid[:-1])
        return place < len(self.oids) and self.oids[place][: len(oid) - 1] == oid[:-1]

    def after(self, device: object, oid: Oid) -> tuple[int, int] | None:
        """The first place behind an OID."""
        return self.at_or_after(device, bisect_right(self.oids, oid), 0)

    def at_or_after(self, device: object, place: int, row: int) -> tuple[int, int] | None:
        """The given place; each has one row."""
        place += row
        return (place, 0) if place < len(self.oids) else None

    def varbind(self, device: object, moment: object, place: int, row: int) -> bytes:
        """An encoded VarBind."""
        return encode_varbind(ber.encode_oid_body(self.oids[place]), self.values[place])

    def oid_at(self, device: object, place: int, row: int) -> Oid:
        """The OID of a place."""
        return self.oids[place]


def _row(line: bytes) -> tuple[Oid, bytes]:
    """One line.

    Raises:
        ValueError: it is no row; the text says why.
    """
    name, *rest = line.split(b"|", 2)
    if len(rest) != 2:
        raise ValueError("expected OID|TYPE|VALUE")
    kind, value = rest[0].decode("ascii", "replace").strip(), rest[1]
    number, form = (kind[:-1], kind[-1]) if kind[-1:] in ("x", "e") else (kind, "")
    encode = _TYPES.get(number)
    if encode is None:
        raise ValueError(f"the type {kind!r} is not known")
    return parse_oid(name.decode("ascii", "replace")), encode(_octets(value, form), form)


def parse_oid(text: str) -> Oid:
    """A dotted OID, with or without a leading dot.

    Raises:
        ValueError: it is none that BER can carry.
    """
    words = text.strip().removeprefix(".").split(".")
    if len(words) < 2 or not all(word.isascii() and word.isdigit() for word in words):
        raise ValueError(f"{text[:60]!r} is no OID")
    oid = tuple(map(int, words))
    if oid[0] > 2 or (oid[0] < 2 and oid[1] > 39) or len(oid) > 128 or max(oid) >= 1 << 32:
        raise ValueError(f"{text[:60]!r} is no OID")
    return oid


def _octets(value: bytes, form: str) -> bytes:
    """The octets that a value stands for: hexadecimal, with escapes, or as they are."""
    if form == "x":
        return bytes.fromhex(value.decode("ascii", "replace"))
    if form == "e":
        return _ESCAPE.sub(_unescaped, value)
    return value


def _unescaped(match: re.Match[bytes]) -> bytes:
    """What a backslash and what follows it stand for; unknown ones stand for themselves."""
    code: bytes = match[1]
    if code[:1] == b"x" and len(code) > 1:
        return bytes((int(code[1:], 16),))
    return _ESCAPED.get(code, match[0])


def _integer(value: bytes, form: str) -> bytes:
    return ber.encode_integer(_number(value, form))


def _unsigned(tag: int, bits: int) -> Callable[[bytes, str], bytes]:
    def encode(value: bytes, form: str) -> bytes:
        return ber.encode_unsigned(tag, _number(value, form) & (1 << bits) - 1)

    return encode


def _number(value: bytes, form: str) -> int:
    if form == "x":
        return int.from_bytes(value, "big")
    number = int(value)
    if not -(1 << 63) <= number < 1 << 64:
        raise ValueError(f"{number} does not fit 64 bits")
    return number


def _octet_string(value: bytes, form: str) -> bytes:
    return ber.tlv(ber.OCTET_STRING, value)


def _null(value: bytes, form: str) -> bytes:
    return ber.NULL_VALUE


def _object_identifier(value: bytes, form: str) -> bytes:
    return ber.encode_oid(parse_oid(value.decode("ascii", "replace")))


def _ip_address(value: bytes, form: str) -> bytes:
    packed = (
        value if form == "x" else ipaddress.IPv4Address(value.decode("ascii", "replace")).packed
    )
    return ber.tlv(ber.IP_ADDRESS, packed)


def _opaque(value: bytes, form: str) -> bytes:
    """Opaque; snmpwalk prints what it holds as text: `Float: 0.08`."""
    text = _FLOAT_TEXT.fullmatch(value.decode("latin-1").strip()) if not form else None
    if text is None:
        return ber.tlv(ber.OPAQUE, value)
    number = float(text[2])
    if text[1].lower() == "float":
        return ber.tlv(ber.OPAQUE, _OPAQUE_FLOAT + struct.pack(">f", number))
    return ber.tlv(ber.OPAQUE, _OPAQUE_DOUBLE + struct.pack(">d", number))


def _exception(value: bytes) -> Callable[[bytes, str], bytes]:
    return lambda _value, _form: value


#: Number of a type in a recording -> how its value is encoded.
_TYPES: dict[str, Callable[[bytes, str], bytes]] = {
    "2": _integer,
    "4": _octet_string,
    "5": _null,
    "6": _object_identifier,
    "64": _ip_address,
    "65": _unsigned(ber.COUNTER32, 32),
    "66": _unsigned(ber.GAUGE32, 32),
    "67": _unsigned(ber.TIME_TICKS, 32),
    "68": _opaque,
    "70": _unsigned(ber.COUNTER64, 64),
    "128": _exception(ber.NO_SUCH_OBJECT),
    "129": _exception(ber.NO_SUCH_INSTANCE),
}
