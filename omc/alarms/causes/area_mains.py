"""Mains failures, told once: at a site, and of a whole commune as the power company's fault.

A battery or a UPS that carries its load says again what `mains_failed` of its site says, and is
folded beneath it. Where most sites of a commune have lost their mains, all of that is folded
beneath one alarm of the commune; so are its homes without mains (`pon_homes_dark`), whose dying
gasps speak of the same mains, and its sites that have gone dark since. Homes by themselves raise
nothing: they may be one street. Alarms of what is left in a battery stand for themselves: they ask
for a generator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo

from omc.alarms.causes.symptoms import ON_BATTERY
from omc.alarms.life.alarm import Alarm, AlarmKey, Change, ChangeKind, Finding, Homes, alarm_key
from omc.alarms.life.engine import AlarmEngine
from omc.alarms.severity import Severity
from omc.core.clock import Clock
from omc.core.inventory import AreaLevel, Inventory
from omc.core.model import AreaCode, SiteCode

RULE = "area_mains_failed"
_SITE, _HOMES = "mains_failed", "pon_homes_dark"
_DARK = frozenset({"site_dark", "site_lost"})
_HEARD = ON_BATTERY | _DARK | {_SITE, _HOMES}
_CONTRIBUTOR = "root cause"

#: From so many sites, and this share of the commune's, on it is the commune. Engineering judgement.
_LEAST_SITES = 3
_SHARE = 0.5

#: The kinds of changes after which an alarm may belong beneath another one.
_MOVES = frozenset({ChangeKind.RAISED, ChangeKind.REOPENED, ChangeKind.UNROOTED})


class AreaMains:
    """Folds what mains failures bring with them beneath one alarm of the site or the commune.

    Args:
        engine: Where it is raised; its changes are heard with `heed`.
        inventory: Which site lies in which commune.
        clock: The time.
        zone: Of the day on which areas are valid.
        mains_away: Whether a site has lost its mains, by its devices; None if none of them says.
    """

    def __init__(
        self,
        engine: AlarmEngine,
        inventory: Inventory,
        clock: Clock,
        zone: tzinfo,
        mains_away: Callable[[str], bool | None],
    ) -> None:
        self._engine = engine
        self._inventory = inventory
        self._clock = clock
        self._zone = zone
        self._mains_away = mains_away
        self._sites_in: dict[AreaCode, list[SiteCode]] = defaultdict(list)
        for site in inventory.sites.values():
            if site.area is not None:
                self._sites_in[site.area].append(site.code)
        #: Keys of active alarms of `_HEARD`.
        self._active: dict[SiteCode, dict[AlarmKey, None]] = defaultdict(dict)

    def restore(self) -> None:
        """Take up the alarms that the engine has restored."""
        for alarm in self._engine.active():
            site = self._site_of(alarm)
            if site is not None:
                self._active[site][alarm.key] = None

    def heed(self, change: Change) -> None:
        """Hear of an alarm: the listener to give to `AlarmEngine.listen`."""
        alarm = change.alarm
        site = self._site_of(alarm)
        if site is None:
            return
        if change.kind in _MOVES:
            self._active[site][alarm.key] = None
        elif change.kind is ChangeKind.CLEARED:
            self._active[site].pop(alarm.key, None)
        else:
            return
        self._consider(site)

    def _site_of(self, alarm: Alarm) -> SiteCode | None:
        """The site whose mains an alarm may be about; None for any other alarm."""
        site = SiteCode(alarm.label("site"))
        return site if alarm.rule in _HEARD and site in self._inventory.sites else None

    def _consider(self, site: SiteCode) -> None:
        area = self._commune_of(site)
        if area is None:
            self._fold(self._alarms_at([site]), None, None)
            return
        sites = self._sites_in[area]
        labels = (("area", str(area)),)
        root = alarm_key(RULE, labels)
        failed = [code for code in sites if self._is_without_mains(code)]
        is_raised = self._is_active(root)
        if self._is_the_commune(area, len(failed), is_raised=is_raised):
            dark = self._dark(failed)
            finding = Finding(
                "mains",
                round(len(failed) / len(sites), 3),
                dark,
                homes=self._homes(sites),
                sites=tuple(sorted(sites)),
            )
            severity = Severity.CRITICAL if dark else Severity.MAJOR
            self._engine.report(RULE, labels, _CONTRIBUTOR, severity, len(failed), finding)
            self._fold(self._alarms_at(sites), root, root)
        elif is_raised:
            self._engine.report(RULE, labels, _CONTRIBUTOR, Severity.CLEARED)
            self._fold(self._alarms_at(sites), root, None)
        else:
            self._fold(self._alarms_at([site]), root, None)

    def _commune_of(self, site: SiteCode) -> AreaCode | None:
        """Where a site lies now; None outside of any commune."""
        code = self._inventory.sites[site].area
        if code is None:
            return None
        now = datetime.fromtimestamp(self._clock.time_ms() / 1000, self._zone)
        area = self._inventory.area(code, now.date())
        return code if area is not None and area.level is AreaLevel.COMMUNE else None

    def _is_the_commune(self, area: AreaCode, failed: int, *, is_raised: bool) -> bool:
        """Whether so many failures are one; once they are, until few of them are left."""
        least = 1 if is_raised else _LEAST_SITES
        share = _SHARE / 2 if is_raised else _SHARE
        return failed >= least and failed >= share * len(self._sites_in[area])

    def _is_without_mains(self, site: SiteCode) -> bool:
        """By its alarm; where nobody there knows of the mains, by who runs on battery."""
        if self._is_active(_mains_of(site)):
            return True
        on_battery = any(alarm.rule in ON_BATTERY for alarm in self._alarms_at([site]))
        return on_battery and self._mains_away(site) is None

    # -- what the failure brings with it -----------------------------------------------------------

    def _fold(
        self, alarms: Iterable[Alarm], of_commune: AlarmKey | None, root: AlarmKey | None
    ) -> None:
        """Put alarms where they belong, those aside that another fault explains.

        Args:
            alarms: To look at.
            of_commune: The key of the commune's alarm, active or not; None outside of any commune.
            root: The same while it is active, else None.
        """
        for alarm in list(alarms):
            own = _mains_of(SiteCode(alarm.label("site")))
            if alarm.root in {None, of_commune, own}:
                self._engine.set_root(alarm.key, self._root_of(alarm, root, own))

    def _root_of(self, alarm: Alarm, root: AlarmKey | None, own: AlarmKey) -> AlarmKey | None:
        site = SiteCode(alarm.label("site"))
        if root is not None and (alarm.rule in {_SITE, _HOMES} or self._is_without_mains(site)):
            return root
        return own if alarm.rule in ON_BATTERY and self._is_active(own) else None

    def _dark(self, sites: Iterable[SiteCode]) -> tuple[str, ...]:
        """What is lost since batteries of these sites ran out, sorted."""
        dark = (a.finding for a in self._alarms_at(sites) if a.rule in _DARK)
        return tuple(sorted({place for f in dark if f is not None for place in f.places}))

    def _homes(self, sites: Iterable[SiteCode]) -> Homes | None:
        """What the dying gasps of the commune's homes say, in sum; None without any."""
        homes = [a.finding.homes for a in self._alarms_at(sites) if a.finding and a.finding.homes]
        if not homes:
            return None
        known, gasps = sum(h.known for h in homes), sum(h.gasps for h in homes)
        return Homes((), sum(h.onts for h in homes), (), known, gasps)

    def _alarms_at(self, sites: Iterable[SiteCode]) -> Iterator[Alarm]:
        for site in sites:
            for key in list(self._active.get(site, ())):
                alarm = self._engine.get(key)
                if alarm is not None and alarm.is_active:
                    yield alarm

    def _is_active(self, key: AlarmKey) -> bool:
        alarm = self._engine.get(key)
        return alarm is not None and alarm.is_active


def _mains_of(site: SiteCode) -> AlarmKey:
    """The key of a site's own mains failure."""
    return alarm_key(_SITE, (("site", str(site)),))
