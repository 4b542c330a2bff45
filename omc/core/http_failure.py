"""What an HTTP request that got no answer says to people."""

from __future__ import annotations

import os

import aiohttp


def in_short(error: Exception) -> str:
    """`cannot connect to 10.0.0.6:9090: connection refused`, else the kind of error and its text.

    Of a connection that was not made aiohttp says more, and `ssl:default` of plain HTTP, which
    sends people looking for certificates. Where TLS is what failed, its own words are kept.
    """
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, aiohttp.ClientSSLError
    ):
        number = error.os_error.errno
        told = os.strerror(number).lower() if number is not None and number > 0 else error.strerror
        return f"cannot connect to {error.host}:{error.port}: {told}"
    kind = type(error).__name__
    return f"{kind}: {error}" if str(error) else kind
