"""Gateways that speak Sparkplug B, heard by the collector over a real broker."""

from __future__ import annotations

import asyncio

from collector.mqtt.broker import Broker, SparkplugHost, Subscription
from omc.simulator.province import Province
from tests.integration.collector.mqtt.collecting import Collecting, until
from tests.servers.mosquitto import Mosquitto
from tests.servers.simulator import RunningSimulator

SITES = 12
PROVINCE = Province.generate(9, SITES)
CODES = {site.code for site in PROVINCE.sites}


def _latest(one: Collecting, metric: str) -> dict[str, float]:
    """Value by site."""
    return {
        key.labels["site"]: value
        for batch in one.heard.batches
        for key, value in zip(batch.series, batch.values, strict=True)
        if key.metric.name == metric
    }


async def test_sites_that_speak_sparkplug_are_born_measured_and_lost() -> None:
    options = ("--interval", "1s", "--sparkplug", "1")
    with Mosquitto() as broker:
        host = Broker(
            "test",
            "127.0.0.1",
            broker.port,
            "host",
            (Subscription("spBv1.0/#", "sparkplug"),),
            sparkplug=SparkplugHost("host", rebirth_pause=1.0),
        )
        with RunningSimulator("--mqtt", broker.address, *options, sites=SITES, seed=9) as running:
            one = Collecting(host)
            async with one.running():
                # It comes in the middle of their sessions, and asks for their births.
                await until(lambda: set(_latest(one, "dc_bus_voltage_volts")) == CODES)
                await until(lambda: set(_latest(one, "lte_cell_observed_seconds")) == CODES)
                assert _latest(one, "site_online") == dict.fromkeys(CODES, 1.0)
                site = PROVINCE.sites[-1]
                gateway = next(
                    node.name
                    for node in PROVINCE.nodes
                    if node.site == site.index and node.kind.value == "gateway"
                )
                await asyncio.to_thread(running.tell, "silence", gateway)
                await until(lambda: _latest(one, "site_online")[site.code] == 0.0)
                await asyncio.to_thread(running.tell, "heal")
                await until(lambda: _latest(one, "site_online")[site.code] == 1.0)
        (counts,) = one.counts.subscriptions.values()
        assert set(counts.rejected) <= {"no_birth", "missing"}
