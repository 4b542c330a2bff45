"""What is true in the province at a moment: power, weather, faults, and what they cut off.

Everything but what an operator of the simulator does (cuts, silence, failing mains) is a function
of seed, object and time, so a restart continues the same story.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from omc.simulator.faults import Faults
from omc.simulator.link_history import LinkHistory
from omc.simulator.mains import Interval, MainsStory
from omc.simulator.network import Cell, Node, Pon
from omc.simulator.province import Province
from omc.simulator.rhythm import (
    DAY,
    LOCAL_OFFSET,
    TRAFFIC,
    WOBBLE,
    air_humidity,
    air_temperature,
    local_day,
    start_of_local_day,
)
from omc.simulator.seeds import unit
from omc.simulator.site_power import PowerState, PowerStory
from omc.simulator.site_temperature import shelter_temperature
from omc.simulator.topology import Topology

#: Days between two maintenance visits to a site: software is updated, everything restarts, and the
#: story of its power begins anew. It bounds how far back a moment has to look.
_VISIT_DAYS = 42
#: A fixed day that long-lasting states are dated back from: 2026-01-01.
STORY_START = 1_767_200_400.0
#: Two readings this close together (seconds) see the same moment.
_RESOLUTION = 0.2
#: Busy-hour Mbit/s of one subscriber.
ONT_MEGABITS = 2.4


class Moment:
    """One instant of a world: what many readings share, computed when first asked for."""

    def __init__(self, world: World, time: float) -> None:
        self.world = world
        self.time = time
        #: What else is computed once a moment, by whoever needs it.
        self.shared: dict[tuple[str, int], Any] = {}
        self._power: dict[int, PowerState] = {}
        self._mains: dict[int, float | None] = {}

    @cached_property
    def traffic(self) -> float:
        """Share of the busy hour, with no unrest."""
        return TRAFFIC.at(self.time)

    @cached_property
    def volumes(self) -> list[float]:
        """Integral of the traffic share, one for each phase of unrest, in busy-hour seconds."""
        base = TRAFFIC.integral(self.time)
        return [base + extra for extra in WOBBLE.integrals(self.time)]

    @cached_property
    def rates(self) -> list[float]:
        """Traffic share, one for each phase of unrest."""
        return [max(self.traffic + extra, 0.0) for extra in WOBBLE.rates(self.time)]

    @cached_property
    def air(self) -> float:
        """Outdoor temperature, degrees Celsius."""
        return air_temperature(self.time)

    @cached_property
    def humidity(self) -> float:
        """Outdoor relative humidity, 0..1."""
        return air_humidity(self.time)

    @cached_property
    def day(self) -> int:
        """Local day."""
        return local_day(self.time)

    @cached_property
    def hour(self) -> float:
        """Local hour of the day, 0..24."""
        return (self.time + LOCAL_OFFSET) % DAY / 3600

    def power(self, site: int) -> PowerState:
        """A site's power plant."""
        state = self._power.get(site)
        if state is None:
            state = self._power[site] = self.world.power_story(site, self.day).at(self.time)
        return state

    def forget(self, site: int) -> None:
        """Drop what was kept about a site: a long row of moments need not hold every site."""
        self._power.pop(site, None)

    def mains_lost(self, commune: int) -> float | None:
        """Since when a commune's homes have had no mains; None while they have."""
        if commune not in self._mains:
            self._mains[commune] = self.world.mains_lost(commune, self.time)
        return self._mains[commune]

    def mains_away(self, commune: int) -> bool:
        """Whether a commune's homes have no mains."""
        return self.mains_lost(commune) is not None

    def indoor(self, site: int) -> float:
        """Temperature in the site's shelter, degrees Celsius."""
        return shelter_temperature(site, self.air, self.power(site), self.time)

    def indoor_humidity(self, site: int) -> float:
        """Relative humidity in the site's shelter, 0..1: cooled air is dried."""
        return 0.45 + 0.35 * (self.humidity - 0.6) + 0.06 * unit(site, 6)


