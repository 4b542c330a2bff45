"""Sinks and disks that fail under a running service: nothing is lost, and nobody else notices."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from tests.integration.service.test_archive import metric_of
from tests.integration.service.test_run import (
    CREDENTIALS,
    SECRETS,
    Running,
    nodes_of,
    omc_run,
    settings_of,
)
from tests.servers.scripted_sink import (
    Behaviour,
    Write,
    answer,
    hang,
    reset,
    scripted_sink,
)
from tests.servers.snmpd import Snmpd
from tests.servers.victoria_metrics import VictoriaMetrics

SNMP = """
  interval: 1s
  timeout: 300ms
  retries: 0
"""
_POLLS = 'omc_polls_total{result="complete"}'
_MEASUREMENT = "interface_oper_state"
_POLLED_ONE = re.compile(rf"{_MEASUREMENT},.*interface=lo,.*node=VPC0001-router.* (\d+)$")


@pytest.fixture(scope="module")
def snmpd() -> Iterator[Snmpd]:
    with Snmpd() as server:
        yield server


def sinks(**urls: str) -> str:
    """Influx sinks that are quick to send and quick to give an attempt up."""
    return "".join(
        f"""
  - name: {name}
    version: 2
    url: {url}
    org: omc
    bucket: omc
    token: env:OMC_TOKEN
    flush_interval: 100ms
    timeout: 1s
    gzip: false"""
        for name, url in urls.items()
    )


def settings_with(sinks_text: str, **sections: str) -> str:
    return settings_of(
        snmp=SNMP,
        credentials=CREDENTIALS,
        influxdb=sinks_text,
        archive="\n  enabled: false",
        **sections,
    )


def refuse_in_part(refused: list[str]) -> Behaviour:
    """Take all lines of a write but the first, as InfluxDB says it: a partial write."""

    async def behave(_: web.Request, write: Write) -> web.StreamResponse:
        refused.extend(write.lines)
        return web.json_response({"error": "partial write: no reason dropped=1"}, status=400)

    return behave


class SmallDisk:
    """A folder whose disk can be full.

    Attributes:
        folder: The folder.
        is_mounted: It is a file system of its own; else the process that writes to it may not make
            any file larger, which it cannot tell from a full disk.
    """

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """No room for the process of this number during the block."""
        if self.is_mounted:
            ballast = self.folder / "ballast"
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"\0" * 4096):
                    pass
            yield
            ballast.unlink()
        else:
            largest = max(file.stat().st_size for file in self.folder.glob("journal*"))
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, before[1]))
            yield
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A file system of 8 MB in memory where we may mount one; see `SmallDisk` where not."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    try:
        yield SmallDisk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def times_in(lines: list[str]) -> set[int]:
    """Times, in milliseconds, of one series among lines of line protocol."""
    return {int(found[1]) for line in lines if (found := _POLLED_ONE.match(line))}


def times_stored(server: VictoriaMetrics) -> set[int]:
    """Times of the same series in VictoriaMetrics."""
    selector = f'{_MEASUREMENT}_value{{node="VPC0001-router",interface="lo"}}'
    return {time for found in server.samples(selector) for time in found["timestamps"]}


async def until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(what):  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.1)


async def ended(service: Running) -> None:
    """End it as an operator does."""
    service.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(service.process.wait, 10) == 0, service.log


async def test_a_sink_that_fails_in_every_way_loses_nothing_and_a_healthy_one_stays_fresh(
    tmp_path: Path, snmpd: Snmpd
) -> None:
    refused: list[str] = []
    fine = answer(204)
    trouble = [answer(500, "oops"), answer(429, "slow down", Retry_After="2"), hang, reset]
    async with scripted_sink() as failing:
        failing.script = [fine, *(step for one in trouble for step in (one, fine))]
        failing.script.append(refuse_in_part(refused))
        with VictoriaMetrics(("-dedup.minScrapeInterval=1ms",)) as healthy:
            settings = settings_with(sinks(healthy=healthy.url, failing=failing.url))
            with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
                lags = await _lags_until(service, lambda: not failing.script)
                await ended(service)
            stored = times_stored(healthy)
    assert max(lags["healthy"]) < max(lags["failing"])
    assert "sink=failing" in service.log
    assert "sink=healthy" not in service.log
    assert len(stored) >= 3
    assert times_in(failing.stored + refused) == stored


async def _lags_until(service: Running, done: Callable[[], bool]) -> dict[str, list[float]]:
    """How far behind each sink was all the time, until something is done."""
    found: dict[str, list[float]] = {"healthy": [], "failing": []}
    async with asyncio.timeout(40):
        while not done():
            for name, lags in found.items():
                metric = f'omc_sink_lag_seconds{{sink="{name}"}}'
                lags.append(await asyncio.to_thread(metric_of, service, metric))
            await asyncio.sleep(0.1)
    return found


async def test_a_full_disk_stops_the_journal_and_not_collecting_and_is_used_again_when_it_has_room(
    tmp_path: Path, snmpd: Snmpd
) -> None:
    data = tmp_path / "data"
    with small_disk(data) as disk:
        async with scripted_sink() as sink:
            sink.otherwise = answer(503, "busy")
            settings = settings_with(sinks(sink=sink.url))
            with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
                await until(lambda: metric_of(service, "omc_journal_up") == 1)
                with disk.full(service.process.pid):
                    await until(lambda: metric_of(service, "omc_journal_up") == 0)
                    polls = metric_of(service, _POLLS)
                    await until(lambda: metric_of(service, _POLLS) > polls + 1)
                    assert metric_of(service, "omc_journal_unsaved_samples") > 0
                await until(lambda: metric_of(service, "omc_journal_up") == 1)
                assert metric_of(service, "omc_journal_unsaved_samples") == 0
                waiting = metric_of(service, "omc_sink_queue_samples")
                await asyncio.sleep(0.5)  # more than a commit takes
                service.process.kill()  # what is delivered after this comes from the disk
            log = service.log
            sink.otherwise = answer(204)
            with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
                await until(lambda: len(sink.stored) >= waiting > 0)
                await ended(service)
    assert re.findall("journal_[a-z]+", log) == ["journal_stopped", "journal_resumed"]


async def test_a_journal_cut_off_anywhere_costs_what_is_behind_the_cut_and_nothing_that_follows(
    tmp_path: Path, snmpd: Snmpd
) -> None:
    journal = tmp_path / "data" / "journal.sqlite"
    async with scripted_sink() as sink:
        sink.otherwise = answer(503, "busy")
        settings = settings_with(sinks(sink=sink.url))
        with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
            await until(lambda: metric_of(service, "omc_sink_queue_samples") > 100)
            await ended(service)
        os.truncate(journal, Random(1).randrange(1, journal.stat().st_size))
        sink.otherwise = answer(204)
        sink.stored.clear()
        with omc_run(tmp_path, settings, nodes_of(snmpd), **SECRETS) as service:
            await until(lambda: len(times_in(sink.stored)) > 1)
            assert metric_of(service, "omc_journal_up") == 1
            assert metric_of(service, "omc_journal_set_aside_total") == 1
            await ended(service)
    assert "journal_set_aside" in service.log
    assert len(list(journal.parent.glob("journal.damaged-*.sqlite"))) == 1
