"""Senders of VES events over TLS, good and hostile: raw sockets, no client library in between."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from collector.ves.admission import Admission
from collector.ves.app import Limits, VesApp
from collector.ves.server import HttpsServer
from omc.core.clock import SystemClock
from omc.core.passwords import Passwords
from omc.core.tls import server_context
from tests.integration.collector.mqtt.collecting import until
from tests.servers.certificates import CertificateAuthority, client_files
from tests.unit.collector.ves.taking import Taking
from tests.ves_events import event, fault, heartbeat, measurement

LIMITS = Limits(max_body=64 * 1024, rate=50.0, burst=100, body_timeout=0.5)
PASSWORD = "sent-with-every-event"
HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
BASIC = "Basic " + base64.b64encode(f"du-1:{PASSWORD}".encode()).decode()
DEEP = b'{"event":' + b"[" * 20_000


class Listening:
    """A listener, the certificate of a client, and what was sent to it."""

    def __init__(self, folder: Path, authority: CertificateAuthority, limits: Limits) -> None:
        ours, theirs = folder / "server", folder / "client"
        ours.mkdir()
        theirs.mkdir()
        identity = authority.issue("127.0.0.1")
        (ours / "certificate").write_text(identity.certificate, encoding="ascii")
        (ours / "key").write_text(identity.key, encoding="ascii")
        self.files = client_files(authority, theirs)
        tls = server_context(ours / "certificate", ours / "key", self.files["ca"])
        self.taking = Taking()
        clock = SystemClock()
        admission = Admission(Passwords({"du-1": HASH}), clock)
        self.app = VesApp(self.taking.intake, admission, limits, self.taking.bus, clock)
        self.server = HttpsServer(self.app.asgi, "127.0.0.1", 0, tls, 8, head_timeout=0.5)

    async def connect(
        self, *, certificate: bool = False
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = ssl.create_default_context(cafile=self.files["ca"])
        if certificate:
            context.load_cert_chain(self.files["certificate"], self.files["key"])
        return await asyncio.open_connection("127.0.0.1", self.server.port, ssl=context)

    async def post(
        self,
        content: Any,
        path: str = "/eventListener/v7",
        *,
        authorization: str = BASIC,
        certificate: bool = False,
    ) -> tuple[int, dict[str, Any]]:
        """One request: its status, and what stands in the error."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        if authorization:
            head += f"Authorization: {authorization}\r\n"
        reader, writer = await self.connect(certificate=certificate)
        try:
            writer.write(head.encode() + b"\r\n" + body)
            return await answered(reader)
        finally:
            writer.close()


