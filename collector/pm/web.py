"""Files behind an HTTP server: a directory index in HTML, or a list in JSON.

JSON is what nginx writes (`autoindex_format json`: name, size, mtime), or the file list of 3GPP
TS 28.532 (fileLocation, fileSize, fileReadyTime). Links to another server are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import aiohttp

from collector.pm.offers import Offer
from collector.pm.spool import drop, size_of, spooled, tag_of
from omc.core.errors import AuthenticationRefused, Malformed, Unreachable
from omc.core.tls import client_context

_CHUNK = 1 << 18
_LARGEST_LIST = 32 << 20
_MOST_FILES = 200_000
_REFUSED = (401, 403)
_NO_SUCH_RANGE = 416


@dataclass(frozen=True, slots=True)
class WebAccess:
    """Where a list is, and how to log in.

    Attributes:
        url: Of the list.
        timeout: Seconds without a byte after which a transfer is given up for now.
        user: Of basic authentication; None for none.
        password: Of the user.
        token: Sent as `Authorization: Bearer`; None for none.
        ca: Certificates to trust; None trusts what the system trusts.
        certificate: Our own; None for none.
        key: Of our certificate.
    """

    url: str
    timeout: float
    user: str | None = None
    password: str | None = None
    token: str | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class WebFolder:
    """Offers the files that a page lists.

    Args:
        access: The page.
        patterns: Of file names.
        largest: Bytes that a file may have.
    """

    def __init__(self, access: WebAccess, patterns: Sequence[str], largest: int) -> None:
        self._access = access
        self._patterns = patterns
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None

    async def offers(self) -> list[Offer]:
        page = await self._list()
        try:
            is_json = page.lstrip()[:1] in ("[", "{")
            found = list(_json_offers(page) if is_json else _html_offers(page))
        except (ValueError, TypeError) as error:
            text = f"{self._access.url}: the list cannot be read: {error}"
            raise Unreachable(text, endpoint=self._access.url) from None
        kept = [offer for offer in found[:_MOST_FILES] if self._is_wanted(offer)]
        return sorted(kept, key=lambda offer: offer.base_name)

    def _is_wanted(self, offer: Offer) -> bool:
        here = urlsplit(self._access.url)
        try:
            there = urlsplit(self._address(offer))
        except ValueError:  # it is no address
            return False
        return (here.scheme, here.netloc) == (there.scheme, there.netloc) and offer.fits(
            self._patterns
        )

    @property
    def _page(self) -> str:
        """Address of the list; that of a folder ends with a slash, so that links continue it."""
        url = self._access.url
        return url if "." in url.rpartition("/")[2] else f"{url.rstrip('/')}/"

    def _address(self, offer: Offer) -> str:
        return urljoin(self._page, offer.name)

    async def _list(self) -> str:
        data = b""
        async with self._asked(self._page, {}) as response:
            while chunk := await response.content.read(_CHUNK):
                data += chunk
                if len(data) > _LARGEST_LIST:
                    text = f"{self._page}: a list of more than 32 MiB"
                    raise Unreachable(text, endpoint=self._page)
        return data.decode("utf-8", "replace")

    async def fetch(self, offer: Offer, spool: Path) -> Path:
        path = spooled(spool, offer)
        if offer.size is not None and 0 < offer.size == size_of(path):
            return path
        if not await self._transfer(offer, path, _resuming(path)):
            drop(path)
            await self._transfer(offer, path, {})
        return path

    async def _transfer(self, offer: Offer, path: Path, headers: Mapping[str, str]) -> bool:
        """Fetch a file, or the rest of it; False: what is here is no part of what is there."""
        async with self._asked(self._address(offer), headers) as response:
            if response.status == _NO_SUCH_RANGE:  # all of it is here, or more (RFC 9110, 15.5.17)
                return response.headers.get("Content-Range") == f"bytes */{size_of(path)}"
            mode = "ab" if response.status == 206 else "wb"
            tag = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            tag_of(path).write_text(tag, encoding="utf-8")
            with path.open(mode) as local:
                async for chunk in response.content.iter_chunked(_CHUNK):
                    local.write(chunk)
                    if local.tell() > self._largest:
                        drop(path)
                        text = f"{offer.name} is larger than pm.largest allows"
                        raise Malformed(text, endpoint=self._access.url)
        return True

    async def done(self, offer: Offer, path: Path, *, was_read: bool) -> None:
        drop(path)

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _asked(self, url: str, headers: Mapping[str, str]) -> _Asking:
        if self._session is None:
            self._session = self._new_session()
        return _Asking(self._session, url, headers)

    def _new_session(self) -> aiohttp.ClientSession:
        access = self._access
        headers = {"Authorization": f"Bearer {access.token}"} if access.token else {}
        auth = aiohttp.BasicAuth(access.user, access.password or "") if access.user else None
        secure = access.url.startswith("https:")
        context = client_context(access.ca, access.certificate, access.key) if secure else True
        return aiohttp.ClientSession(
            headers=headers,
            auth=auth,
            connector=aiohttp.TCPConnector(ssl=context),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=access.timeout, sock_read=access.timeout
            ),
            auto_decompress=False,
        )


class _Asking:
    """One request; what goes wrong becomes one of our errors."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]
    ) -> None:
        self._request = session.get(url, headers=headers, allow_redirects=False)
        self._url = url
        self._expected = (200, 206, _NO_SUCH_RANGE) if "Range" in headers else (200, 206)

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            response = await self._request.__aenter__()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unreachable(error) from None
        if response.status not in self._expected:
            response.release()
            text = f"{self._url}: HTTP {response.status} {response.reason}"
            if response.status in _REFUSED:
                raise AuthenticationRefused(text, endpoint=self._url)
            raise Unreachable(text, endpoint=self._url)
        return response

    async def __aexit__(self, kind: type | None, error: BaseException | None, _: object) -> None:
        await self._request.__aexit__(None, None, None)
        if isinstance(error, aiohttp.ClientError | TimeoutError):
            raise self._unreachable(error) from None

    def _unreachable(self, error: Exception) -> Unreachable:
        reason = str(error) or type(error).__name__
        return Unreachable(f"{self._url}: {reason}", endpoint=self._url)


