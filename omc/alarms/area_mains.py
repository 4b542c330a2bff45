"""Mains failures of a whole commune as one alarm: the power company's fault, not a site's."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, tzinfo

from omc.alarms.alarm import Alarm, AlarmKey, Change, ChangeKind, Finding, alarm_key
from omc.alarms.engine import AlarmEngine
from omc.alarms.severity import Severity
from omc.core.clock import Clock
from omc.core.inventory import AreaLevel, Inventory
from omc.core.model import AreaCode, SiteCode

RULE = "area_mains_failed"
_CHILD = "mains_failed"
_CONTRIBUTOR = "root cause"

#: From so many sites, and this share of the commune's, on it is the commune. Engineering judgement.
_LEAST_SITES = 3
_SHARE = 0.5


class AreaMains:
    """Folds the mains failures of a commune's sites beneath one alarm of the commune.

    Args:
        engine: Where it is raised; its changes are heard with `heed`.
        inventory: Which site lies in which commune.
        clock: The time.
        zone: Of the day on which areas are valid.
    """

    def __init__(
        self, engine: AlarmEngine, inventory: Inventory, clock: Clock, zone: tzinfo
    ) -> None:
        self._engine = engine
        self._inventory = inventory
        self._clock = clock
        self._zone = zone
        self._sites_in: dict[AreaCode, int] = defaultdict(int)
        for site in inventory.sites.values():
            if site.area is not None:
                self._sites_in[site.area] += 1
        self._failed: dict[AreaCode, dict[AlarmKey, str]] = defaultdict(dict)

    def restore(self) -> None:
        """Take up the alarms that the engine has restored."""
        for alarm in self._engine.active():
            area = self._area_of(alarm)
            if area is not None:
                self._failed[area][alarm.key] = alarm.label("site")

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        area = self._area_of(alarm)
        if area is None:
            return
        if change.kind in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            self._failed[area][alarm.key] = alarm.label("site")
        elif change.kind is ChangeKind.CLEARED:
            self._failed[area].pop(alarm.key, None)
        else:
            return
        self._consider(area)

    def _area_of(self, alarm: Alarm) -> AreaCode | None:
        """The commune of a site's mains failure; None for any other alarm."""
        site = self._inventory.sites.get(SiteCode(alarm.label("site")))
        if alarm.rule != _CHILD or site is None or site.area is None:
            return None
        now = datetime.fromtimestamp(self._clock.time_ms() / 1000, self._zone)
        area = self._inventory.area(site.area, now.date())
        return site.area if area is not None and area.level is AreaLevel.COMMUNE else None

    def _consider(self, area: AreaCode) -> None:
        failed = self._failed[area]
        labels = (("area", str(area)),)
        root = alarm_key(RULE, labels)
        present = self._engine.get(root)
        is_raised = present is not None and present.is_active
        if not self._is_the_commune(area, len(failed), is_raised=is_raised):
            if is_raised:
                self._engine.report(RULE, labels, _CONTRIBUTOR, Severity.CLEARED)
                for key in failed:
                    self._engine.set_root(key, None)
            return
        finding = Finding("mains", round(len(failed) / self._sites_in[area], 3))
        severity = Severity.MAJOR
        self._engine.report(RULE, labels, _CONTRIBUTOR, severity, len(failed), finding)
        for key in failed:
            alarm = self._engine.get(key)
            if alarm is not None and alarm.is_active and alarm.root is None:
                self._engine.set_root(key, root)

    def _is_the_commune(self, area: AreaCode, failed: int, *, is_raised: bool) -> bool:
        """Whether so many failures are one; once they are, until few of them are left."""
        least = 1 if is_raised else _LEAST_SITES
        share = _SHARE / 2 if is_raised else _SHARE
        return failed >= least and failed >= share * self._sites_in[area]
