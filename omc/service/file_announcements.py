"""Which source of measurement files has a file that somebody announces."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from omc.core.settings import FolderSource, HttpSource, PmSource, SftpSource

_PORTS = {"sftp": 22, "http": 80, "https": 443}


def has_file(source: PmSource, location: str) -> bool:
    """Whether a source reads the place of a file.

    Args:
        source: As the settings have it.
        location: Of the file as TS 28.532 writes it (fileLocation): a URI, or a path.
    """
    try:
        parts = urlsplit(location)
        server = _server(parts)
    except ValueError:  # it is no address
        return False
    match source:
        case FolderSource():
            path = Path(unquote(parts.path))
            return parts.scheme in ("", "file") and path.is_relative_to(source.path)
        case SftpSource():
            return server == ("sftp", source.host, source.port)
        case HttpSource():
            return server == _server(urlsplit(source.url))


def _server(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
