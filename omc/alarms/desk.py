"""The alarms of a running service: every part put together, and time made to pass for them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import structlog

from omc.alarms.autonomy import TimeToDark
from omc.alarms.causes.area_mains import AreaMains
from omc.alarms.causes.correlator import Correlator
from omc.alarms.causes.otdr import FaultDistances
from omc.alarms.causes.pon import PonCorrelator
from omc.alarms.causes.ports import PortMap
from omc.alarms.causes.situation import Situation
from omc.alarms.causes.span_light import SpanLight
from omc.alarms.judging.judges import NoPast
from omc.alarms.judging.monitor import AlarmMonitor
from omc.alarms.judging.past import ArchivePast
from omc.alarms.judging.phase_mains import PhaseMains
from omc.alarms.judging.told_by_traps import TrapHearing
from omc.alarms.life.alarm import Alarm
from omc.alarms.life.case import Timing
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.life.maintenance import Maintenance, MaintenanceWindow
from omc.alarms.life.overview import AlarmOverview
from omc.alarms.life.store import AlarmStore
from omc.alarms.notify.notifier import Notifier
from omc.alarms.notify.told import Ledger
from omc.alarms.prober import Prober
from omc.alarms.rules.rule_set import RuleSet
from omc.alarms.sorted_batch import SortedBatch
from omc.alarms.wording.impact import Impact, impact_of
from omc.alarms.wording.message import Message, MessageWriter
from omc.bus.base import Bus
from omc.core.catalogue import Catalogue
from omc.core.clock import Clock
from omc.core.inventory import Inventory
from omc.core.model import Batch, SeriesTable
from omc.core.settings import AlarmSettings
from omc.core.topology import Topology

log = structlog.get_logger(__name__)

_TICK_SECONDS = 1.0
#: The rule that judges predictions of the time to dark.
_AUTONOMY_RULE = "battery_runtime_short"
_CLEAN_SECONDS = 3600.0
#: A cleared alarm can be reopened for so long.
_KEEP_CLEARED = 86_400.0

#: Where alarms are kept, in the data folder.
STORE_FILE = "alarms.db"
#: Where it is kept who was told what.
LEDGER_FILE = "notifications.db"


@dataclass(frozen=True, slots=True)
class AlarmWorld:
    """What alarms are about.

    Attributes:
        rules: When something is an alarm.
        catalogue: All metrics.
        inventory: The network.
        timezone: Of the people who read.
        language: Of messages where a route names none.
        data: Folder for what is kept.
        archive: Folder of the archive, where rules find what was; None if nothing is archived.
    """

    rules: RuleSet
    catalogue: Catalogue
    inventory: Inventory
    timezone: ZoneInfo
    language: str
    data: Path
    archive: Path | None = None


class AlarmDesk:
    """Alarms from the first sample to the disk.

    Args:
        world: What alarms are about.
        settings: How they are found and kept.
        clock: The time.
        prober: Asks devices out of turn.

    Attributes:
        world: What alarms are about.
        engine: The alarms as they are.
        overview: The active ones, the worst first.
        store: What is on disk.
        notifier: Tells people.
        ledger: What they were told.
        maintenance: Planned work.
        time_to_dark: How long sites on battery will last.
    """

    def __init__(
        self, world: AlarmWorld, settings: AlarmSettings, clock: Clock, prober: Prober
    ) -> None:
        self.world = world
        self._settings = settings
        self._clock = clock
        topology = Topology(world.inventory, settings.core)
        self.maintenance = Maintenance(world.inventory, topology.link_of)
        timings = {rule.name: Timing(rule.hold, rule.clear_after) for rule in world.rules}
        self.engine = AlarmEngine(clock, timings, self.maintenance, keep_cleared=_KEEP_CLEARED)
        self._past = (
            ArchivePast(world.archive, world.rules, clock) if world.archive is not None else None
        )
        self._monitor = AlarmMonitor(world.rules, world.catalogue, self.engine, clock, self._past)
        self._situation = Situation(world.inventory, topology, clock)
        self._distances = FaultDistances(world.inventory, topology, self._situation)
        self._correlator = Correlator(
            self.engine,
            topology,
            self._situation,
            self._distances,
            prober,
            clock,
            settings.patience,
        )
        past = self._past or NoPast()
        self._pons = PonCorrelator(
            self.engine, world.inventory, prober, clock, self._situation.mains_away, past
        )
        self._span_light = SpanLight(self.engine, self._situation, past, clock)
        self._traps = TrapHearing(self.engine, self._monitor, prober, clock)
        self.time_to_dark = TimeToDark(world.inventory, topology, world.catalogue, clock)
        self._phase_mains = PhaseMains(world.inventory, world.catalogue)
        self._area_mains = AreaMains(
            self.engine, world.inventory, clock, world.timezone, self._situation.mains_away
        )
        self._listening = (
            self._situation,
            self._distances,
            self._pons,
            self._span_light,
            self._monitor,
            self.time_to_dark,
            self._phase_mains,
        )
        self._moved_by_time = (
            self._monitor,
            self.engine,
            self._correlator,
            self._pons,
            self._span_light,
            self._traps,
            self.time_to_dark,
            self._phase_mains,
        )
        self._writers = {
            language: MessageWriter(world.inventory, world.catalogue, world.timezone, language)
            for language in ("vi", "en")
        }
        self.store = AlarmStore(world.data / STORE_FILE)
        # One after the other, or the disk could keep another window than is in force.
        self._windows_turn = asyncio.Lock()
        self.ledger = Ledger(world.data / LEDGER_FILE)
        self.notifier = Notifier(
            self.engine,
            settings.routes,
            settings.heartbeat,
            self.ledger,
            self.message,
            world.language,
            world.timezone,
            clock,
            Random(),  # noqa: S311 - spreads retries, guards nothing
            self.store.attempted,
        )
        self._restore()
        self.overview = AlarmOverview(self.engine)
        self.engine.listen(self.overview.heed)
        self.engine.listen(self.store.record)
        self.engine.listen(self._correlator.heed)
        self.engine.listen(self._pons.heed)
        self.engine.listen(self._span_light.heed)
        self.engine.listen(self._area_mains.heed)

    def attach(self, bus: Bus, table: SeriesTable) -> None:
        """Hear all that passes on the bus."""
        bus.listen(self._observe, self._monitor.notice)
        bus.listen(None, self._traps.notice)
        self.time_to_dark.attach(bus, table)
        self._phase_mains.attach(bus, table)
        for part in (self._situation, self._pons, self._span_light, self._monitor):
            table.on_forget(part.forget)

    def judge(self, batch: Batch) -> None:
        """Judge samples that do not pass on the bus: the service's own."""
        self._monitor.observe(SortedBatch(batch))

    def _observe(self, batch: Batch) -> None:
        heard = SortedBatch(batch)
        for part in self._listening:
            try:
                part.observe(heard)
            except Exception:
                log.exception("alarm_part_failed", part=type(part).__name__, source=batch.source)

    def _restore(self) -> None:
        for window in self.store.windows():
            self.maintenance.put(window)
        cleared_since = self._clock.time_ms() - round(_KEEP_CLEARED * 1000)
        # Rules may have left since: nobody could say what their alarms mean.
        known = [a for a in self.store.alarms(cleared_since) if a.rule in self.world.rules]
        self.engine.restore(known)
        self._monitor.restore()
        self._correlator.restore()
        self._pons.restore()
        self._span_light.restore()
        self._area_mains.restore()
        active = self.engine.active()
        self.time_to_dark.restore(a.label("site") for a in active if a.rule == _AUTONOMY_RULE)

    async def run(self) -> None:
        """Let time pass until cancelled; what happened by then is on disk."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.store.run(), name="alarm-store")
            group.create_task(self._tick(), name="alarm-clock")
            group.create_task(self._clean(), name="alarm-history")
            group.create_task(self.notifier.run(), name="notifier")
            if self._past is not None:
                group.create_task(self._past.run(), name="alarm-past")

    async def _tick(self) -> None:
        boundary: int | None = None
        while True:
            for part in self._moved_by_time:
                try:
                    part.tick()
                except Exception:
                    # One wrong verdict must not end collecting, nor all other alarms.
                    log.exception("alarm_tick_failed", part=type(part).__name__)
            now = self._clock.time_ms()
            if boundary is not None and now >= boundary:
                self.engine.apply_maintenance()
            boundary = self.maintenance.next_boundary(now)
            await asyncio.sleep(_TICK_SECONDS)

    async def _clean(self) -> None:
        while True:
            before = self._clock.time_ms() - round(self._settings.keep_history * 1000)
            try:
                await asyncio.to_thread(self.store.forget_before, before)
            except sqlite3.Error as error:  # a full disk: history is kept for another hour
                log.error("alarm_history_kept", why=str(error))  # noqa: TRY400
            await asyncio.to_thread(self.ledger.forget_before, before)
            await asyncio.sleep(_CLEAN_SECONDS)

    # -- what people ask and do --------------------------------------------------------------------

    @property
    def ports(self) -> PortMap:
        """Which ports are known to be at the ends of which spans."""
        return self._situation.port_map

    def impact(self, alarm: Alarm) -> Impact:
        """Whom an alarm cuts off; nobody for one that is no root cause."""
        places: Iterable[str] = alarm.finding.places if alarm.finding is not None else ()
        now = datetime.fromtimestamp(self._clock.time_ms() / 1000, self.world.timezone)
        return impact_of(self.world.inventory, places, now.date())

    def message(self, alarm: Alarm, language: str) -> Message:
        """An alarm in words: `vi`, or English for any other language."""
        writer = self._writers["vi" if language == "vi" else "en"]
        return writer.write(alarm, self.world.rules[alarm.rule], self.impact(alarm))

    async def open_window(self, window: MaintenanceWindow) -> None:
        """Announce planned work, once it is on disk."""
        async with self._windows_turn:
            await asyncio.to_thread(self.store.put_window, window)
            self.maintenance.put(window)
            self.engine.apply_maintenance()

    async def close_window(self, name: str) -> bool:
        """Call planned work off, or end it; False if there is none of that name."""
        async with self._windows_turn:
            await asyncio.to_thread(self.store.remove_window, name)
            found = self.maintenance.remove(name)
            self.engine.apply_maintenance()
            return found
