"""A running simulator: agents, publishers, control endpoint and the passing of time, together."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omc.core.clock import Clock
from omc.simulator.addresses import AddressPlan
from omc.simulator.commands import Commander
from omc.simulator.control import control_server
from omc.simulator.demo_settings import Access
from omc.simulator.fleet import Fleet
from omc.simulator.mqtt_publisher import BrokerAddress, MqttPublisher
from omc.simulator.pm_files import PmFiles
from omc.simulator.province import Province
from omc.simulator.udp import UdpServer
from omc.simulator.world import World

_TICK = 1.0
_SUMMARY_EVERY = 5


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a simulator runs.

    Attributes:
        addresses: Where the agents answer.
        access: How they are asked.
        broker: Where the gateways publish; None: nowhere.
        interval: Seconds between two messages of a gateway.
        cell_period: Granularity period of the cells' counters, seconds.
        sparkplug: Share of the gateways that speak Sparkplug B.
        pm: Folder that base stations write measurement files to, one a period, instead of the
            gateways publishing their cells' counters; None: they do not.
        control: Loopback address and port of the control endpoint; None: no endpoint.
    """

    addresses: AddressPlan
    access: Access = field(default_factory=Access)
    broker: BrokerAddress | None = None
    interval: float = 60.0
    cell_period: float = 60.0
    sparkplug: float = 0.0
    pm: Path | None = None
    control: tuple[str, int] | None = None


class Simulator:
    """One province being simulated."""

    def __init__(self, province: Province, options: RunOptions, clock: Clock) -> None:
        self.world = World(province)
        self.fleet = Fleet(self.world, options.addresses, options.access)
        self.publisher = (
            MqttPublisher(
                self.world,
                options.broker,
                clock,
                interval=options.interval,
                cell_period=options.cell_period,
                sparkplug=options.sparkplug,
                cells=options.pm is None,
            )
            if options.broker is not None
            else None
        )
        self.pm = PmFiles(self.world, options.pm, options.cell_period) if options.pm else None
        self._options = options
        self._clock = clock
        self._last_answered = 0

    async def run(
        self,
        stop: asyncio.Event,
        started: Callable[[int | None], None] = lambda port: None,
        summary: Callable[[str], None] | None = None,
    ) -> None:
        """Simulate until `stop` is set.

        Args:
            stop: Set it to end.
            started: Called once all sockets are open, with the port of the control endpoint.
            summary: Called every few seconds with one line for people.

        Raises:
            OSError: a port is taken.
        """
        self.world.advance(self._now())
        loop = asyncio.get_running_loop()
        nodes = len(self.world.province.nodes)
        server = UdpServer(self._options.addresses, nodes, self._answer)
        async with AsyncExitStack() as stack:
            server.start(loop)
            stack.callback(server.close, loop)
            port = None
            if self._options.control is not None:
                commander = Commander(self.world, self._clock, self._status)
                port = await stack.enter_async_context(
                    control_server(commander, *self._options.control)
                )
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._pass_time(summary), name="simulator-time")]
                if self.publisher is not None:
                    tasks.append(group.create_task(self.publisher.run(), name="simulator-mqtt"))
                if self.pm is not None:
                    tasks.append(group.create_task(self.pm.run(self._clock), name="simulator-pm"))
                started(port)
                await stop.wait()
                for task in tasks:
                    task.cancel()

    def _answer(self, endpoint: tuple[str, int], data: bytes) -> bytes | None:
        return self.fleet.answer(endpoint, data, self._now())

    async def _pass_time(self, summary: Callable[[str], None] | None) -> None:
        for tick in range(sys.maxsize):
            self.world.advance(self._now())
            if summary is not None and tick % _SUMMARY_EVERY == 0:
                summary(self.summary())
            await asyncio.sleep(_TICK)

    def summary(self) -> str:
        """One line about what happens now."""
        counts = self.fleet.counts
        pace = (counts.answered - self._last_answered) / _SUMMARY_EVERY
        self._last_answered = counts.answered
        parts = [
            f"{len(self.world.province.nodes)} nodes",
            f"{self.world.silent_nodes} silent",
            f"{pace:.0f} requests/s",
        ]
        if self.publisher is not None:
            parts.append(f"{self.publisher.counts.messages} messages")
        if self.pm is not None:
            parts.append(f"{self.pm.written} measurement files")
        faults = len(self.world.faults.cuts) + len(self.world.faults.silenced)
        failed = len(self.world.mains.injected_at(self._now()))
        parts.append(f"{faults} faults, {failed} communes without mains")
        return " · ".join(parts)

    def _status(self) -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        counts = self.fleet.counts
        status: dict[str, Any] = {
            "snmp_answered": counts.answered,
            "snmp_ignored": counts.ignored,
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        }
        if self.publisher is not None:
            status["mqtt_messages"] = self.publisher.counts.messages
            status["mqtt_readings"] = self.publisher.counts.readings
            status["mqtt_connected"] = self.publisher.counts.connected
        return status

    def _now(self) -> float:
        return self._clock.time_ms() / 1000
