"""Secrets that the service makes for itself at its first start, and finds again at the next."""

from __future__ import annotations

import secrets
from pathlib import Path

from omc.core.atomic_file import replace_file

_BYTES = 32


def kept_secret(path: Path) -> str:
    """The secret in a file, made where there is none; only the service's user may read it.

    Raises:
        OSError: the file cannot be read or written.
    """
    kept = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if kept:
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(_BYTES)
    replace_file(path, f"{secret}\n".encode(), private=True)
    return secret
