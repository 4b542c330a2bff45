"""Calling the API of a running service from the command line."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

_TIMEOUT_SECONDS = 10.0


#: Paths whose answers have no texts for people.
_WITHOUT_TEXTS = ("/maintenance", "/notifications", "/alarms/history", "/time-to-dark")


@dataclass(frozen=True, slots=True)
class ApiClient:
    """One service.

    Attributes:
        url: Base address, without slash at the end.
        token: Proves who calls.
        language: Of texts for people.
        zone: Of times for people, the one that the service writes its texts in.
    """

    url: str
    token: str
    language: str
    zone: tzinfo = UTC

    @classmethod
    def of_settings(cls, path: Path, language: str | None) -> ApiClient:
        """The service whose settings these are, with its local token.

        Raises:
            click.ClickException: it was never started, or its data folder is not ours to read.
        """
        from omc.api.access import LOCAL_TOKEN_FILE
        from omc.core.settings import load_client_settings

        settings = load_client_settings(path)
        file = settings.data / LOCAL_TOKEN_FILE
        token = os.environ.get("OMC_TOKEN", "")
        try:
            token = token or file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise click.ClickException(
                f"{file} is not there: has `omc run -c {path}` been started? A token of the "
                "settings can be given in OMC_TOKEN instead."
            ) from None
        except OSError as error:
            raise click.ClickException(
                f"{file} cannot be read ({error.strerror}): run this as the service's user, or "
                "give a token of the settings in OMC_TOKEN."
            ) from None
        listen = settings.api.listen
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(listen.host, listen.host)
        scheme = "https" if settings.api.tls else "http"
        url = f"{scheme}://{host}:{listen.port}"
        return cls(url, token, language or settings.language, settings.timezone)

    def moment(self, time_ms: int) -> str:
        """A time as lists show it."""
        return datetime.fromtimestamp(time_ms / 1000, self.zone).strftime("%d/%m %H:%M:%S")

    def get(self, path: str, **query: object) -> Any:
        """Read something. Raises as `call`."""
        return self.call("GET", path, query)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Do something. Raises as `call`."""
        return self.call("POST", path, {}, body)

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Mapping[str, object] | None = None,
    ) -> Any:
        """One request.

        Raises:
            click.ClickException: nobody answers, or the answer is no; the text says why.
        """
        given = {name: value for name, value in query.items() if value is not None}
        if not path.startswith(_WITHOUT_TEXTS):
            given["language"] = self.language
        url = f"{self.url}/api/v1{path}?{urllib.parse.urlencode(given)}"
        request = urllib.request.Request(  # noqa: S310 - the address is of our own settings
            url,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise click.ClickException(_reason(error)) from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise click.ClickException(
                f"nobody answers at {self.url} ({reason}): is the service running?"
            ) from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        detail = json.load(error)["detail"]
    except (ValueError, KeyError):
        return f"the service answered {error.code} {error.reason}"
    return detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)
