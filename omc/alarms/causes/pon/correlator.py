"""Finds what ONTs that are lost, or see less light, have in common.

It hears what is read: which ONTs answer and what they receive. When a port goes down or
ONTs are lost it has the OLT asked at once, large tables included, waits until it is known of all
ONTs of the PON whether they answer and why not, and raises the fault that explains it
(`omc.alarms.causes.pon.verdict`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omc.alarms.causes.aftermath import Aftermath
from omc.alarms.causes.light import LightGroup
from omc.alarms.causes.pon.roots import (
    CHILDREN,
    LOSS_ALARMS,
    PORT_ALARMS,
    RULES,
    Part,
    PonRoot,
    PonRoots,
)
from omc.alarms.causes.pon.state import ONT, PORT, READ, PonName, PonState
from omc.alarms.causes.pon.verdict import PonFault, PonLoss, judge
from omc.alarms.judging.judges import Past
from omc.alarms.life.alarm import Alarm, Change, ChangeKind
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.prober import Prober
from omc.alarms.sorted_batch import SortedBatch
from omc.core.clock import Clock
from omc.core.inventory import Inventory
from omc.core.model import Series

_LIGHT = frozenset({"pon_ont_rx_power_dbm", "pon_olt_rx_power_dbm"})
#: Seconds that the OLT gets to say how its ONTs stand.
_PATIENCE = 60.0
#: Milliseconds before a loss was noticed in which its cause may have been read.
_SLACK_MS = 30_000
#: Seconds after the end of a fault in which ONTs come back: they are read every five minutes.
_AFTERMATH = 600.0
#: Share of the lost ONTs that have to be back.
_BACK = 0.5
#: From so many lost ONTs on the OLT is asked ahead of the next sweep.
_WORTH_ASKING = 3
#: From so many receivers on, falls of light may be common.
_LEAST_RECEIVERS = 3

#: Whether a site has lost its mains; None if that is not known.
MainsAway = Callable[[str], bool | None]


@dataclass(slots=True)
class _Episode:
    """Something was lost, and the verdict is still out."""

    since_ms: int
    deadline: float
    is_asked: bool = False


class PonCorrelator:
    """Finds faults of PONs and keeps them while they last.

    Args:
        engine: Where they are raised; its changes are heard with `heed`.
        inventory: Which feeder a PON has.
        prober: Asks devices out of turn.
        clock: The time.
        mains_away: Knows of a site whether it has lost its mains.
        past: What receivers used to receive.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        inventory: Inventory,
        prober: Prober,
        clock: Clock,
        mains_away: MainsAway,
        past: Past,
    ) -> None:
        self._prober = prober
        self._clock = clock
        self._mains_away = mains_away
        self._past = past
        #: By rendered labels, which all metrics of an ONT share.
        self._places: dict[str, tuple[PonName, str]] = {}
        self._states: dict[PonName, PonState] = {}
        self._lights: dict[PonName, LightGroup] = {}
        self._episodes: dict[PonName, _Episode] = {}
        self._roots = PonRoots(engine, inventory)
        self._aftermath = Aftermath(engine, clock, _AFTERMATH)

    def restore(self) -> None:
        """Take up the faults that the engine has restored."""
        self._roots.restore()
        for root in self._roots:
            for pon, part in root.parts.items():
                if part.light is not None:
                    self._lights[pon] = LightGroup(self._past, part.light.decibels)

    # -- what is heard -----------------------------------------------------------------------------

    def observe(self, batch: SortedBatch) -> None:
        """Take in what a batch says of PONs."""
        touched: dict[PonName, None] = {}
        for name, samples in batch.of(READ):
            for series, value, time_ms in samples:
                pon, _ = self._place(series)
                if self._state(pon).take(series, value, time_ms):
                    self._suspect(pon)
                if name in (ONT, PORT):
                    touched[pon] = None
        dimmed: dict[PonName, None] = {}
        for _, samples in batch.of(_LIGHT):
            for series, value, time_ms in samples:
                pon, ont = self._place(series)
                self._light(pon).take(series, value, time_ms, ont)
                dimmed[pon] = None
        for pon in touched:
            self._follow(pon)
        for pon in dimmed:
            self._weigh_light(pon)

    def forget(self, series: Series) -> None:
        """A series will not come again: to be given to `SeriesTable.on_forget`."""
        name = series.metric.name
        if name not in READ and name not in _LIGHT:
            return
        pon, ont = self._place(series)
        if name == ONT and pon in self._states:
            self._states[pon].onts.pop(ont, None)
        elif name in _LIGHT and pon in self._lights:
            self._lights[pon].forget(series)
        self._places.pop(series.label_text)

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        if change.kind is ChangeKind.CLEARED:
            root = self._roots.forget(alarm.key)
            if root is not None:  # by hand
                self._accept(root)
            if alarm.rule in RULES.values() or alarm.rule in PORT_ALARMS:
                self._aftermath.begin(alarm.key)
        is_new = change.kind in {ChangeKind.RAISED, ChangeKind.REOPENED}
        if is_new or change.kind is ChangeKind.CLEARED:
            self._hear(alarm)
        if is_new and alarm.rule in CHILDREN:
            self._roots.adopt(alarm)
        if is_new and alarm.rule in PORT_ALARMS:
            self._roots.adopt_all()

    def _hear(self, alarm: Alarm) -> None:
        """What traps tell of ports and ONTs, before any poll does."""
        pon = PonName(alarm.label("site"), alarm.label("node"), alarm.label("pon"))
        if alarm.rule in PORT_ALARMS:
            self._state(pon).port_up = not alarm.is_active
            if alarm.is_active:
                self._suspect(pon)
        if alarm.rule in LOSS_ALARMS:
            gasped = alarm.rule == "ont_power_lost" if alarm.is_active else None
            number, now = alarm.label("ont"), self._clock.time_ms()
            if self._state(pon).see(number, now, up=not alarm.is_active, gasped=gasped):
                self._suspect(pon)

    def _accept(self, root: PonRoot) -> None:
        """Somebody says that it is well: what is received now is what is usual."""
        for pon in root.parts:
            if pon in self._lights:
                self._lights[pon].accept()

    def _place(self, series: Series) -> tuple[PonName, str]:
        """The PON of a series, and which ONT of it; "" for none."""
        place = self._places.get(series.label_text)
        if place is None:
            labels = series.labels
            pon = PonName(labels.get("site", ""), labels.get("node", ""), labels.get("pon", ""))
            place = self._places[series.label_text] = (pon, labels.get("ont", ""))
        return place

    def _state(self, pon: PonName) -> PonState:
        return self._states.get(pon) or self._states.setdefault(pon, PonState(pon))

    def _light(self, pon: PonName) -> LightGroup:
        return self._lights.get(pon) or self._lights.setdefault(pon, LightGroup(self._past))

    # -- finding -----------------------------------------------------------------------------------

    def _suspect(self, pon: PonName) -> None:
        state, episode = self._state(pon), self._episodes.get(pon)
        if episode is None:
            deadline = self._clock.monotonic() + _PATIENCE
            episode = _Episode(self._clock.time_ms() - _SLACK_MS, deadline)
            self._episodes[pon] = episode
        # At night homes switch off one by one: that is worth no sweep of its own.
        if not episode.is_asked and (state.port_up is False or len(state.lost) >= _WORTH_ASKING):
            episode.is_asked = True
            self._prober.hasten([pon.node], tables=True)

    def tick(self) -> None:
        """Let time pass: reach verdicts. Call it every second."""
        now = self._clock.monotonic()
        for pon, episode in list(self._episodes.items()):
            if self._state(pon).is_known_since(episode.since_ms) or now >= episode.deadline:
                del self._episodes[pon]
                self._judge(self._state(pon), episode)
        self._aftermath.tick()

    def _judge(self, state: PonState, episode: _Episode) -> None:
        pon, present = state.name, self._roots.of(state.name)
        lost, since_ms = set(state.lost), episode.since_ms
        if present is not None:  # late arrivals join what is known
            part = present.parts[pon]
            lost |= part.lost - set(state.are_back(part.lost))
            since_ms = min(since_ms, part.since_ms)
        if state.port_up is False and not lost:
            lost = set(state.down())  # it was down already when we began to look
        state.lost.clear()
        gasps = state.gasps(lost, since_ms)
        loss = PonLoss(
            state.in_operation + len(lost),
            len(lost),
            len(gasps),
            sum(gasps),
            None if state.port_up is None else not state.port_up,
            self._mains_away(pon.site),
        )
        verdict = judge(loss)
        if verdict is not None:
            self._roots.lose(pon, verdict, loss, lost, since_ms)

    def _follow(self, pon: PonName) -> None:
        """End a fault when enough of what was lost is back."""
        root = self._roots.of(pon)
        if root is None or pon in self._episodes:
            return
        part, state = root.parts[pon], self._state(pon)
        if part.loss is not None and self._more_is_known(part, state):
            self._suspect(pon)
            return
        if part.loss is None or (state.port_up is False and root.fault is not PonFault.BRANCH):
            return
        back = state.are_back(part.lost)
        if len(back) >= _BACK * len(part.lost) and (back or state.port_up):
            self._roots.recover(pon)
        elif not (state.port_up and root.fault is PonFault.FEEDER):
            return
        self._prober.hasten([pon.node], tables=True)  # who else is back?

    def _more_is_known(self, part: Part, state: PonState) -> bool:
        """Whether a verdict that was made without knowing the gasps could be a better one now."""
        loss, since_ms = part.loss, self._clock.time_ms() - _SLACK_MS
        if loss is None or 2 * loss.known >= loss.lost:
            return False
        return len(state.gasps(part.lost, since_ms)) > loss.known

    def _weigh_light(self, pon: PonName) -> None:
        root, group = self._roots.of(pon), self._light(pon)
        if len(group.owners) < _LEAST_RECEIVERS:
            return
        is_told = root is not None and root.parts[pon].light is not None
        is_common = is_told and root is not None and root.fault is PonFault.FEEDER
        common = group.common(is_told=is_common)
        partial = None if common is not None else group.partial()
        if common is not None:
            self._roots.dim(pon, PonFault.FEEDER, common)
        elif partial is not None:
            self._roots.dim(pon, PonFault.BRANCH, partial)
        elif is_told:
            self._roots.brighten(pon)
