"""Files from a real SFTP server and a real web server: each whole, once, and gone on with."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from collector.pm.offers import Offer, Place
from collector.pm.sftp import SftpAccess, SftpFolder
from collector.pm.spool import spooled
from collector.pm.web import WebAccess, WebFolder
from omc.core.errors import AuthenticationRefused, Malformed, Unreachable
from tests.servers.nginx import Nginx
from tests.servers.process import free_port
from tests.servers.relay import relay
from tests.servers.sshd import Sshd

T = TypeVar("T")

CONTENT = os.urandom(1 << 20)
LARGEST = 1 << 26


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    with Sshd() as server:
        yield server


@pytest.fixture(scope="module")
def nginx() -> Iterator[Nginx]:
    with Nginx() as server:
        yield server


def sftp(
    sshd: Sshd, folder: Path, *, known_hosts: Path | None = None, delete: bool = False
) -> SftpFolder:
    access = SftpAccess(
        "127.0.0.1", sshd.port, sshd.user, known_hosts or sshd.known_hosts, key=sshd.key
    )
    return SftpFolder(access, str(folder), ["A*.xml*"], LARGEST, delete=delete)


def web(nginx: Nginx, path: str) -> WebFolder:
    return WebFolder(WebAccess(nginx.url + path, 5.0), ["A*.xml*"], LARGEST)


async def closing(place: Place, work: Callable[[], Awaitable[T]]) -> T:
    try:
        return await work()
    finally:
        await place.close()


async def test_sftp_offers_what_has_settled_and_fits(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "A1.xml").write_bytes(CONTENT)
    (tmp_path / "B1.xml").write_bytes(CONTENT)
    (tmp_path / "A2.xml").mkdir()
    (tmp_path / ".A3.xml").write_bytes(b"")
    (tmp_path / "A4.xml").symlink_to("/etc/passwd")
    place = sftp(sshd, tmp_path)
    assert await place.offers() == []
    (tmp_path / "A5.xml").write_bytes(b"half")
    first = await place.offers()
    assert [offer.name for offer in first] == ["A1.xml"]
    (tmp_path / "A5.xml").write_bytes(b"half and half")
    assert [offer.name for offer in await place.offers()] == ["A1.xml"]
    assert [offer.name for offer in await place.offers()] == ["A1.xml", "A5.xml"]
    await place.close()


async def test_sftp_goes_on_where_it_broke_off_and_deletes_only_what_was_read(
    sshd: Sshd, tmp_path: Path
) -> None:
    remote, spool = tmp_path / "remote", tmp_path / "spool"
    remote.mkdir()
    (remote / "A1.xml").write_bytes(CONTENT)
    place = sftp(sshd, remote, delete=True)
    await place.offers()
    (offer,) = await place.offers()
    begun = spooled(spool, offer)
    begun.write_bytes(b"x" * 1000)  # as if these bytes had come before
    path = await place.fetch(offer, spool)
    assert path.read_bytes() == b"x" * 1000 + CONTENT[1000:]
    await place.done(offer, path, was_read=False)
    assert not path.exists()
    assert (remote / "A1.xml").exists()
    path = await place.fetch(offer, spool)
    assert path.read_bytes() == CONTENT
    await place.done(offer, path, was_read=True)
    assert not (remote / "A1.xml").exists()
    await place.close()


async def test_an_sftp_server_that_is_not_known_or_not_there_is_not_talked_to(
    sshd: Sshd, tmp_path: Path
) -> None:
    nobody = tmp_path / "known_hosts"
    nobody.write_text("", encoding="ascii")
    with pytest.raises(AuthenticationRefused, match="its host key is not in"):
        await sftp(sshd, tmp_path, known_hosts=nobody).offers()
    access = SftpAccess("127.0.0.1", free_port(), "omc", sshd.known_hosts, password="x")
    with pytest.raises(Unreachable):
        await SftpFolder(access, ".", ["*"], LARGEST, delete=False).offers()
    access = SftpAccess("127.0.0.1", sshd.port, sshd.user, sshd.known_hosts, password="wrong")
    with pytest.raises(AuthenticationRefused, match="login refused"):
        await SftpFolder(access, ".", ["*"], LARGEST, delete=False).offers()
    for nonsense in (b"garbage\n", b"\xff\xfe"):
        nobody.write_bytes(nonsense)
        with pytest.raises(AuthenticationRefused, match="is no file of known hosts"):
            await sftp(sshd, tmp_path, known_hosts=nobody).offers()
    place = sftp(sshd, tmp_path / "missing")
    with pytest.raises(Unreachable, match="missing"):
        await place.offers()
    await place.close()


async def test_sftp_connects_again_and_goes_on_after_the_way_was_broken(
    sshd: Sshd, tmp_path: Path
) -> None:
    (tmp_path / "A1.xml").write_bytes(CONTENT)
    known = tmp_path / "known_hosts"
    offer = Offer("A1.xml", "1", len(CONTENT))
    async with relay(sshd.port) as way:
        known.write_text(sshd.known_hosts_for(way.port), encoding="ascii")
        access = SftpAccess("127.0.0.1", way.port, sshd.user, known, key=sshd.key)
        place = SftpFolder(access, str(tmp_path), ["A*"], LARGEST, delete=False)
        await place.offers()
        way.close()
        with pytest.raises(Unreachable):
            await place.fetch(offer, tmp_path / "spool")
        with pytest.raises(Unreachable):
            await place.offers()
        way.open()
        path = await place.fetch(offer, tmp_path / "spool")
        assert path.read_bytes() == CONTENT
        await place.close()


@pytest.mark.parametrize("page", ["/pm", "/pm/", "/json/"])
async def test_an_index_in_html_or_json_offers_its_files(
    nginx: Nginx, tmp_path: Path, page: str
) -> None:
    for path in nginx.files.iterdir():
        path.unlink()
    names = ["A 1+é.xml", "A2.xml.gz", "B3.xml"]
    for name in names:
        (nginx.files / name).write_bytes(CONTENT)
    place = web(nginx, page)
    offers = await place.offers()
    assert len(offers) == 2
    for offer in offers:
        path = await place.fetch(offer, tmp_path)
        assert path.read_bytes() == CONTENT
        await place.done(offer, path, was_read=True)
        assert not path.exists()
    (nginx.files / "A2.xml.gz").write_bytes(CONTENT[:100])
    os.utime(nginx.files / "A2.xml.gz", (time.time() + 120, time.time() + 120))
    stamps = {offer.name: offer.stamp for offer in offers}
    changed = [one.name for one in await place.offers() if stamps[one.name] != one.stamp]
    assert len(changed) == 1
    await place.close()


async def test_a_transfer_over_http_is_gone_on_with_if_the_file_is_the_same(
    nginx: Nginx, tmp_path: Path
) -> None:
    (nginx.files / "A9.xml").write_bytes(CONTENT)
    place = web(nginx, "/slow/")
    offer = next(one for one in await place.offers() if one.name == "A9.xml")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(place.fetch(offer, tmp_path), 1.0)
    part = spooled(tmp_path, offer)
    begun = part.stat().st_size
    assert 0 < begun < len(CONTENT)
    quick = web(nginx, "/pm/")
    path = await quick.fetch(offer, tmp_path)
    assert path.read_bytes() == CONTENT
    part.write_bytes(b"x" * 100)
    part.with_name(part.name + ".tag").write_text('"another version"', encoding="ascii")
    assert (await quick.fetch(offer, tmp_path)).read_bytes() == CONTENT
    await place.close()
    await quick.close()


async def test_a_file_that_was_fetched_whole_and_never_taken_in_is_fetched_again(
    nginx: Nginx, tmp_path: Path
) -> None:
    (nginx.files / "A7.xml").write_bytes(CONTENT)
    place = web(nginx, "/pm/")
    offer = next(one for one in await place.offers() if one.name == "A7.xml")
    path = await place.fetch(offer, tmp_path)
    began = path.stat().st_mtime_ns
    assert (await place.fetch(offer, tmp_path)).read_bytes() == CONTENT
    assert path.stat().st_mtime_ns == began  # nothing had to be fetched
    path.write_bytes(CONTENT + b"more than there is")
    assert (await place.fetch(offer, tmp_path)).read_bytes() == CONTENT
    await place.close()


async def test_what_a_web_server_refuses_is_told(nginx: Nginx, tmp_path: Path) -> None:
    closed, nothing = web(nginx, "/closed/"), web(nginx, "/nothing/")
    with pytest.raises(AuthenticationRefused, match="HTTP 401"):
        await closing(closed, closed.offers)
    with pytest.raises(Unreachable, match="HTTP 404"):
        await closing(nothing, nothing.offers)
    away = WebFolder(WebAccess(f"http://127.0.0.1:{free_port()}/", 2.0), ["*"], LARGEST)
    with pytest.raises(Unreachable):
        await closing(away, away.offers)
    (nginx.files / "A8.xml").write_bytes(CONTENT)
    small = WebFolder(WebAccess(nginx.url + "/pm/", 5.0), ["A8*"], 1000)
    (offer,) = await small.offers()
    with pytest.raises(Malformed, match="larger than"):
        await closing(small, lambda: small.fetch(offer, tmp_path / "spool"))
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ('[{"name": "A1.xml", "size": 3, "mtime": "x"}, {"type": "directory", "name": "d"}]', 1),
        ('{"fileInfoList": [{"fileLocation": "/pm/A1.xml", "fileSize": 5}]}', 1),
        ('["A1.xml", "A2.xml", "B.xml"]', 2),
        ('[{"fileLocation": "http://192.0.2.1/A1.xml"}]', 0),
        ('[{"fileLocation": "http://[no-address/A1.xml"}, {"name": "A2.xml"}]', 1),
    ],
)
async def test_lists_in_json_are_of_several_kinds(nginx: Nginx, page: str, names: int) -> None:
    (nginx.files / "list.json").write_text(page, encoding="utf-8")
    place = web(nginx, "/pm/list.json")
    assert len(await closing(place, place.offers)) == names
