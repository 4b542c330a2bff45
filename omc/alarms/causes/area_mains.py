"""Mains failures of a whole commune as one alarm: the power company's fault, not a site's.

Homes without mains (`pon_homes_dark`) at an OLT of the commune are folded beneath it: their dying
gasps say the same of the same mains. By themselves they raise nothing: they may be one street.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, tzinfo

from omc.alarms.life.alarm import Alarm, AlarmKey, Change, ChangeKind, Finding, Homes, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.severity import Severity
from omc.core.clock import Clock
from omc.core.inventory import AreaLevel, Inventory
from omc.core.model import AreaCode, SiteCode

RULE = "area_mains_failed"
_SITE, _HOMES = "mains_failed", "pon_homes_dark"
_CONTRIBUTOR = "root cause"

#: From so many sites, and this share of the commune's, on it is the commune. Engineering judgement.
_LEAST_SITES = 3
_SHARE = 0.5


class AreaMains:
    """Folds the mains failures of a commune's sites and homes beneath one alarm of the commune.

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
        #: Keys of active alarms, by rule and commune.
        self._active: dict[str, dict[AreaCode, dict[AlarmKey, None]]] = {
            rule: defaultdict(dict) for rule in (_SITE, _HOMES)
        }

    def restore(self) -> None:
        """Take up the alarms that the engine has restored."""
        for alarm in self._engine.active():
            area = self._area_of(alarm)
            if area is not None:
                self._active[alarm.rule][area][alarm.key] = None

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        area = self._area_of(alarm)
        if area is None:
            return
        if change.kind in {ChangeKind.RAISED, ChangeKind.REOPENED}:
            self._active[alarm.rule][area][alarm.key] = None
        elif change.kind is ChangeKind.CLEARED:
            self._active[alarm.rule][area].pop(alarm.key, None)
        else:
            return
        self._consider(area)

    def _area_of(self, alarm: Alarm) -> AreaCode | None:
        """The commune whose mains an alarm is about; None for any other alarm."""
        site = self._inventory.sites.get(SiteCode(alarm.label("site")))
        if alarm.rule not in self._active or site is None or site.area is None:
            return None
        now = datetime.fromtimestamp(self._clock.time_ms() / 1000, self._zone)
        area = self._inventory.area(site.area, now.date())
        return site.area if area is not None and area.level is AreaLevel.COMMUNE else None

    def _consider(self, area: AreaCode) -> None:
        failed = len(self._active[_SITE][area])
        labels = (("area", str(area)),)
        root = alarm_key(RULE, labels)
        present = self._engine.get(root)
        is_raised = present is not None and present.is_active
        if self._is_the_commune(area, failed, is_raised=is_raised):
            finding = Finding(
                "mains", round(failed / self._sites_in[area], 3), homes=self._homes(area)
            )
            severity = Severity.MAJOR
            self._engine.report(RULE, labels, _CONTRIBUTOR, severity, failed, finding)
            self._move(area, None, root)
        elif is_raised:
            self._engine.report(RULE, labels, _CONTRIBUTOR, Severity.CLEARED)
            self._move(area, root, None)

    def _homes(self, area: AreaCode) -> Homes | None:
        """What the dying gasps of the commune's homes say, in sum; None without any."""
        found = map(self._engine.get, self._active[_HOMES][area])
        homes = [a.finding.homes for a in found if a is not None and a.finding and a.finding.homes]
        if not homes:
            return None
        known, gasps = sum(h.known for h in homes), sum(h.gasps for h in homes)
        return Homes((), sum(h.onts for h in homes), (), known, gasps)

    def _move(self, area: AreaCode, before: AlarmKey | None, root: AlarmKey | None) -> None:
        """Fold what stands beneath one alarm beneath another; None: beneath none."""
        for of_area in self._active.values():
            for key in of_area[area]:
                alarm = self._engine.get(key)
                if alarm is not None and alarm.is_active and alarm.root == before:
                    self._engine.set_root(key, root)

    def _is_the_commune(self, area: AreaCode, failed: int, *, is_raised: bool) -> bool:
        """Whether so many failures are one; once they are, until few of them are left."""
        least = 1 if is_raised else _LEAST_SITES
        share = _SHARE / 2 if is_raised else _SHARE
        return failed >= least and failed >= share * self._sites_in[area]
