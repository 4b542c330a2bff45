"""The web side, asked over real connections."""

from __future__ import annotations

import asyncio
import gzip
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from multidict import CIMultiDictProxy
from prometheus_client import CollectorRegistry, Counter
from starlette.types import Message

from exporters.http import metrics_app
from exporters.prometheus import SLICE, PrometheusView
from exporters.web_server import WebServer
from omc.core.clock import SystemClock
from omc.core.model import SeriesTable
from tests.sample_data import make_batch, make_series
from tests.servers.prometheus import promtool_check_metrics

_OPENMETRICS = "application/openmetrics-text; version=1.0.0"
#: Seconds to stop in; aiohttp by itself waits a minute for open connections.
_GRACE = 10.0


@dataclass
class _Service:
    """A web server, and a client for it that sends no headers of its own."""

    view: PrometheusView
    table: SeriesTable
    web: WebServer
    client: aiohttp.ClientSession
    reasons: list[str] = field(default_factory=list)

    def observe(self, name: str, count: int, value: float = 1.5) -> None:
        series = [make_series(self.table, name, site="VP001", port=str(n)) for n in range(count)]
        self.view.observe(make_batch(dict.fromkeys(series, value), SystemClock().time_ms()))

    async def get(self, path: str, **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
        async with self.client.get(path, headers=headers) as response:
            return response.status, response.headers, await response.read()


@asynccontextmanager
async def _running() -> AsyncIterator[_Service]:
    registry = CollectorRegistry()
    view = PrometheusView(SystemClock(), registry)
    Counter("omc_polls", "Polls.", registry=registry).inc(7)
    reasons: list[str] = []
    async with (
        WebServer(metrics_app(view, registry, lambda: reasons), "127.0.0.1", 0) as web,
        aiohttp.ClientSession(
            web.url,
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding"),
            timeout=aiohttp.ClientTimeout(total=20),
        ) as client,
    ):
        yield _Service(view, SeriesTable(), web, client, reasons)


@pytest.fixture
async def service() -> AsyncIterator[_Service]:
    async with _running() as running:
        yield running


async def test_metrics_in_text_format_please_promtool(service: _Service) -> None:
    for name in (
        "battery_voltage_volts",
        "interface_receive_bytes_total",
        "link_state",
        "device_info",
    ):
        service.observe(name, 3)
    status, headers, body = await service.get("/metrics")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b'battery_voltage_volts{port="0",site="VP001"} 1.5\n' in body
    assert b"omc_polls_total 7.0\n" in body
    assert promtool_check_metrics(body) == ""


def test_promtool_does_complain_when_there_is_a_reason() -> None:
    assert "no help text" in promtool_check_metrics(b"# TYPE x counter\nx 1\n")


async def test_metrics_in_openmetrics_end_with_eof(service: _Service) -> None:
    service.observe("interface_receive_bytes_total", 1, 10)
    status, headers, body = await service.get("/metrics", Accept=_OPENMETRICS)
    assert status == 200
    assert headers["Content-Type"] == ("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert b"# UNIT interface_receive_bytes bytes\n" in body
    assert body.endswith(b"omc_polls_total 7.0\n# EOF\n")
    assert body.count(b"# EOF") == 1


async def test_gzip_carries_the_same_document(service: _Service) -> None:
    service.observe("battery_voltage_volts", 3 * SLICE)
    _, plain_headers, plain = await service.get("/metrics")
    _, headers, zipped = await service.get("/metrics", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain_headers
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept, Accept-Encoding"
    assert gzip.decompress(zipped) == plain
    assert len(zipped) < len(plain) / 5


async def test_an_empty_view_is_a_valid_document(service: _Service) -> None:
    status, _, body = await service.get("/metrics", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert b"omc_series 0.0\n" in gzip.decompress(body)


async def test_many_series_are_served_with_a_turn_for_others_after_every_slice() -> None:
    registry = CollectorRegistry()
    view = PrometheusView(SystemClock(), registry)
    app = metrics_app(view, registry, list)
    table = SeriesTable()
    series = [make_series(table, "battery_voltage_volts", port=str(n)) for n in range(4 * SLICE)]
    view.observe(make_batch(dict.fromkeys(series, 1.0), SystemClock().time_ms()))
    turns = 0
    turns_at_piece: list[int] = []

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message.get("body"):
            turns_at_piece.append(turns)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "GET",
        "path": "/metrics",
        "query_string": b"",
        "headers": [],
    }
    others = asyncio.create_task(take_turns())
    await app(scope, receive, send)
    others.cancel()
    assert len(turns_at_piece) == 5
    assert len(set(turns_at_piece)) == 5


async def test_a_client_that_goes_away_half_way_leaves_the_server_well(service: _Service) -> None:
    service.observe("battery_voltage_volts", 60_000)
    async with service.client.get("/metrics") as response:
        await response.content.readexactly(1000)
        response.close()
    status, _, body = await service.get("/metrics")
    assert status == 200
    assert body.count(b"\nbattery_voltage_volts{") == 60_000


async def test_it_is_healthy_as_soon_as_it_answers(service: _Service) -> None:
    status, _, body = await service.get("/-/healthy")
    assert (status, body) == (200, b"healthy\n")


async def test_it_says_why_it_is_not_ready(service: _Service) -> None:
    service.reasons.extend(["no device has been polled yet", "the broker is away"])
    status, _, body = await service.get("/-/ready")
    assert status == 503
    assert body == b"not ready: no device has been polled yet\nnot ready: the broker is away\n"
    service.reasons.clear()
    status, _, body = await service.get("/-/ready")
    assert (status, body) == (200, b"ready\n")


async def test_the_front_page_leads_everywhere_in_both_languages(service: _Service) -> None:
    status, headers, body = await service.get("/")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    page = body.decode()
    for text in ('href="/metrics"', 'href="/-/ready"', "sẵn sàng", "the latest value"):
        assert text in page


async def test_unknown_pages_and_wrong_methods_are_told_apart(service: _Service) -> None:
    assert (await service.get("/nothing"))[0] == 404
    async with service.client.post("/metrics", data=b"x") as response:
        assert response.status == 405
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    async with service.client.head("/-/ready") as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_nothing_tells_what_the_server_is_made_of(service: _Service) -> None:
    _, headers, _ = await service.get("/")
    assert "Server" not in headers


async def test_stopping_takes_no_time_with_connections_open() -> None:
    async with _running() as service:
        await service.get("/-/healthy")
        reader, writer = await asyncio.open_connection("127.0.0.1", service.web.port)
        writer.write(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"healthy\n")
        idle = await asyncio.open_connection("127.0.0.1", service.web.port)
        stopping = time.perf_counter()
    assert time.perf_counter() - stopping < _GRACE
    assert await reader.read() == b""
    for open_writer in (writer, idle[1]):
        open_writer.close()


async def test_stopping_does_not_wait_for_a_scraper_that_does_not_read() -> None:
    async with _running() as service:
        service.observe("battery_voltage_volts", 60_000)
        _, writer = await asyncio.open_connection("127.0.0.1", service.web.port, limit=1024)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(0.2)
        stopping = time.perf_counter()
    assert time.perf_counter() - stopping < _GRACE
    writer.transport.abort()


async def test_signals_are_left_to_the_service() -> None:
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    async with _running() as service:
        await service.get("/-/healthy")
        assert {s: signal.getsignal(s) for s in before} == before


async def test_an_address_in_use_is_an_error_at_once() -> None:
    async with _running() as service:
        app = metrics_app(service.view, CollectorRegistry(), list)
        with pytest.raises(OSError, match="Address already in use"):
            async with WebServer(app, "127.0.0.1", service.web.port):
                pytest.fail("two servers on one port")


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with _running():
            raise ZeroDivisionError


async def test_the_ipv6_address_of_all_interfaces_takes_ipv4_too() -> None:
    registry = CollectorRegistry()
    app = metrics_app(PrometheusView(SystemClock(), registry), registry, list)
    async with WebServer(app, "::", 0) as web, aiohttp.ClientSession() as client:
        for host in ("127.0.0.1", "[::1]"):
            async with client.get(f"http://{host}:{web.port}/-/healthy") as response:
                assert response.status == 200
        assert web.url == f"http://[::1]:{web.port}"
