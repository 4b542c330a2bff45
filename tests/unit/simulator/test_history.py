import math
from pathlib import Path

import pytest

from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder
from omc.simulator.history import HistoryPlan, UnknownMetrics, write_history
from omc.simulator.history_format import FORMATS
from omc.simulator.light_readings import OntLight
from omc.simulator.line_light import received_dbm
from omc.simulator.network import NodeKind
from omc.simulator.world import World
from tests.unit.simulator.worlds import fleet, node_at, province

END = 1_772_600_400.0
CATALOGUE = Catalogue.load(config_folder() / "metrics")


def write(folder: Path, form: str, plan: HistoryPlan) -> str:
    path = folder / "past"
    samples = write_history(World(province(4)), plan, CATALOGUE, FORMATS[form], path)
    text = path.read_text(encoding="utf-8")
    assert samples == sum(not line.startswith("#") for line in text.splitlines())
    assert list(folder.iterdir()) == [path]
    return text


def test_openmetrics_keeps_families_together_and_times_ascending(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 7200, END, 900, ("battery_*", "ac_outage_seconds_total", "lte_pdcp*"))
    text = write(tmp_path, "openmetrics", plan)
    assert text.endswith("# EOF\n")
    assert "# TYPE ac_outage_seconds counter\n" in text
    families: list[str] = []
    last: dict[str, float] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        series, _, time = line.rsplit(" ", 2)
        family = series.split("{")[0]
        if not families or families[-1] != family:
            families.append(family)
        assert float(time) > last.get(series, 0.0)
        last[series] = float(time)
    assert len(set(families)) == len(families)
    assert set(last.values()) == {END - 900}


def test_line_protocol_has_one_field_and_milliseconds(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 1800, END, 900, ("dc_bus_voltage_volts",))
    lines = write(tmp_path, "influx", plan).splitlines()
    assert len(lines) == 8
    code = province(4).sites[0].code
    assert lines[0] == (
        f"dc_bus_voltage_volts,node={code}-GW1,site={code} value=54.0 {int(END - 1800) * 1000}"
    )


def test_the_past_is_the_same_every_time(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 3600, END, 300, ("env_*", "interface_*"))
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert write(one, "influx", plan) == write(other, "influx", plan)


def test_the_past_agrees_with_what_the_agents_say(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 600, END, 300, ("interface_receive_bytes_total",))
    text = write(tmp_path, "influx", plan)
    of = World(province(4))
    of.advance(END - 300)
    router = fleet(of).responder(node_at(of, 0, NodeKind.ROUTER)).device
    port = next(p for p in router.interfaces if p.span is not None)
    counted = int(port.receives * router.volume(of.moment(END - 300), port))
    name = f"interface={port.name},node={router.node.name}"
    line = next(x for x in text.splitlines() if name in x and x.endswith(f"{int(END - 300)}000"))
    assert f"value={counted} " in line


def test_counters_never_fall(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 86_400, END, 900, ("interface_*", "site_energy_joules_total"))
    values: dict[str, float] = {}
    falls = 0
    for line in write(tmp_path, "influx", plan).splitlines():
        series, rest = line.split(" ", 1)
        value = float(rest.split(" ")[0].removeprefix("value="))
        falls += value < values.get(series, 0.0)
        values[series] = value
    assert values
    assert falls == 0


def test_metrics_without_a_past_are_named(tmp_path: Path) -> None:
    plan = HistoryPlan(END - 600, END, 300, ("pon_port_*", "env_*"))
    with pytest.raises(UnknownMetrics, match=r"no past for pon_port_\*; there is one for ac_"):
        write_history(World(province(4)), plan, CATALOGUE, FORMATS["influx"], tmp_path / "past")


def test_light_is_what_the_agents_measured_and_an_ont_that_is_off_says_nothing(
    tmp_path: Path,
) -> None:
    plan = HistoryPlan(END - 86_400, END, 3600, ("optical_rx_power_dbm", "pon_ont_rx_power_dbm"))
    told: dict[str, dict[float, float]] = {}
    for line in write(tmp_path, "influx", plan).splitlines():
        name, value, stamp = line.split()
        told.setdefault(name, {})[int(stamp) / 1000] = float(value.removeprefix("value="))
    of = World(province(4))
    of.advance(END - 3600)
    olt = next(node for node in of.province.nodes if node.kind is NodeKind.OLT)
    light = OntLight(of, olt)
    ont = f"pon_ont_rx_power_dbm,node={olt.name},ont={{ont}},pon={{pon}},site={olt.name[:6]}"
    for time in plan.times:
        for reading in light.readings(of.moment(time)):
            series = told.get(ont.format(**reading.labels), {})
            assert series.get(time, math.nan) == pytest.approx(reading.value, nan_ok=True)
    hours = {len(series) for series in told.values()}
    assert max(hours) == 24
    assert min(hours) < 24
    router = fleet(of).responder(node_at(of, 0, NodeKind.ROUTER)).device
    port = next(p for p in router.interfaces if p.span is not None)
    dbm = received_dbm(of.moment(END - 3600), of.province.spans[port.span], 0, port.phase)
    (name,) = (name for name in told if f"interface={port.name},node={router.node.name}," in name)
    assert told[name][END - 3600] == pytest.approx(dbm, abs=0.005)
