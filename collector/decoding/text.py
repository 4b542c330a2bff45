"""Numbers and points in time as agents write them into octets."""

from __future__ import annotations

import math
import re
import struct
from datetime import UTC, datetime, timedelta, timezone

from collector.decoding.octets import decoded_text
from collector.decoding.steps import DateAndTime, NumberInText
from collector.varbind import Value
from omc.core.model import Quality

_NUMBER = r"[-+\u2212]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][-+]?\d+)?"
_WHOLE_NUMBER = re.compile(_NUMBER)
_DURATION = re.compile(
    r"(?:(\d{1,6})\s*(?:d|days?)?[\s,:]+)?(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)", re.IGNORECASE
)
_OPAQUE_FLOAT = b"\x9f\x78\x04"
_OPAQUE_DOUBLE = b"\x9f\x79\x08"
_LONGEST_INTEGER = 16
_LONGEST_HEX = 2 * _LONGEST_INTEGER
_DATE_LENGTHS = (8, 11)


def to_number(value: Value) -> float | Quality:
    """A value that is a number, or text that is nothing but a number.

    Text may use a decimal comma. Opaque floats (net-snmp: 9f 78 04 or 9f 79 08 and the IEEE 754
    octets) are numbers too.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else Quality.INVALID
    if isinstance(value, bytes):
        opaque = _opaque(value)
        return _parsed(decoded_text(value)) if opaque is None else opaque
    return Quality.NOT_SUPPORTED if value is None else _parsed(value)


def text_of(value: Value) -> str:
    """A value as text, stripped; "" for nothing."""
    if isinstance(value, bytes):
        return decoded_text(value)
    return "" if value is None else str(value).strip()


def number_finder(rule: NumberInText) -> re.Pattern[str]:
    """The expression whose one group is the number the rule means."""
    if rule.pattern is not None:
        return re.compile(rule.pattern)
    number = r"(?:0[xX])?([0-9A-Fa-f]+)" if rule.base == 16 else f"({_NUMBER})"
    after = rf"\s*{re.escape(rule.unit)}(?![A-Za-z])" if rule.unit is not None else ""
    return re.compile(number + after, re.IGNORECASE)


def captured_text(finder: re.Pattern[str], value: Value) -> str | None:
    """What the expression finds in a text, or None."""
    match = finder.search(text_of(value))
    return match[1] if match is not None else None


def parsed_number(text: str, base: int) -> float | Quality:
    """A text that is nothing but a number."""
    if base == 10:
        return _parsed(text)
    if len(text) > _LONGEST_HEX:
        return Quality.INVALID
    try:
        return int(text, base)
    except ValueError:
        return Quality.INVALID


def octets_number(value: Value, *, big_endian: bool) -> float | Quality:
    """Octets as one unsigned number, at most 128 bits."""
    if not isinstance(value, bytes):
        return to_number(value)
    if not 0 < len(value) <= _LONGEST_INTEGER:
        return Quality.INVALID
    return int.from_bytes(value, "big" if big_endian else "little")


def unix_seconds(rule: DateAndTime, value: Value) -> float | Quality:
    """A point in time in Unix seconds; all octets zero means the device never noted one."""
    zone = timezone(timedelta(hours=rule.utc_offset_hours))
    if isinstance(value, bytes) and len(value) in _DATE_LENGTHS and not value[:1].isdigit():
        return _date_and_time(value, zone) if any(value) else Quality.NOT_SUPPORTED
    text = text_of(value)
    try:
        if rule.format is not None:
            moment = datetime.strptime(text, rule.format)  # noqa: DTZ007 - the zone follows
        else:
            moment = datetime.fromisoformat(text)
    except ValueError:
        return Quality.INVALID
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


def duration_seconds(value: Value) -> float | Quality:
    """Days, hours, minutes and seconds in text to seconds; a number passes as it is."""
    if isinstance(value, int | float) or value is None:
        return to_number(value)
    match = _DURATION.fullmatch(text_of(value))
    if match is None:
        return Quality.INVALID
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _date_and_time(octets: bytes, zone: timezone) -> float | Quality:
    """RFC 2579 DateAndTime: year(2) month day hour minute second decisecond [+/- hours minutes]."""
    year, month, day, hour, minute, second, decisecond = struct.unpack(">HBBBBBB", octets[:8])
    try:
        if len(octets) == _DATE_LENGTHS[1]:
            offset = timedelta(hours=octets[9], minutes=octets[10])
            zone = timezone(-offset if octets[8:9] == b"-" else offset)
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return Quality.INVALID
    return moment.astimezone(UTC).timestamp() + int(decisecond) / 10


def _opaque(octets: bytes) -> float | Quality | None:
    for prefix, layout in ((_OPAQUE_FLOAT, ">f"), (_OPAQUE_DOUBLE, ">d")):
        if octets.startswith(prefix) and len(octets) == len(prefix) + struct.calcsize(layout):
            number = float(struct.unpack(layout, octets[len(prefix) :])[0])
            return number if math.isfinite(number) else Quality.INVALID
    return None


def _parsed(text: str) -> float | Quality:
    text = text.strip()
    if _WHOLE_NUMBER.fullmatch(text) is None:
        return Quality.INVALID
    text = text.replace("\u2212", "-")
    decimal = max(text.rfind("."), text.rfind(","))
    if decimal >= 0:
        text = re.sub("[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    number = float(text)
    return number if math.isfinite(number) else Quality.INVALID
