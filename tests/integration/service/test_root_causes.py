"""Root causes of `omc run` on the simulator's province, over real SNMP: one alarm for one fault."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest

from omc.cli.api_client import ApiClient
from omc.core.geometry import point_along
from omc.core.inventory import Inventory, Pon
from omc.core.topology import Place, Topology
from tests.integration.service.test_alarms import alarms, omc
from tests.integration.service.test_run import Running, started
from tests.servers.process import free_port
from tests.servers.simulator import RunningSimulator

SITES = 20
#: Far longer than a verdict takes: what is known of the neighbours within seconds was asked for.
INTERVAL = "10s"


class Province:
    """A province being watched."""

    def __init__(self, folder: Path, simulator: RunningSimulator, running: Running) -> None:
        self.folder = folder
        self.simulator = simulator
        self.running = running
        self.inventory = Inventory.load(folder / "inventory")
        core = [line.split("[")[1].rstrip("]\n") for line in _settings(folder) if "core: [" in line]
        self.topology = Topology(self.inventory, core)

    @property
    def roots(self) -> dict[str, dict[str, Any]]:
        """Alarms that people are told of: major or worse, and no child of another."""
        return {
            alarm["key"]: alarm
            for alarm in alarms(self.folder)
            if alarm["root"] is None and alarm["severity"] in {"major", "critical"}
        }

    @property
    def on_battery(self) -> set[str]:
        """Sites that are in the ranking of those on battery."""
        client = ApiClient.of_settings(self.folder / "omc.yaml", "en")
        return {site["site"] for site in client.get("/time-to-dark")}

    def is_apart(self, pon: Pon, lost: Set[Place]) -> bool:
        """Whether a PON has nothing to do with lost places, nor with mains that failed before.

        An OLT's large tables are not read twice in half a minute: a verdict would wait for that.
        """
        site = self.inventory.nodes[pon.node].site
        area = next(iter(self.inventory.sites.values())).area
        return (
            site is not None and str(site) not in lost and self.inventory.sites[site].area != area
        )


def _settings(folder: Path) -> list[str]:
    return (folder / "omc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("province")
    with RunningSimulator("--inventory", str(folder), sites=SITES) as simulator:
        lines = _settings(folder)
        begin, end = lines.index("mqtt:\n"), lines.index("prometheus:\n")
        port, api = free_port(), free_port()
        text = "".join(lines[:begin] + lines[end:]) + "archive: {enabled: false}\n"
        for old, new in (
            ("127.0.0.1:9469", f"127.0.0.1:{port}"),
            ("127.0.0.1:9470", f"127.0.0.1:{api}"),
            ("interval: 60s", f"interval: {INTERVAL}\n  timeout: 500ms"),
        ):
            assert old in text
            text = text.replace(old, new)
        (folder / "omc.yaml").write_text(text, encoding="utf-8")
        with started(folder, port) as running:
            running.wait_until(lambda: running.get("/-/ready")[0] == 200, 60)
            yield Province(folder, simulator, running)


def test_sites_without_mains_stand_in_the_ranking_until_it_is_back(province: Province) -> None:
    site = next(iter(province.inventory.sites.values()))
    province.simulator.tell("mains", str(site.area), "--for", "20m")
    province.running.wait_until(lambda: site.code in province.on_battery, 60)
    command = [sys.executable, "-m", "omc", "time-to-dark", "--json"]
    config = ["-c", str(province.folder / "omc.yaml")]
    done = subprocess.run([*command, *config], capture_output=True, text=True, check=True)
    found = next(one for one in json.loads(done.stdout) if one["site"] == site.code)
    assert found["amperes"] > 0
    assert 0 < found["charge"] <= 1
    province.simulator.tell("heal")
    # Others may have lost theirs: the province has a life of its own.
    province.running.wait_until(lambda: site.code not in province.on_battery, 60)


def test_when_our_own_uplink_is_gone_that_is_one_alarm_and_no_site_is_declared_down(
    province: Province,
) -> None:
    uplink = 'collector_cut_off{service="omc"}'
    before = set(province.roots)
    with province.simulator.frozen():
        province.running.wait_until(lambda: uplink in province.roots, 60)
        assert set(province.roots) - before == {uplink}
        rules = {alarm["rule"] for alarm in alarms(province.folder)}
        assert rules.isdisjoint({"fibre_cut", "site_dark", "site_lost", "site_devices_silent"})
    province.running.wait_until(lambda: uplink not in province.roots, 60)


def test_faults_at_once_are_one_alarm_each(province: Province) -> None:
    topology, inventory = province.topology, province.inventory
    span = max(topology.spans, key=lambda span: len(topology.lost_with_span(span)))
    lost = topology.lost_with_span(span)
    assert len(lost) >= 2
    pon = next(pon for pon in inventory.pons.values() if province.is_apart(pon, lost))
    olt = inventory.nodes[pon.node]
    province.simulator.tell("cut", span)
    province.simulator.tell("cut", str(pon.span))
    cut = f'fibre_cut{{span="{span}"}}'
    feeder = f'pon_feeder_fault{{node="{olt.name}",site="{olt.site}",span="{pon.span}"}}'
    province.running.wait_until(lambda: {cut, feeder} <= province.roots.keys(), 90)
    assert set(province.roots) == {cut, feeder}
    finding = province.roots[cut]["finding"]
    assert set(finding["places"]) == lost
    # All of them were asked within the few seconds from the first loss to the verdict.
    assert finding["silent"] == len(lost)
    assert finding["sections"][0]["span"] == span
    homes = province.roots[feeder]["finding"]["homes"]
    assert homes["pons"] == [pon.port]
    assert homes["gasps"] < 0.2 * homes["known"]
    province.simulator.tell("heal")
    province.running.wait_until(lambda: cut not in province.roots, 60)


def test_a_cut_that_an_otdr_measures_is_told_with_its_place_on_the_map(
    province: Province,
) -> None:
    inventory, topology = province.inventory, province.topology
    monitors = {str(n.site) for n in inventory.nodes.values() if n.name.endswith("-ALM1")}
    span = next(
        inventory.spans[name] for name in topology.spans if inventory.spans[name].start in monitors
    )
    assert span.geometry is not None
    metres = 0.3 * span.length_km * 1000
    province.simulator.tell("cut", span.name, "--at", f"{metres:.0f}")
    cut = f'fibre_cut{{span="{span.name}"}}'

    def location() -> dict[str, Any] | None:
        root = province.roots.get(cut)
        return root["finding"]["location"] if root is not None else None

    province.running.wait_until(lambda: location() is not None, 60)
    found = location()
    assert found is not None
    assert found["span"] == span.name
    ends = {span.start: metres, span.end: span.length_km * 1000 - metres}
    assert found["metres"] == pytest.approx(ends[found["origin"]], abs=6)
    east, north = point_along(span.geometry, 0.3)
    assert (found["longitude"], found["latitude"]) == pytest.approx((east, north), abs=2e-4)
    # Of all cuts that were, the one that lasts is meant.
    shown = omc(province.folder, "show", "fibre_cut").stdout
    assert f"{found['latitude']:.5f}, {found['longitude']:.5f} (±" in shown
    province.simulator.tell("heal")
    province.running.wait_until(lambda: cut not in province.roots, 60)
