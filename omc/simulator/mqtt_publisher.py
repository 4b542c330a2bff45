"""The gateways of all sites as MQTT publishers, over a small pool of connections.

Five hundred gateways with a connection each would load a demonstration broker more than their
messages do, so a few connections speak for all of them. A last will belongs to a connection, so
what a broker would say on behalf of a dead gateway is published here: the retained state of a site
becomes offline when its site goes dark or is cut off, and online again when it is back.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiomqtt
import structlog

from omc.core.clock import Clock
from omc.simulator.cell_readings import CellActivity, Period, cell_activities, cell_readings
from omc.simulator.communes import PROVINCE_CODE
from omc.simulator.network import Node, NodeKind, Site
from omc.simulator.reading import Reading
from omc.simulator.rhythm import utc_text
from omc.simulator.seeds import unit
from omc.simulator.site_readings import environment_readings, power_readings
from omc.simulator.world import Moment, World

log = structlog.get_logger(__name__)

OPERATOR = "demo"
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
        region: Of its topics: province and commune.
        offset: Share of the interval after which its turn comes.
        sequence: Number of its last message.
        online: Last published state; None: none yet on this connection.
        told_period: End of the last period whose cell counters were published.
    """

    site: Site
    node: Node
    cells: list[CellActivity]
    region: str
    offset: float
    sequence: int = 0
    online: bool | None = None
    told_period: float | None = None

    def topic(self, device_class: str, leaf: str) -> str:
        """bts/v1/{operator}/{region}/{site}/{device_class}/{device}/{leaf}."""
        place = f"{OPERATOR}/{self.region}/{self.site.code}"
        return f"bts/v1/{place}/{device_class}/{self.node.name}/{leaf}"

    def message(self, time: float, readings: Iterable[Reading], period: float | None) -> bytes:
        """The native message of a few readings; `period` in seconds for sums of a period."""
        self.sequence += 1
        content: dict[str, object] = {
            "v": 1,
            "site": self.site.code,
            "device": self.node.name,
            "seq": self.sequence,
            "ts": utc_text(time),
        }
        if period is not None:
            content["period"] = period
        content["m"] = [
            {"n": name, "x": value, "l": labels} if labels else {"n": name, "x": value}
            for name, labels, value in readings
        ]
        return json.dumps(content, separators=(",", ":")).encode()


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
    ) -> None:
        self.counts = PublisherCounts()
        self._world = world
        self._broker = broker
        self._clock = clock
        self._interval = interval
        self._cell_period = cell_period
        gateways = _gateways(world)
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
        """Retained; only when it changed."""
        online = not self._world.is_silent(gateway.node)
        if online == gateway.online:
            return
        text = json.dumps({"online": online, "ts": utc_text(self._now())})
        await client.publish(gateway.topic("gateway", "state"), text, qos=1, retain=True)
        self.counts.messages += 1
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
            await self._send(client, gateway, device_class, gateway.message(now, readings, None))
            self.counts.readings += len(readings)
        period_end = begin // self._cell_period * self._cell_period
        if period_end == gateway.told_period:
            return
        gateway.told_period = period_end
        counters = self._counters(gateway, moment, period_end)
        payload = gateway.message(period_end, counters, self._cell_period)
        await self._send(client, gateway, "radio", payload)
        self.counts.readings += len(counters)

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

    async def _send(
        self, client: aiomqtt.Client, gateway: SiteGateway, device_class: str, payload: bytes
    ) -> None:
        await client.publish(gateway.topic(device_class, "telemetry"), payload, qos=1)
        self.counts.messages += 1

    def _now(self) -> float:
        return self._clock.time_ms() / 1000


def _gateways(world: World) -> list[SiteGateway]:
    """Every site's gateway, in the order of their turns."""
    activities = cell_activities(world)
    gateways = []
    for site in world.province.sites:
        node = next(n for n in world.nodes_at[site.index] if n.kind is NodeKind.GATEWAY)
        facts = world.province.communes[site.commune].facts
        region = f"{PROVINCE_CODE}-{facts.letters}".lower()
        offset = unit(site.index, 21)
        gateways.append(SiteGateway(site, node, activities[site.index], region, offset))
    return sorted(gateways, key=lambda gateway: gateway.offset)
