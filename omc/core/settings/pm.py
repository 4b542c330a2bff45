"""Settings of measurement files: where they come from, and when they are late."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from omc.core.quantities import DurationRange, SizeRange, Written
from omc.core.settings.base import (
    AnyPath,
    FilePath,
    FolderPath,
    HostName,
    Name,
    Port,
    SettingsModel,
    expectation,
)
from omc.core.settings.secret_reference import Secret
from omc.core.settings.sinks import HttpUrl
from omc.core.settings.tls import TlsSettings


def _patterns(value: object) -> tuple[str, ...]:
    """One pattern of file names, or a list of them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts:
        raise expectation("expected a pattern of file names such as A*.xml.gz")
    for text in texts:
        if not isinstance(text, str) or not text or "/" in text:
            raise expectation("expected a pattern of file names such as A*.xml.gz, without '/'")
    return tuple(texts)


class _Source(SettingsModel):
    """What every place has that files come from.

    Attributes:
        name: Unique; appears in metrics and logs.
        pattern: Patterns of file names (`*`, `?`, `[...]`); others are left alone.
        interval: Seconds between two looks.
    """

    name: Name
    pattern: Annotated[tuple[str, ...], PlainValidator(_patterns)] = ("*",)
    interval: Annotated[float, Written(DurationRange("1s", "1d").parse)] = 60.0


class FolderSource(_Source):
    """A folder on this machine that files are put into.

    Attributes:
        path: The folder; folders in it are looked into as well.
        settle: Seconds that a file must not have changed before it is read.
        after: What becomes of a file that was read: it is kept, or deleted.
    """

    kind: Literal["folder"]
    path: FolderPath
    settle: Annotated[float, Written(DurationRange("0s", "1h").parse)] = 5.0
    after: Literal["keep", "delete"] = "keep"


class SftpSource(_Source):
    """A folder on a server that is asked over SFTP.

    Attributes:
        host: The server.
        port: Of its SSH.
        user: Login name.
        password: One of password and key is needed.
        key: Private key file, OpenSSH format.
        passphrase: Of the key.
        known_hosts: File with the server's key; a server that is not in it is not talked to.
        folder: On the server.
        after: What becomes of a file that was read: it is kept there, or deleted.
    """

    kind: Literal["sftp"]
    host: HostName
    port: Port = 22
    user: Name
    password: Secret | None = None
    key: FilePath | None = None
    passphrase: Secret | None = None
    known_hosts: FilePath
    folder: str = "."
    after: Literal["keep", "delete"] = "keep"

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if (self.password is None) == (self.key is None):
            raise ValueError("give either password or key")
        if self.passphrase is not None and self.key is None:
            raise ValueError("a passphrase belongs to a key")
        return self


class HttpSource(_Source):
    """A page that lists files: a directory index, or a list in JSON.

    Attributes:
        url: Of the page.
        user: Needs a password too; not together with a token.
        password: Needs a user too.
        token: Sent as `Authorization: Bearer`.
        tls: What is trusted and what is shown; None is what the system trusts.
        timeout: Seconds without a byte after which a transfer is given up for now.
    """

    kind: Literal["http"]
    url: HttpUrl
    user: Name | None = None
    password: Secret | None = None
    token: Secret | None = None
    tls: TlsSettings | None = None
    timeout: Annotated[float, Written(DurationRange("1s", "10m").parse)] = 30.0

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: give both or neither")
        if self.token is not None and self.user is not None:
            raise ValueError("a token takes the place of user and password: give one or the other")
        return self


PmSource = Annotated[FolderSource | SftpSource | HttpSource, Field(discriminator="kind")]


class PmSettings(SettingsModel):
    """Measurement files of base stations (3GPP TS 32.435, TS 28.532).

    Attributes:
        sources: Where they come from; none reads none.
        declarations: Folders of declared counter names besides the shipped ones; a later one wins.
        deadline: Seconds after the end of a period by which its file is expected; then it is late.
        keep: Seconds that the counters of a period are remembered, so that parts of it that come
            in other files are put together with them.
        largest: Bytes that may come out of one file, however it is packed.
        expect: Patterns of nodes that owe measurements even if they never sent any; nodes that
            have sent some owe more anyway.
        spool: Where files are fetched to; None is `pm` in the settings' `data` folder.
    """

    sources: tuple[PmSource, ...] = ()
    declarations: tuple[FolderPath, ...] = ()
    deadline: Annotated[float, Written(DurationRange("1m", "6h").parse)] = 900.0
    keep: Annotated[float, Written(DurationRange("1h", "30d").parse)] = 3 * 86_400.0
    largest: Annotated[int, Written(SizeRange("1MiB", "1TiB").parse)] = 2 * 2**30
    expect: tuple[Name, ...] = ()
    spool: AnyPath | None = None
