"""A folder on an SFTP server whose key is known beforehand: nobody else is talked to."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from collector.pm.offers import Offer
from collector.pm.spool import drop, size_of, spooled
from omc.core.errors import AuthenticationRefused, Malformed, Unreachable

_CHUNK = 1 << 18
_TIMEOUT = 20.0
_MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class SftpAccess:
    """Where a server is and how to log in.

    Attributes:
        host: The server.
        port: Of its SSH.
        user: Login name.
        known_hosts: File with the server's key, OpenSSH format.
        password: None to log in with a key.
        key: Private key file.
        passphrase: Of the key; None for none.
    """

    host: str
    port: int
    user: str
    known_hosts: Path
    password: str | None = None
    key: Path | None = None
    passphrase: str | None = None

    @property
    def endpoint(self) -> str:
        """For logs."""
        return f"{self.host}:{self.port}"


class SftpFolder:
    """Offers the regular files of one folder, once their size has not changed between two looks.

    Args:
        access: The server.
        folder: On it.
        patterns: Of file names.
        largest: Bytes that a file may have.
        delete: Files that were taken in are deleted there.
    """

    def __init__(
        self,
        access: SftpAccess,
        folder: str,
        patterns: Sequence[str],
        largest: int,
        *,
        delete: bool,
    ) -> None:
        self._access = access
        self._folder = folder.rstrip("/") or "/"
        self._patterns = patterns
        self._largest = largest
        self._delete = delete
        self._stamps: dict[str, str] = {}
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def offers(self) -> list[Offer]:
        found: list[Offer] = []
        async with self._sftp() as sftp:
            async for entry in sftp.scandir(self._folder):
                offer = _offer(entry)
                if offer is not None and offer.fits(self._patterns):
                    found.append(offer)
                if len(found) == _MOST_FILES:
                    break
        before, self._stamps = self._stamps, {offer.name: offer.stamp for offer in found}
        settled = [offer for offer in found if before.get(offer.name) == offer.stamp]
        return sorted(settled, key=lambda offer: offer.name)

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        size = offer.size or 0
        if size > self._largest:
            text = f"{offer.name} has {size} bytes; pm.largest allows {self._largest}"
            raise Malformed(text, endpoint=self._access.endpoint)
        path = spooled(spool, offer)
        if size_of(path) < size:
            async with self._sftp() as sftp:
                await self._copy(sftp, offer, path, size)
        return path

    async def _copy(self, sftp: asyncssh.SFTPClient, offer: Offer, path: Path, size: int) -> None:
        """Append what is still missing."""
        async with sftp.open(self._remote(offer), "rb") as remote:
            with path.open("ab") as local:
                at = local.tell()
                while at < size:
                    # Bytes, as it was opened with "b"; asyncssh's types say text or bytes.
                    data = bytes(await remote.read(min(_CHUNK, size - at), at))  # type: ignore[arg-type]
                    if not data:
                        text = f"{offer.name} ends after {at} of {size} bytes"
                        raise Unreachable(text, endpoint=self._access.endpoint)
                    local.write(data)
                    at += len(data)

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        drop(path)
        if self._delete and was_read:
            async with self._sftp() as sftp:
                await sftp.remove(self._remote(offer))

    async def close(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            await connection.wait_closed()

    def _remote(self, offer: Offer) -> str:
        return f"{self._folder.rstrip('/')}/{offer.name}"

    @asynccontextmanager
    async def _sftp(self) -> AsyncIterator[asyncssh.SFTPClient]:
        """The connection, made when there is none, and given up after a failure."""
        endpoint = self._access.endpoint
        try:
            if self._client is None:
                await self._connect()
            assert self._client is not None  # noqa: S101 - just connected
            yield self._client
        except asyncssh.HostKeyNotVerifiable:
            await self.close()
            text = f"{endpoint}: its host key is not in {self._access.known_hosts}"
            raise AuthenticationRefused(text, endpoint=endpoint) from None
        except (asyncssh.PermissionDenied, asyncssh.KeyImportError) as error:
            await self.close()
            text = f"{endpoint}: login refused: {error}"
            raise AuthenticationRefused(text, endpoint=endpoint) from None
        except asyncssh.SFTPNoSuchFile as error:
            raise Unreachable(f"{endpoint}: {self._folder}: {error}", endpoint=endpoint) from None
        except (asyncssh.Error, OSError) as error:
            await self.close()
            raise Unreachable(f"{endpoint}: {error}", endpoint=endpoint) from None

    async def _connect(self) -> None:
        access = self._access
        known_hosts = await asyncio.to_thread(self._known_hosts)
        self._connection = await asyncssh.connect(
            access.host,
            access.port,
            username=access.user,
            password=access.password,
            client_keys=[str(access.key)] if access.key else None,
            passphrase=access.passphrase,
            known_hosts=known_hosts,
            agent_path=None,
            config=None,
            connect_timeout=_TIMEOUT,
            login_timeout=_TIMEOUT,
            keepalive_interval=_TIMEOUT,
        )
        self._client = await self._connection.start_sftp_client()

    def _known_hosts(self) -> asyncssh.SSHKnownHosts:
        """The keys of servers, as the file says now.

        Raises:
            OSError: it cannot be read.
            AuthenticationRefused: it is none of OpenSSH.
        """
        path, endpoint = self._access.known_hosts, self._access.endpoint
        try:
            return asyncssh.read_known_hosts(str(path))
        except ValueError as error:  # also of what is no text
            text = f"{endpoint}: {path} is no file of known hosts: {error}"
            raise AuthenticationRefused(text, endpoint=endpoint) from None


def _offer(entry: asyncssh.SFTPName) -> Offer | None:
    """A regular file; None for anything else, and for names that are none."""
    attributes, name = entry.attrs, entry.filename
    text = name if isinstance(name, str) else name.decode("utf-8", "replace")
    if attributes.permissions is None or not stat.S_ISREG(attributes.permissions):
        return None
    if "/" in text or text.startswith(".") or not text.isprintable():
        return None
    return Offer(text, f"{attributes.size}:{attributes.mtime}", attributes.size)
