"""The gateways of all sites as MQTT publishers, over a small pool of connections.

Five hundred gateways with a connection each would load a demonstration broker more than their
messages do, so a few connections speak for all of them. A last will belongs to a connection, so
what a broker would say on behalf of a dead gateway is published here: the retained state of a site
becomes offline when its site goes dark or is cut off, and online again when it is back.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import aiomqtt
import structlog

from omc.core.clock import Clock
from omc.core.sparkplug import NAMESPACE
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.communes import PROVINCE_CODE
from omc.simulator.edge_node import GROUP, EdgeNode
from omc.simulator.gateway_message import Everything, GatewayLanguage, GatewayMessage
from omc.simulator.native_language import NativeLanguage
from omc.simulator.network import Node, NodeKind, Site
from omc.simulator.reading import Reading
from omc.simulator.seeds import unit
from omc.simulator.site_readings import environment_readings, power_readings
from omc.simulator.world import Moment, World

log = structlog.get_logger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
_PUBLISH_TIMEOUT = 10.0
_KEEPALIVE = 30
#: Seconds over which the first messages after a connect are spread: soon, but no burst.
_FIRST_ROUND = 15.0


@dataclass(slots=True)
class PublisherCounts:
    """What was published since the start.

    Attributes:
        messages: Acknowledged by the broker.
        readings: Values in them.
        late: Turns that came more than a second late.
        connected: Connections that stand now.
    """

    messages: int = 0
    readings: int = 0
    late: int = 0
    connected: int = 0


@dataclass(slots=True)
class SiteGateway:
    """One site's gateway and what it said last.

    Attributes:
        site: Where it stands.
        node: The gateway.
        cells: Activity of the site's cells.
        language: How it says what it knows.
        offset: Share of the interval after which its turn comes.
        online: Last published state; None: none yet on this connection.
        told_period: End of the last period whose cell counters were published.
    """

    site: Site
    node: Node
    cells: list[CellActivity]
    language: GatewayLanguage
    offset: float
    online: bool | None = None
    told_period: float | None = None


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where to publish."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class MqttPublisher:
    """Publishes for all gateways until cancelled.

    Args:
        world: What is true.
        broker: Where to publish.
        clock: The time.
        interval: Seconds between two messages of one gateway about environment and power.
        cell_period: Granularity period of the cells' counters, seconds; they are told in the
            interval after its end.
        connections: How many share the gateways.
        sparkplug: Share of the gateways that speak Sparkplug B, from 0 to 1.
        cells: They publish their cells' counters too.
    """

    def __init__(
        self,
        world: World,
        broker: BrokerAddress,
        clock: Clock,
        *,
        interval: float = 60.0,
        cell_period: float = 60.0,
        connections: int = 4,
        sparkplug: float = 0.0,
        cells: bool = True,
    ) -> None:
        self.counts = PublisherCounts()
        self._world = world
        self._broker = broker
        self._clock = clock
        self._interval = interval
        self._cell_period = cell_period
        gateways = _gateways(world, sparkplug, cells=cells)
        self._commands = f"{NAMESPACE}/{GROUP}/NCMD/#" if sparkplug else None
        self._shares = [gateways[start::connections] for start in range(connections)]

    async def run(self) -> None:
        """Publish; a broker that is away is asked again, more and more rarely."""
        async with asyncio.TaskGroup() as group:
            for number, share in enumerate(self._shares):
                if share:
                    name = f"simulator-mqtt-{number}"
                    group.create_task(self._keep_publishing(name, share), name=name)

    async def _keep_publishing(self, name: str, share: list[SiteGateway]) -> None:
        pause, reported = _FIRST_PAUSE, False
        while True:
            try:
                async with self._client(name) as client:
                    pause, reported = _FIRST_PAUSE, False
                    self.counts.connected += 1
                    try:
                        await self._publish_for(client, share)
                    finally:
                        self.counts.connected -= 1
            except aiomqtt.MqttError as error:
                if not reported:
                    log.warning("mqtt_broker_away", connection=name, reason=str(error))
                    reported = True
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _client(self, name: str) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=f"omc-{name}-{self._world.province.seed}",
            username=self._broker.user,
            password=self._broker.password,
            keepalive=_KEEPALIVE,
            timeout=_PUBLISH_TIMEOUT,
        )

    async def _publish_for(self, client: aiomqtt.Client, share: list[SiteGateway]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._rounds(client, share), name="simulator-mqtt-rounds")
                if self._commands is not None:
                    await client.subscribe(self._commands)
                    group.create_task(self._obey(client, share), name="simulator-mqtt-commands")
        except BaseExceptionGroup as errors:
            # One of them failed first, and the connection ends for that reason.
            raise errors.exceptions[0] from None

    async def _obey(self, client: aiomqtt.Client, share: list[SiteGateway]) -> None:
        """Answer those who ask for births."""
        async for message in client.messages:
            now = self._now()
            topic = str(message.topic)
            payload = message.payload if isinstance(message.payload, bytes) else b""
            for gateway in share:
                everything = partial(self._everything, gateway, now)
                await self._publish(
                    client, gateway.language.answer(topic, payload, now, everything)
                )

    async def _rounds(self, client: aiomqtt.Client, share: list[SiteGateway]) -> None:
        for gateway in share:
            gateway.online = None
            await self._tell_state(client, gateway)
        now = self._now()
        begin = now // self._interval * self._interval
        await self._round(client, share, now, min(_FIRST_ROUND, self._interval))
        while True:
            begin += self._interval
            await self._round(client, share, begin, self._interval)

    async def _round(
        self, client: aiomqtt.Client, share: list[SiteGateway], begin: float, length: float
    ) -> None:
        """One message of each kind from every gateway, spread over `length` seconds."""
        for gateway in share:
            await self._wait_until(begin + gateway.offset * length)
            await self._tell_state(client, gateway)
            if gateway.online:
                await self._publish_turn(client, gateway, begin)

    async def _wait_until(self, turn: float) -> None:
        missing = turn - self._now()
        if missing > 0:
            await asyncio.sleep(missing)
        elif missing < -1:
            self.counts.late += 1

    async def _tell_state(self, client: aiomqtt.Client, gateway: SiteGateway) -> None:
        """Only when it changed."""
        online = not self._world.is_silent(gateway.node)
        if online == gateway.online:
            return
        now = self._now()
        everything = self._everything(gateway, now) if online else None
        await self._publish(client, gateway.language.state(now, everything))
        gateway.online = online

    async def _publish_turn(
        self, client: aiomqtt.Client, gateway: SiteGateway, begin: float
    ) -> None:
        """Its messages; the cells' counters if a period has ended before the round began."""
        now = self._now()
        moment = self._world.moment(now)
        for device_class, readings in (
            ("environment", list(environment_readings(moment, gateway.site))),
            ("power", list(power_readings(moment, gateway.site))),
        ):
            await self._publish(client, gateway.language.report(device_class, now, readings, None))
        period_end = begin // self._cell_period * self._cell_period
        if period_end == gateway.told_period:
            return
        gateway.told_period = period_end
        counters = self._counters(gateway, moment, period_end)
        report = gateway.language.report("radio", period_end, counters, self._cell_period)
        await self._publish(client, report)

    def _everything(self, gateway: SiteGateway, now: float) -> Everything:
        moment, site = self._world.moment(now), gateway.site
        readings = [*environment_readings(moment, site), *power_readings(moment, site)]
        period_end = now // self._cell_period * self._cell_period
        return Everything(readings, self._counters(gateway, moment, period_end), self._cell_period)

    def _counters(self, gateway: SiteGateway, moment: Moment, period_end: float) -> list[Reading]:
        """The cells' counters of the period that has just ended."""
        start = period_end - self._cell_period
        story = self._world.power_story(gateway.site.index, moment.day)
        period = Period(start, period_end, story.dark_seconds(start, period_end))
        return [
            reading
            for activity in gateway.cells
            for reading in cell_readings(moment, activity, period)
        ]

    async def _publish(self, client: aiomqtt.Client, messages: Iterable[GatewayMessage]) -> None:
        for message in messages:
            await client.publish(
                message.topic, message.payload, qos=message.qos, retain=message.retain
            )
            self.counts.messages += 1
            self.counts.readings += message.values

    def _now(self) -> float:
        return self._clock.time_ms() / 1000


def _gateways(world: World, sparkplug: float, *, cells: bool) -> list[SiteGateway]:
    """Every site's gateway, in the order of their turns."""
    activities = cell_activities(world) if cells else [[] for _ in world.province.sites]
    gateways = []
    for site in world.province.sites:
        node = next(n for n in world.nodes_at[site.index] if n.kind is NodeKind.GATEWAY)
        language: GatewayLanguage
        if unit(site.index, 22) < sparkplug:
            language = EdgeNode(site.code, node.name)
        else:
            facts = world.province.communes[site.commune].facts
            region = f"{PROVINCE_CODE}-{facts.letters}".lower()
            language = NativeLanguage(site, node, region)
        offset = unit(site.index, 21)
        gateways.append(SiteGateway(site, node, activities[site.index], language, offset))
    return sorted(gateways, key=lambda gateway: gateway.offset)