async def answered(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    async with asyncio.timeout(5):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        length = int(fields.get("content-length", 0))
        content = await reader.readexactly(length)
    error = json.loads(content)["requestError"] if content else {}
    return int(head.split()[1]), next(iter(error.values()), {})


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, for ever."""
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.1)


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends without an answer."""
    async with asyncio.timeout(5):
        try:
            return await reader.read() == b""
        except OSError:
            return True


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority()


@asynccontextmanager
async def listening(
    folder: Path, authority: CertificateAuthority, limits: Limits = LIMITS
) -> AsyncIterator[Listening]:
    one = Listening(folder, authority, limits)
    async with one.server:
        yield one


async def test_events_are_taken_from_those_who_prove_themselves(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        assert await one.post({"event": heartbeat()}) == (202, {})
        cpu = [{"cpuIdentifier": "0", "percentUsage": 50}]
        batch = {"eventList": [measurement(cpuUsageArray=cpu), fault("MAJOR")]}
        path = "/eventListener/v7/eventBatch"
        assert await one.post(batch, path, authorization="", certificate=True) == (202, {})
    assert set(one.taking.samples().values()) == {1.0, 0.5}
    assert [each.severity for each in one.taking.events] == ["major"]
    assert dict(one.app.requests) == {"accepted": 2}


_REFUSED: list[tuple[str, Any, str, int, str, str]] = [
    ("no password", {"event": heartbeat()}, "", 401, "POL2000", "unauthorised"),
    ("a wrong one", {"event": heartbeat()}, "Basic ZHUtMTp4", 401, "POL2000", "unauthorised"),
    ("not base64", {"event": heartbeat()}, "Basic ***", 401, "POL2000", "unauthorised"),
    ("no event", {"event": {}}, BASIC, 400, "SVC0002", "unfit"),
    ("no JSON", b"<event/>", BASIC, 400, "SVC0002", "malformed"),
    ("deep JSON", DEEP, BASIC, 400, "SVC0002", "malformed"),
    ("too much", b"[" + b"0," * 40_000, BASIC, 413, "POL9003", "too_large"),
    ("a domain for others", {"event": event("syslog")}, BASIC, 400, "SVC0002", "unsupported"),
]


@pytest.mark.parametrize(
    ("content", "authorization", "status", "message_id", "word"),
    [row[1:] for row in _REFUSED],
    ids=[row[0] for row in _REFUSED],
)
async def test_others_get_a_clear_error_and_the_next_one_is_served(
    tmp_path: Path,
    authority: CertificateAuthority,
    content: Any,
    authorization: str,
    status: int,
    message_id: str,
    word: str,
) -> None:
    async with listening(tmp_path, authority) as one:
        answer = await one.post(content, authorization=authorization)
        assert (answer[0], answer[1]["messageId"]) == (status, message_id)
        assert await one.post({"event": heartbeat()}) == (202, {})
    assert dict(one.app.requests) == {word: 1, "accepted": 1}


async def test_a_certificate_of_another_authority_is_refused(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        stranger = CertificateAuthority("Stranger").issue("du-9")
        (tmp_path / "certificate").write_text(stranger.certificate, encoding="ascii")
        (tmp_path / "key").write_text(stranger.key, encoding="ascii")
        one.files |= {"certificate": tmp_path / "certificate", "key": tmp_path / "key"}
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await one.post({"event": heartbeat()}, authorization="", certificate=True)
    assert dict(one.app.requests) == {}


async def test_who_guesses_passwords_is_not_listened_to_for_a_while(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        assert await one.post({"event": heartbeat()}) == (202, {})
        guesses = [f"Basic {base64.b64encode(f'du-1:{n}'.encode()).decode()}" for n in range(6)]
        statuses = [(await one.post({"event": heartbeat()}, authorization=g))[0] for g in guesses]
        assert statuses == [401, 401, 401, 401, 401, 429]
        assert await one.post({"event": heartbeat()}) == (202, {})  # it has proved itself before


async def test_a_flood_of_one_sender_is_shed(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    limits = Limits(max_body=64 * 1024, rate=1.0, burst=10, body_timeout=0.5)
    async with listening(tmp_path, authority, limits) as one:
        batch = {"eventList": [heartbeat()] * 8}
        path = "/eventListener/v7/eventBatch"
        assert (await one.post(batch, path))[0] == 202
        assert (await one.post(batch, path))[0] == 429
        assert (await one.post({"event": heartbeat()}))[0] == 202  # the refused ones cost nothing
        assert (await one.post({"event": heartbeat()}, authorization="", certificate=True))[
            0
        ] == 202


async def test_a_batch_of_more_than_may_come_at_once_is_taken_and_then_waited_for(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    limits = Limits(max_body=64 * 1024, rate=1.0, burst=10, body_timeout=0.5)
    async with listening(tmp_path, authority, limits) as one:
        batch = {"eventList": [heartbeat()] * 25}
        assert (await one.post(batch, "/eventListener/v7/eventBatch"))[0] == 202
        assert (await one.post({"event": heartbeat()}))[0] == 429


async def test_who_drips_the_head_of_a_request_is_cut_off(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        reader, writer = await one.connect()
        writer.write(b"POST /eventListener/v7 HTTP/1.1\r\nHost: ")
        dripping = asyncio.create_task(drip(writer), name="drip")
        assert await ended(reader)
        dripping.cancel()
        writer.close()
        assert await one.post({"event": heartbeat()}) == (202, {})
        assert one.server.connections <= 1
    assert dict(one.server.cut_off) == {"too_slow": 1}


async def test_who_drips_the_head_of_a_second_request_is_cut_off_too(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        reader, writer = await one.connect()
        body = json.dumps({"event": heartbeat()}).encode()
        head = f"POST /eventListener/v7 HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
        writer.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert await answered(reader) == (202, {})
        writer.write(b"POST /")
        assert await ended(reader)
        writer.close()
    assert dict(one.server.cut_off) == {"too_slow": 1}


async def test_who_drips_the_body_is_told_that_it_came_too_late(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        reader, writer = await one.connect()
        head = f"POST /eventListener/v7 HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
        writer.write(head.encode() + b"Content-Length: 1000\r\n\r\n{")
        status, error = await answered(reader)
        assert (status, error["messageId"]) == (408, "SVC0001")
        writer.close()


async def test_a_body_without_a_length_is_bounded_too(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        reader, writer = await one.connect()
        head = f"POST /eventListener/v7 HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n"
        writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            writer.write(b"2000\r\n" + b" " * 0x2000 + b"\r\n")
        status, error = await answered(reader)
        assert (status, error["messageId"]) == (413, "POL9003")
        writer.close()


async def test_one_address_holds_a_share_of_the_connections_only(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        kept = [await one.connect() for _ in range(2)]
        with suppress(OSError):  # it may be ended before the handshake is
            kept.append(await one.connect())
            assert await ended(kept[-1][0])
        for _, writer in kept:
            writer.close()
        await until(lambda: not one.server.connections)
        assert await one.post({"event": heartbeat()}) == (202, {})
    assert one.server.cut_off["too_many"] == 1


async def test_what_is_no_http_is_answered_and_closed(
    tmp_path: Path, authority: CertificateAuthority
) -> None:
    async with listening(tmp_path, authority) as one:
        reader, writer = await one.connect()
        writer.write(b"\x16\x03\x01 nonsense\r\n\r\n")
        async with asyncio.timeout(5):
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
        assert await one.post({"event": heartbeat()}) == (202, {})
