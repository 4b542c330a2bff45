"""What the inventory says and which alarms there are, as samples."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from omc.alarms.life.alarm import Alarm, alarm_key
from omc.alarms.severity import Severity
from omc.bus.local import LocalBus
from omc.core.clock import ManualClock
from omc.core.inventory import Area, AreaLevel, Cell, Inventory, Site, Technology
from omc.core.model import AreaCode, Batch, CellName, SeriesTable, SiteCode
from omc.service.network_facts import NetworkFacts
from tests.unit.alarms.watching import catalogue

NETWORK = Inventory(
    areas=[Area(AreaCode("08761"), "Xã Đạo Trù", AreaLevel.COMMUNE)],
    sites=[
        Site(SiteCode("VPH001"), "Đạo Trù", 21.4, 105.6, area=AreaCode("08761")),
        Site(SiteCode("VPH002"), "Nowhere", 21.5, 105.7),
    ],
    cells=[Cell(CellName("VPH001-L18-1"), SiteCode("VPH001"), Technology.G4, "1800", 1)],
)
CUT = Alarm("span_cut", (("span", "SP-7"),), Severity.CRITICAL, Severity.CRITICAL, 1, 1)
DOWN = Alarm(
    "device_unreachable",
    (("node", "VPH001-RTR1"), ("site", "VPH001")),
    Severity.MAJOR,
    Severity.MAJOR,
    1,
    1,
    root=alarm_key(CUT.rule, CUT.labels),
)


async def said(active: list[Alarm], table: SeriesTable | None = None) -> list[Batch]:
    """What is published in the first moment."""
    bus, heard = LocalBus(), list[Batch]()
    bus.listen(heard.append)
    table = table if table is not None else SeriesTable()
    facts = NetworkFacts(NETWORK, lambda: active, catalogue(), table, bus, ManualClock())
    running = asyncio.create_task(facts.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return heard


def values(batches: list[Batch]) -> dict[str, float]:
    return {s.key: v for b in batches for s, v in zip(b.series, b.values, strict=True)}


async def test_sites_and_cells_can_be_joined_by_area_and_technology() -> None:
    found = values(await said([]))
    assert [key for key in found if key.startswith(("site_", "cell_"))] == [
        'site_info{area="08761",area_name="Xã Đạo Trù",site="VPH001",site_name="Đạo Trù"}',
        'site_info{site="VPH002",site_name="Nowhere"}',
        'cell_info{band="1800",cell="VPH001-L18-1",site="VPH001",technology="4G"}',
    ]


async def test_counts_are_zero_and_not_absent_where_there_is_no_alarm() -> None:
    found = values(await said([]))
    assert found['omc_alarms_active{role="root",severity="critical"}'] == 0
    assert not [key for key in found if key.startswith("alarm_active")]


async def test_only_roots_have_a_series_of_their_own_and_children_are_counted() -> None:
    planned = replace(CUT, labels=(("span", "SP-8"),), suppressed="works")
    found = values(await said([CUT, DOWN, planned]))
    assert [key for key in found if key.startswith("alarm_active")] == [
        'alarm_active{object="span=SP-7",rule="span_cut",severity="critical"}'
    ]
    assert found['omc_alarms_active{role="root",severity="critical"}'] == 1
    assert found['omc_alarms_active{role="child",severity="major"}'] == 1
    assert found['omc_alarms_active{role="suppressed",severity="critical"}'] == 1
