"""A real Prometheus scrapes what we show, and answers for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from prometheus_client import CollectorRegistry

from exporters.http import metrics_app
from exporters.prometheus import PrometheusView
from exporters.web_server import WebServer
from omc.core.clock import SystemClock
from omc.core.model import Series, SeriesTable
from tests.sample_data import make_batch, make_series
from tests.servers.process import free_port
from tests.servers.prometheus import Prometheus

_LABEL = 'Trạm "Vĩnh Phúc", số=1 \\ tầng 2\nphòng máy'


class _Scraped:
    """A view that a Prometheus scrapes five times a second."""

    def __init__(self, view: PrometheusView, server: Prometheus) -> None:
        self.view = view
        self.server = server
        self.table = SeriesTable()

    def observe(self, series: Series, value: float, interval: float = 60.0) -> None:
        batch = make_batch({series: value}, SystemClock().time_ms(), interval=interval)
        self.view.observe(batch)

    async def value(self, expression: str) -> float:
        """The only value of an expression, as soon as there is one."""
        (found,) = await asyncio.to_thread(self.server.wait_for, expression)
        return found.value


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    """One server for all tests here: it takes 5 s to look at a target for the first time."""
    with Prometheus(target_port=free_port()) as server:
        yield server


@pytest.fixture
async def scraped(prometheus: Prometheus) -> AsyncIterator[_Scraped]:
    registry = CollectorRegistry()
    view = PrometheusView(SystemClock(), registry)
    app = metrics_app(view, registry, list)
    async with WebServer(app, "127.0.0.1", prometheus.target_port):
        await asyncio.to_thread(prometheus.wait_for, "up == 1")
        yield _Scraped(view, prometheus)


async def test_values_labels_and_kinds_arrive_as_they_are(scraped: _Scraped) -> None:
    volts = make_series(scraped.table, "battery_voltage_volts", site="VP001", place=_LABEL)
    octets = make_series(scraped.table, "interface_receive_bytes_total", site="VP001")
    info = make_series(scraped.table, "device_info", site="VP001", model="XYZ")
    scraped.observe(volts, 53.5)
    scraped.observe(octets, 2.0**53)
    scraped.observe(info, 1.0)
    (found,) = await asyncio.to_thread(scraped.server.wait_for, "battery_voltage_volts")
    assert found.value == 53.5
    assert found.labels["place"] == _LABEL
    assert await scraped.value('interface_receive_bytes_total{site="VP001"}') == 2.0**53
    assert await scraped.value('device_info{model="XYZ"}') == 1.0
    (target,) = await asyncio.to_thread(scraped.server.targets)
    assert (target["health"], target["lastError"]) == ("up", "")
    kinds = {
        name: await asyncio.to_thread(scraped.server.metadata, name)
        for name in ("battery_voltage_volts", "interface_receive_bytes", "device")
    }
    assert [kind["type"] for kind in kinds.values()] == ["gauge", "counter", "info"]
    assert kinds["battery_voltage_volts"]["unit"] == "volts"


async def test_a_counter_has_a_rate(scraped: _Scraped) -> None:
    octets = make_series(scraped.table, "interface_receive_bytes_total", site="VP001")
    for n in range(10):
        scraped.observe(octets, n * 1000.0)
        await asyncio.sleep(0.1)
    assert await scraped.value("rate(interface_receive_bytes_total[5s]) > 0") > 100.0


async def test_an_expired_series_is_gone_from_prometheus_at_its_next_scrape(
    scraped: _Scraped,
) -> None:
    gone = make_series(scraped.table, "battery_voltage_volts", site="gone")
    kept = make_series(scraped.table, "battery_voltage_volts", site="kept")
    scraped.observe(gone, 53.5, interval=0.6)
    scraped.observe(kept, 54.5)
    assert await scraped.value('battery_voltage_volts{site="gone"}') == 53.5
    left = await scraped.value("count(battery_voltage_volts) == 1")
    assert left == 1.0
    assert await scraped.value('battery_voltage_volts{site="kept"}') == 54.5
    assert await scraped.value("omc_series_expired_total == 1") == 1.0
    assert await scraped.value("omc_series == 1") == 1.0