def _resuming(path: Path) -> dict[str, str]:
    """Ask only for what is missing, if the file is still the same (RFC 9110, 13.1.5)."""
    size = size_of(path)
    try:
        tag = tag_of(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        tag = ""
    strong = bool(tag) and not tag.startswith("W/")
    return {"Range": f"bytes={size}-", "If-Range": tag} if size and strong else {}


def _json_offers(text: str) -> Iterator[Offer]:
    """Offers of a list in JSON.

    Raises:
        ValueError: it is no JSON.
        TypeError: it is no list of files.
    """
    rows: Any = json.loads(text)
    if isinstance(rows, dict):
        rows = next((value for value in rows.values() if isinstance(value, list)), None)
    if not isinstance(rows, list):
        raise TypeError("expected a list of files")
    for row in rows:
        entry = {"name": row} if isinstance(row, str) else row
        if not isinstance(entry, dict) or entry.get("type") == "directory":
            continue
        name = entry.get("fileLocation")
        if name is None and isinstance(entry.get("name"), str):
            name = quote(entry["name"])
        if isinstance(name, str):
            size = entry.get("fileSize", entry.get("size"))
            changed = entry.get("fileReadyTime", entry.get("mtime", ""))
            known = size if isinstance(size, int) else None
            yield Offer(name, f"{size}:{changed}", known)


def _html_offers(text: str) -> Iterator[Offer]:
    index = _Index()
    index.feed(text)
    index.close()
    for link, beside in index.links:
        name = unquote(urlsplit(link).path)
        if name and not name.endswith("/"):
            yield Offer(link, beside)


class _Index(HTMLParser):
    """Links of a directory index, each with the text behind it: its date and size.

    Attributes:
        links: Address and text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._is_in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") if tag == "a" else None
        if address:
            self.links.append((address, ""))
            self._is_in_link = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._is_in_link = False

    def handle_data(self, data: str) -> None:
        if self.links and not self._is_in_link:
            address, beside = self.links[-1]
            self.links[-1] = (address, " ".join(f"{beside} {data}".split()))
