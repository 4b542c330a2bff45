"""Cover on a grid: what must hold whatever the network, and what bad data makes of it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from omc.core.inventory import AreaLevel, Cell, Inventory, Technology
from omc.core.model import AreaCode, CellName, SiteCode
from omc.reports.coverage.clutter import clutter_db
from omc.reports.coverage.grid import Tile, tiles
from omc.reports.coverage.plane import Plane
from omc.reports.coverage.population_file import Settlements
from omc.reports.coverage.prediction import Prediction, Spell, Where
from omc.reports.radio.location import loss_at
from omc.reports.radio.transmitters import Transmitters
from tests.unit.reports.coverage_world import (
    MIDDLE,
    PARAMETERS,
    cells,
    communes,
    moved,
    network,
    predict,
    site,
)

OUTDOORS = (Technology.G4, Where.OUTDOORS, 0)
INDOORS = (Technology.G4, Where.INDOORS, 0)
PLACES = [(-2.1, -1.4), (1.7, 2.2), (2.4, -2.6)]

kilometres = st.floats(-4.0, 4.0)
places = st.lists(st.tuples(kilometres, kilometres), min_size=1, max_size=4)
few = settings(max_examples=15)


@few
@given(places, st.tuples(kilometres, kilometres), st.data())
def test_a_site_more_never_lowers_cover(
    first: list[tuple[float, float]], more: tuple[float, float], data: st.DataObject
) -> None:
    larger = network([*first, more])
    shares = {name: data.draw(st.floats(0, 1)) for name in larger.cells}
    before = predict(network(first), shares).totals.covered
    after = predict(larger, shares).totals.covered
    for key, sums in before.items():
        for what in ("km2", "people", "km2_available", "people_available"):
            assert np.all(getattr(after[key], what) >= getattr(sums, what) - 1e-3), (key, what)


@few
@given(places)
def test_cells_that_always_work_cover_as_much_of_the_time_as_of_the_ground(
    where: list[tuple[float, float]],
) -> None:
    for sums in predict(network(where)).totals.covered.values():
        assert sums.km2_available == pytest.approx(sums.km2)
        assert sums.people_available == pytest.approx(sums.people)


def test_cells_that_never_work_cover_the_ground_and_none_of_the_time() -> None:
    inventory = network(PLACES)
    sums = predict(inventory, dict.fromkeys(inventory.cells, 0.0)).totals.covered[OUTDOORS]
    assert sums.km2.sum() > 5
    assert sums.km2_available.sum() == 0


def test_communes_add_up_to_their_province() -> None:
    inventory = network(PLACES)
    parts = predict(inventory, size_m=25.0)
    whole = predict(inventory, size_m=25.0, level=AreaLevel.PROVINCE)
    exact = sum(unit.km2 or 0 for unit in parts.units)
    assert parts.totals.km2.sum() == pytest.approx(exact, rel=1e-3)
    for key, sums in parts.totals.covered.items():
        assert sums.km2.sum() == pytest.approx(whole.totals.covered[key].km2.sum(), rel=1e-9)
    assert whole.units[0].km2 == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    ("degrees", "east", "north"), [(0, 37, -71), (0, 50, 50), (17, 0, 0), (45, 20, 60), (-90, 0, 0)]
)
def test_turning_or_shifting_the_grid_changes_little(
    degrees: float, east: float, north: float
) -> None:
    inventory = network([*PLACES, (0.2, 0.1)])
    straight, other = predict(inventory), predict(moved(inventory, degrees, east, north))
    for key in (OUTDOORS, INDOORS):
        shares = [
            one.totals.covered[key].km2.sum() / one.totals.km2.sum() for one in (straight, other)
        ]
        assert shares[0] == pytest.approx(shares[1], abs=0.005)


def test_people_sum_to_their_source() -> None:
    found = predict(network(PLACES))
    assert found.totals.people == pytest.approx([9000, 18_000, 27_000, 36_000])
    assert found.population is not None
    assert (found.population.uniform, found.population.total) == (True, 90_000)


def test_one_commune_alone_has_the_figures_that_it_has_among_others() -> None:
    together = predict(network(PLACES))
    alone = predict(network(PLACES), wanted=["dao tru"])
    assert alone.totals.people == pytest.approx([27_000])
    for key in (OUTDOORS, INDOORS):
        for what in ("km2", "people"):
            share = getattr(alone.totals.covered[key], what)[0]
            assert share == pytest.approx(getattr(together.totals.covered[key], what)[2], rel=2e-3)


def test_an_area_smaller_than_a_cell_of_the_grid_keeps_its_people() -> None:
    found = predict(network(PLACES), size_m=2000.0)
    assert found.totals.people.sum() + found.totals.outside_people == pytest.approx(90_000)
    west, south = MIDDLE
    ring = ((west, south), (west + 1e-4, south), (west + 1e-4, south + 1e-4), (west, south))
    tiny = replace(communes()[1], code=AreaCode("99"), geometry=((ring,),), population=7)
    small = predict(network(PLACES, [*communes(), tiny]), level=AreaLevel.PROVINCE)
    assert small.totals.people.sum() == pytest.approx(90_007)


def test_settlements_are_counted_where_they_are_and_the_rest_is_told() -> None:
    longitudes = np.array([MIDDLE[0] - 0.01, MIDDLE[0] + 0.01, MIDDLE[0] + 0.041])
    counted = Settlements(
        longitudes, np.full(3, MIDDLE[1] - 0.01), np.array([70.0, 30.0, 5.0]), "x", None
    )
    found = predict(network(PLACES), settlements=counted)
    assert found.totals.people == pytest.approx([70, 30, 0, 0])
    assert found.uncounted_people == pytest.approx(5)
    assert found.totals.people.sum() + found.uncounted_people == 105
    far = replace(counted, longitudes=longitudes + np.array([0, 0, 1]))
    assert predict(network(PLACES), settlements=far).uncounted_people == pytest.approx(5)


def test_without_population_nothing_is_said_of_people_and_cover_is_no_better_for_it() -> None:
    known = predict(network(PLACES, communes(people=3000)))
    unknown = predict(network(PLACES, communes(people=None)))
    assert unknown.population is None
    assert unknown.totals.people.sum() == 0
    assert all(gap.people is None for gap in unknown.gaps)
    assert unknown.totals.covered[OUTDOORS].km2.sum() < known.totals.covered[OUTDOORS].km2.sum()


def test_a_cell_without_azimuth_is_spread_around_and_told() -> None:
    transmitters = Transmitters(PARAMETERS)
    one = site(0, 0, 0)
    inventory = Inventory(sites=[one], cells=cells(one.code, (None,)))
    (station,) = transmitters.stations(inventory, [Technology.G4], inventory.cells.values())
    pattern = station.layers[0].sectors[0].azimuth_db
    assert np.ptp(pattern) == 0
    assert -9 < pattern[0] < -5  # 65 degrees of 360
    assert transmitters.assumptions.missing["azimuth"] == ["S0-B3-1"]


def inventory_of(inventory: Inventory, cells: list[Cell]) -> Inventory:
    """The same with some of its cells only."""
    return Inventory(areas=communes(), sites=inventory.sites.values(), cells=cells)


def test_levels_are_those_of_cells_on_air_in_the_period_and_not_before_it() -> None:
    inventory = network([(-2.1, -1.4), (1.7, 2.2)])
    now = [cell for cell in inventory.cells.values() if cell.site == "S0"]
    before = Spell(dict.fromkeys(inventory.cells, 1.0))
    alone = predict(inventory_of(inventory, now)).picture.levels[Technology.G4]
    found = predict(inventory, {cell.name: 1.0 for cell in now}, before=[before])
    np.testing.assert_array_equal(found.picture.levels[Technology.G4], alone)
    then = (Technology.G4, Where.OUTDOORS, 1)
    assert found.totals.covered[then].km2.sum() > found.totals.covered[OUTDOORS].km2.sum()


def test_what_is_not_known_of_cells_can_be_told_of_some() -> None:
    transmitters = Transmitters(PARAMETERS)
    one = site(0, 0, 0)
    here, gone = cells(one.code, (None, None))
    odd = replace(gone, name=CellName("odd"), band="B99")
    inventory = Inventory(sites=[one], cells=[here, gone, odd])
    transmitters.stations(inventory, [Technology.G4], inventory.cells.values())
    of_all, of_one = transmitters.assumptions, transmitters.assumptions.among({here.name})
    assert (len(of_all.missing["azimuth"]), len(of_all.refused)) == (2, 1)
    assert (of_one.missing["azimuth"], of_one.refused) == ([here.name], {})


def test_levels_between_the_solved_distances_are_right() -> None:
    transmitters = Transmitters(PARAMETERS)
    one = site(0, 0, 0)
    inventory = Inventory(sites=[one], cells=cells(one.code, (0,)))
    (station,) = transmitters.stations(inventory, [Technology.G4], inventory.cells.values())
    reach = station.layers[0].reach
    distances = np.arange(20.0, reach.metres, 35.0)
    propagation = PARAMETERS.propagation
    link = propagation.link(reach.frequency_mhz, 30.0)
    exact = loss_at(propagation.path_loss().modes(distances, link), 0.9)
    tabled = reach.outdoors[(distances / 5).astype(int)]
    assert np.ptp(tabled + exact) < 0.1  # power and gain are all that is left


REFUSED = [
    ("B99", 30.0, "band B99 has no frequency in bands.yaml"),
    ("B3", 5.0, "TR 38.901 rma holds for antennas of 10 to 150 m, not 5"),
]


@pytest.mark.parametrize(("band", "height", "why"), REFUSED)
def test_a_cell_that_cannot_be_predicted_is_left_out_and_told(
    band: str, height: float, why: str
) -> None:
    transmitters = Transmitters(PARAMETERS)
    name = CellName("S0-1")
    cell = Cell(name, SiteCode("S0"), Technology.G4, band, 1, azimuth=0, height_m=height)
    inventory = Inventory(sites=[site(0, 0, 0)], cells=[cell])
    assert transmitters.stations(inventory, [Technology.G4], [cell]) == []
    ((reason, names),) = transmitters.assumptions.refused.items()
    assert (reason.en, names) == (why, [name])
    assert reason.vi != reason.en


def test_gaps_are_all_that_is_not_covered_and_name_what_is_nearest() -> None:
    found = predict(network([(-2.1, -2.2)]))
    open_km2 = found.totals.km2.sum() - found.totals.covered[OUTDOORS].km2.sum()
    open_people = found.totals.people.sum() - found.totals.covered[OUTDOORS].people.sum()
    assert sum(gap.km2 for gap in found.gaps) == pytest.approx(open_km2, rel=0.01)
    assert sum(gap.people or 0 for gap in found.gaps) == pytest.approx(open_people, rel=0.01)
    people = [gap.people or 0.0 for gap in found.gaps]
    assert people == sorted(people, reverse=True)
    assert {gap.site.code for gap in found.gaps if gap.site} == {"S0"}
    assert all(gap.span is None for gap in found.gaps)


def test_a_gap_that_tiles_cut_is_one_again() -> None:
    plane = Plane(*MIDDLE)
    area = plane.flattened(shapely.box(105.47, 21.27, 105.53, 21.33))
    small, large = (list(tiles([area], 100.0, most)) for most in (17, 512))
    assert len(small) > 9
    assert len(large) == 1
    assert sum(tile.rows * tile.columns for tile in small) == large[0].rows * large[0].columns


class TestSecondImplementation:
    """The prediction of single cells of the grid, anew, with plain numbers and no windows."""

    places = (*PLACES, (0.4, -0.3))

    def _work(self) -> tuple[Tile, Prediction, list[tuple[float, float, float, CellName]]]:
        inventory = network(self.places)
        self.inventory = inventory
        plane = Plane(*MIDDLE)
        stations = Transmitters(PARAMETERS).stations(
            inventory, [Technology.G4], inventory.cells.values()
        )
        positions = plane.positions([(s.site.longitude, s.site.latitude) for s in stations])
        self.shares = {name: 0.5 + 0.03 * n for n, name in enumerate(inventory.cells)}
        threshold = PARAMETERS.technologies.technologies[Technology.G4].threshold_dbm
        work = Prediction(stations, plane, {Technology.G4: threshold}, [Spell(self.shares)])
        middle = plane.forward(np.array([MIDDLE[0]]), np.array([MIDDLE[1]]))
        tile = Tile(float(middle[0][0]) - 4000, float(middle[1][0]) + 4000, 80, 80, 100.0)
        antennas = [
            (x, y, float(sector.cell.azimuth or 0) + plane.north_degrees, sector.cell.name)
            for station, (x, y) in zip(stations, positions, strict=True)
            for layer in station.layers
            for sector in layer.sectors
        ]
        self.reach = stations[0].layers[0].reach
        return tile, work, antennas

    def test_levels_and_availability_agree_with_plain_numbers(self) -> None:
        tile, work, antennas = self._work()
        clutter = clutter_db(tile, None, PARAMETERS.propagation)
        cover = work.on(tile, clutter).covers[OUTDOORS]
        threshold = PARAMETERS.technologies.technologies[Technology.G4].threshold_dbm
        checked = 0
        for row in range(0, tile.rows, 9):
            for column in range(0, tile.columns, 9):
                best: dict[str, float] = {}
                edge = False
                for x, y, azimuth, name in antennas:
                    east, north = tile.xs[column] - x, tile.ys[row] - y
                    level = self._level(math.hypot(east, north), east, north, azimuth)
                    needed = threshold + float(clutter[row, column])
                    edge |= abs(level - needed) < 0.2  # the tables are of 5 m and 1 degree
                    if level >= needed:
                        site_code = self.inventory.cells[name].site
                        best[site_code] = max(best.get(site_code, 0.0), self.shares[name])
                if edge:
                    continue
                missing = math.prod(1 - share for share in best.values())
                assert cover.missing[row, column] == pytest.approx(missing, abs=1e-5)
                assert bool(cover.covered[row, column]) is bool(best)
                checked += 1
        assert checked > 60

    def _level(self, metres: float, east: float, north: float, azimuth: float) -> float:
        if metres >= self.reach.metres:
            return -math.inf
        along = np.interp(metres, np.arange(len(self.reach.outdoors)) * 5.0, self.reach.outdoors)
        off = (math.degrees(math.atan2(east, north)) - azimuth + 180) % 360 - 180
        horizontal = -min(12 * (off / 65) ** 2, 25.0)
        down = math.degrees(math.atan2(30 - 1.5, metres))
        vertical = -min(12 * ((down - 4) / 8) ** 2, 20.0)
        return float(along) + max(horizontal + vertical, -25.0)