class World:
    """The province in time.

    Attributes:
        province: What stands there.
        faults: What is broken on purpose.
        mains: When each commune's mains is away.
        topology: The transport network.
        links: When its links were down.
    """

    def __init__(self, province: Province) -> None:
        self.province = province
        self.faults = Faults()
        self.mains = MainsStory(province.seed)
        self.topology = Topology(province, _demand(province))
        self.links = LinkHistory(province)
        self.nodes_at: list[list[Node]] = [[] for _ in province.sites]
        for node in province.nodes:
            self.nodes_at[node.site].append(node)
        self.cells_at: list[list[Cell]] = [[] for _ in province.sites]
        for cell in province.cells:
            self.cells_at[cell.site].append(cell)
        self.pons_of: dict[int, list[Pon]] = {}
        for pon in province.pons:
            self.pons_of.setdefault(pon.node, []).append(pon)
        self._stories: dict[int, tuple[int, int, PowerStory]] = {}
        self._moment: Moment | None = None
        self._cut_off: set[int] = set()
        self._dark: set[int] = set()
        self._seen: tuple[int, frozenset[int]] = (-1, frozenset())

    def moment(self, time: float) -> Moment:
        """The moment at a time, shared by all who ask for nearly the same one."""
        known = self._moment
        if known is None or not 0 <= time - known.time < _RESOLUTION:
            known = self._moment = Moment(self, time)
        return known

    def power_story(self, site: int, day: int) -> PowerStory:
        """The story that covers a local day, told from the last maintenance visit on."""
        known = self._stories.get(site)
        if known is not None and known[0] == day and known[1] == self.mains.revision:
            return known[2]
        visit = day - (day + int(unit(site, 42) * _VISIT_DAYS)) % _VISIT_DAYS
        start = start_of_local_day(visit) + 2 * 3600 + unit(site, 43) * 7200
        if start > start_of_local_day(day):
            start -= _VISIT_DAYS * DAY
        place = self.province.sites[site]
        area = self.province.communes[place.commune].facts.code
        outages = self.mains.outages(area, start, start_of_local_day(day + 1))
        story = PowerStory(place.plant, start, outages)
        self._stories[site] = (day, self.mains.revision, story)
        return story

    def mains_lost(self, commune: int, time: float) -> float | None:
        """Since when a commune's mains has been away; None while it is there."""
        return self.mains.lost_since(self.province.communes[commune].facts.code, time)

    def mains_outages(self, commune: int, since: float, until: float) -> list[Interval]:
        """A commune's mains failures, clipped to [since, until)."""
        area = self.province.communes[commune].facts.code
        outages = self.mains.outages(area, since, until)
        return [(max(start, since), min(end, until)) for start, end in outages]

    def advance(self, time: float) -> None:
        """Work out who is dark or cut off at `time`; call it about once a second."""
        day = local_day(time)
        dark = frozenset(
            site.index
            for site in self.province.sites
            if (story := self.power_story(site.index, day)).eventful and story.at(time).dark
        )
        if (self.faults.revision, dark) == self._seen:
            return
        self._seen = (self.faults.revision, dark)
        self._dark = set(dark)
        reached = self.topology.reachable(self.faults.cuts, dark)
        self._cut_off = {s.index for s in self.province.sites if s.index not in reached}
        self.links.update(self.faults.cuts, dark, time)
        self._moment = None

    def changed(self, time: float) -> None:
        """Somebody did something: it shows at once, also to who asks within the same moment."""
        self._moment = None
        self.advance(time)

    def is_dark(self, site: int) -> bool:
        """Whether a site had no power at the last `advance`."""
        return site in self._dark

    def is_silent(self, node: Node) -> bool:
        """Whether nobody hears from a node: silenced, dark, or behind what is broken."""
        return node.site in self._cut_off or node.index in self.faults.silenced

    def is_cut_off(self, site: int) -> bool:
        """Whether a site has no path to the core."""
        return site in self._cut_off

    def cut_metres(self, span: int, site: int) -> float | None:
        """Metres of cable from one end of a span to where it is cut; None while it is whole."""
        share = self.faults.cut_at.get(span)
        if share is None:
            return None
        cable = self.province.spans[span]
        return cable.metres * (share if cable.a == site else 1 - share)

    def bend_decibels(self, *spans: int) -> float:
        """What light loses on its way over spans because they are bent."""
        return sum(self.faults.bends.get(span, (0.0, 0.0))[1] for span in spans)

    def pon_is_cut(self, pon: Pon) -> bool:
        """Whether light reaches no home of a PON."""
        return pon.feeder in self.faults.cuts or pon.distribution in self.faults.cuts

    @property
    def silent_nodes(self) -> int:
        """How many nodes nobody hears from."""
        return sum(self.is_silent(node) for node in self.province.nodes)


def _demand(province: Province) -> list[float]:
    """Busy-hour Mbit/s that each site draws from the core."""
    demand = [0.5] * len(province.sites)
    for cell in province.cells:
        demand[cell.site] += cell.busy_megabits
    for pon in province.pons:
        demand[province.nodes[pon.node].site] += len(pon.onts) * ONT_MEGABITS
    return demand
