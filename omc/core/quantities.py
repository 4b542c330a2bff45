"""Durations, sizes and addresses as people write them, for settings and inventory.

What is wrong is said as an expectation: who called adds the name and what was found.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from omc.core.yaml_source import HIDDEN

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")

_BYTES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_BYTES_BY_LOWER_CASE = {unit.lower(): factor for unit, factor in _BYTES.items()}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_DOTTED_NUMBERS = re.compile(r"[0-9.]+")

LAST_PORT = 65535
_LONGEST_HOST_NAME = 253  # RFC 1035, 2.3.4


def parse_duration(text: str) -> float:
    """Seconds of `250ms`, `60s`, `5m`, `1h30m` or `7d`.

    Raises:
        ValueError: anything else; the text says what is expected.
    """
    if _DURATION.fullmatch(text) is None:
        raise ValueError("expected a duration such as 250ms, 60s, 5m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))


def parse_size(text: str) -> int:
    """Bytes of `64MiB` (1024 x 1024) or `1GB` (1000 x 1000 x 1000).

    Raises:
        ValueError: anything else; the text says what is expected.
    """
    match = _SIZE.fullmatch(text)
    factor = _BYTES_BY_LOWER_CASE.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise ValueError("expected a size such as 512KiB, 64MiB or 1GB")
    return round(float(match[1]) * factor)


def parse_host(text: str) -> str:
    """An IPv4 or IPv6 address or a host name, without port.

    Raises:
        ValueError: none of them; the text says what is expected.
    """
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        is_name = _HOST_NAME.fullmatch(text) and not _DOTTED_NUMBERS.fullmatch(text)
        if is_name and len(text) <= _LONGEST_HOST_NAME:
            return text
    if _has_port(text):
        raise ValueError("expected an address without a port: the port is set on its own")
    raise ValueError("expected an IP address or a host name")


def _has_port(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdecimal()


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where a server listens.

    Attributes:
        host: IP address or host name; `0.0.0.0` is every IPv4 address of the machine.
        port: TCP port; 0 lets the system choose.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @classmethod
    def parse(cls, text: str) -> ListenAddress:
        """Read `127.0.0.1:9469`, `[::1]:9469`, `localhost:9469` or `:9469` (every address).

        Raises:
            ValueError: anything else; the text says what is expected.
        """
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > LAST_PORT:
            raise ValueError("expected address:port, such as 127.0.0.1:9469")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            raise ValueError("expected an IPv6 address in brackets, such as [::1]:9469")
        return cls(parse_host(host) if host else "0.0.0.0", int(port))


@dataclass(frozen=True, slots=True)
class DurationRange:
    """Durations within bounds.

    Attributes:
        least: Shortest allowed, as text.
        most: Longest allowed, as text.
    """

    least: str
    most: str

    def parse(self, text: str) -> float:
        """Seconds of a duration within the bounds.

        Raises:
            ValueError: no duration, or out of bounds; the text says what is expected.
        """
        seconds = parse_duration(text)
        if not parse_duration(self.least) <= seconds <= parse_duration(self.most):
            raise ValueError(f"expected a duration from {self.least} to {self.most}")
        return seconds


@dataclass(frozen=True, slots=True)
class SizeRange:
    """Sizes within bounds.

    Attributes:
        least: Smallest allowed, as text.
        most: Largest allowed, as text.
    """

    least: str
    most: str

    def parse(self, text: str) -> int:
        """Bytes of a size within the bounds.

        Raises:
            ValueError: no size, or out of bounds; the text says what is expected.
        """
        size = parse_size(text)
        if not parse_size(self.least) <= size <= parse_size(self.most):
            raise ValueError(f"expected a size from {self.least} to {self.most}")
        return size


@dataclass(frozen=True, slots=True)
class Written:
    """Annotates a pydantic field that people write as text.

    Attributes:
        parse: Makes the field's value of the text; its ValueError says what is expected.
    """

    parse: Callable[[str], object]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def _validate(self, value: object) -> object:
        try:
            return self.parse(value if isinstance(value, str) else "")
        except ValueError as error:
            # Where an address is asked for, people paste user:password@host.
            kind = HIDDEN if "@" in str(value) else "expectation"
            raise PydanticCustomError(kind, "{text}", {"text": str(error)}) from None
