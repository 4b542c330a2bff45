"""What programs read from the archive: fresh and stored, combined as the catalogue says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from omc.history.maintenance import Retention
from omc.history.manifest import NoArchive
from omc.history.reader import History
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import (
    CATALOGUE,
    COUNTER,
    DAY,
    HOUR,
    LEVEL,
    MINUTE,
    PERIOD_SUM,
    POWER,
    STATE,
    Archive,
    Sample,
    labels,
)

ONE = labels(site="VPC0001", node="VPC0001-1")
TWO = labels(site="Trạm Tam Đảo", node="TĐ-1", interface="Gi0/0/1, cũ")
BEGIN = NEW_YEAR_MS


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    archive.at(3 * DAY)
    return archive


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows with times as milliseconds after New Year."""
    found = []
    for row in table.to_pylist():
        if "time" in row:
            row["time"] = round(row["time"].timestamp() * 1000) - BEGIN
        found.append(tuple(row.values()))
    return found


def test_raw_samples_come_by_series_and_time_whether_pending_or_kept(archive: Archive) -> None:
    archive.write([Sample(LEVEL, ONE, 5 * MINUTE, 21.5), Sample(LEVEL, ONE, MINUTE, 21.0)])
    archive.maintain()
    archive.write([Sample(LEVEL, ONE, 3 * MINUTE, 21.2), Sample(LEVEL, ONE, MINUTE, 21.0)])
    table = archive.history().samples(LEVEL, BEGIN, BEGIN + HOUR)
    assert [(row[2], row[3]) for row in rows(table)] == [
        (MINUTE, 21.0),
        (3 * MINUTE, 21.2),
        (5 * MINUTE, 21.5),
    ]


def test_labels_come_back_as_they_were(archive: Archive) -> None:
    archive.write([Sample(COUNTER, TWO, MINUTE, 1.0)])
    found = archive.history().series(COUNTER).to_pylist()
    assert [(row["site"], dict(row["labels"])) for row in found] == [("Trạm Tam Đảo", dict(TWO))]


def test_the_value_written_later_counts(archive: Archive) -> None:
    for maintained, value in [(False, 20.0), (False, 21.0), (True, 22.0), (True, 23.0)]:
        archive.write([Sample(LEVEL, ONE, MINUTE, value)])
        if maintained:
            archive.maintain(everything=True)
        history = archive.history()
        assert rows(history.samples(LEVEL, BEGIN, BEGIN + HOUR))[0][3] == value
        assert rows(history.values(LEVEL, BEGIN, BEGIN + HOUR, HOUR))[0][2] == value


def test_late_samples_are_in_every_answer_at_once(archive: Archive) -> None:
    archive.write([Sample(COUNTER, ONE, at * MINUTE, at * 60.0) for at in (10, 30)])
    archive.write([Sample(COUNTER, ONE, DAY + 10 * MINUTE, 10_000.0)])
    archive.maintain()
    archive.write([Sample(COUNTER, ONE, 20 * MINUTE, 9_000.0)])  # it had restarted after that
    asked = (COUNTER, BEGIN, BEGIN + 2 * DAY, HOUR)
    before = rows(archive.history().values(*asked))
    assert [value for _, _, value in before] == [8_400.0 + 1_800.0, 8_200.0]
    archive.at(3 * DAY + HOUR)
    archive.maintain()
    assert rows(archive.history().values(*asked)) == before


def test_power_is_averaged_in_milliwatts_over_time_and_objects(archive: Archive) -> None:
    archive.write([Sample(POWER, ONE, 0, -100.0), Sample(POWER, ONE, MINUTE, -90.0)])
    archive.write([Sample(POWER, labels(site="VPC0002"), 0, -80.0)])
    archive.maintain()
    history = archive.history()
    mean = 10 * math.log10((1e-10 + 1e-9) / 2)
    by_site = rows(history.values(POWER, BEGIN, BEGIN + HOUR, by=["site"]))
    assert [value for _, _, value in by_site] == pytest.approx([mean, -80.0])
    ((_, overall),) = rows(history.values(POWER, BEGIN, BEGIN + HOUR, by=[]))
    assert overall == pytest.approx(10 * math.log10(((1e-10 + 1e-9) / 2 + 1e-8) / 2))
    by_series = rows(history.values(POWER, BEGIN, BEGIN + HOUR, HOUR, where={"site": "VPC0001"}))
    assert by_series[0][2] == pytest.approx(mean)


def test_levels_are_averaged_over_time_and_added_over_objects(archive: Archive) -> None:
    load = "dc_load_power_watts"
    archive.write([Sample(load, ONE, at * MINUTE, 1000.0 + 100 * at) for at in range(3)])
    archive.write([Sample(load, labels(site="VPC0002"), 0, 500.0)])
    archive.maintain()
    ((_, total),) = rows(archive.history().values(load, BEGIN, BEGIN + HOUR, by=[]))
    assert total == 1100.0 + 500.0


CELLS = [labels(site="VPC0001", node="g", cell=name) for name in ("a", "b")]
ATTEMPTS, SUCCESSES = "lte_rrc_setup_attempts", "lte_rrc_setup_successes"


def test_a_ratio_divides_sums_once(archive: Archive) -> None:
    ratio = next(
        m for m in CATALOGUE if m.ratio and m.ratio.numerator == (SUCCESSES,) and not m.factors
    )
    counted = [(CELLS[0], 1000.0, 990.0), (CELLS[1], 10.0, 5.0)]
    for cell, attempts, successes in counted:
        archive.write([Sample(ATTEMPTS, cell, 15 * MINUTE, attempts, 900, 900.0)])
        archive.write([Sample(SUCCESSES, cell, 15 * MINUTE, successes, 900, 900.0)])
    archive.write([Sample(ATTEMPTS, CELLS[0], 30 * MINUTE, 0.0, 900, 900.0)])
    archive.maintain()
    history = archive.history({"VPC0001": "Xã Tam Đảo"})
    by_cell = rows(history.values(ratio.name, BEGIN, BEGIN + HOUR, by=["cell"]))
    assert [(cell, value) for cell, _, value in by_cell] == [("a", 0.99), ("b", 0.5)]
    by_area = rows(history.values(ratio.name, BEGIN, BEGIN + HOUR, by=["area"]))
    assert [(area, value) for area, _, value in by_area] == [("Xã Tam Đảo", 995 / 1010)]
    # Where nothing was attempted there is no ratio, neither 0 nor 1.
    quarters = rows(history.values(ratio.name, BEGIN, BEGIN + HOUR, 15 * MINUTE, by=["site"]))
    assert [at for _, at, _ in quarters] == [0]
    with pytest.raises(ValueError, match="say by which labels"):
        history.values(ratio.name, BEGIN, BEGIN + HOUR)


def test_a_product_multiplies_ratios_of_sums(archive: Archive) -> None:
    product = next(m for m in CATALOGUE if m.factors)
    factors = [CATALOGUE.metric(name).ratio for name in product.factors]
    assert all(factors)
    for ratio in factors:
        assert ratio is not None
        for name, value in ((ratio.numerator[0], 9.0), (ratio.denominator[0], 10.0)):
            archive.write([Sample(name, CELLS[0], 15 * MINUTE, value, 900, 900.0)])
    ((_, value),) = rows(archive.history().values(product.name, BEGIN, BEGIN + HOUR, by=[]))
    assert value == pytest.approx(0.9 ** len(factors))


def test_a_weighted_mean_weighs_by_the_other_metric_of_the_same_object(archive: Archive) -> None:
    metric = next(m for m in CATALOGUE if m.weight and m.name == "lte_prb_utilisation_ratio")
    assert metric.weight is not None
    for cell, used, blocks in ((CELLS[0], 0.5, 100.0), (CELLS[1], 0.2, 25.0)):
        archive.write([Sample(metric.name, cell, 15 * MINUTE, used, 900, 900.0)])
        archive.write([Sample(metric.weight, cell, 15 * MINUTE, blocks, 900, 900.0)])
    ((_, _, value),) = rows(archive.history().values(metric.name, BEGIN, BEGIN + HOUR, by=["site"]))
    assert value == pytest.approx((0.5 * 100 + 0.2 * 25) / 125)


def test_states_tell_how_long_and_leave_out_what_is_unknown(archive: Archive) -> None:
    archive.write([Sample(STATE, ONE, at * MINUTE, 1.0) for at in range(3)])
    archive.write([Sample(STATE, ONE, 10 * MINUTE, 4.0), Sample(STATE, ONE, 11 * MINUTE, 1.0)])
    for _ in range(2):
        found = rows(archive.history().states(STATE, BEGIN, BEGIN + HOUR, by=["site"]))
        # Float from 0 to 2, and for 3 minutes more: then nobody knew until 10.
        assert found == [("VPC0001", 0, 1, 300.0), ("VPC0001", 0, 4, 60.0)]
        archive.maintain()
    with pytest.raises(ValueError, match="is no state"):
        archive.history().states(LEVEL, BEGIN, BEGIN + HOUR)


def test_period_sums_add_up_in_the_hour_their_period_began(archive: Archive) -> None:
    archive.write([Sample(PERIOD_SUM, CELLS[0], 15 * MINUTE * n, n, 900, 900.0) for n in (95, 96)])
    for _ in range(2):
        found = rows(archive.history().values(PERIOD_SUM, BEGIN, BEGIN + 2 * DAY, DAY))
        assert [(at, value) for _, at, value in found] == [(0, 95.0 + 96.0)]
        archive.maintain()


def test_days_may_begin_at_local_midnight(archive: Archive) -> None:
    midnight = DAY - 7 * HOUR
    archive.write([Sample(COUNTER, ONE, at * HOUR, at * 1.0) for at in range(48)])
    archive.maintain()
    found = rows(archive.history().values(COUNTER, BEGIN + midnight, BEGIN + midnight + DAY, DAY))
    assert [(at, value) for _, at, value in found] == [(midnight, 24.0)]


def test_the_latest_value_of_every_series(archive: Archive) -> None:
    archive.write([Sample(LEVEL, ONE, at * MINUTE, 20.0 + at) for at in range(5)])
    archive.write([Sample(LEVEL, labels(site="VPC0002"), 2 * MINUTE, 18.0)])
    found = rows(archive.history().latest(LEVEL, BEGIN + 3 * MINUTE))
    assert [row[1:] for row in found] == [
        ("VPC0001", 3 * MINUTE, 23.0),
        ("VPC0002", 2 * MINUTE, 18.0),
    ]


def test_labels_narrow_what_is_asked_for(archive: Archive) -> None:
    for cell, value in zip(CELLS, (1.0, 2.0), strict=True):
        archive.write([Sample(POWER, cell, MINUTE, -value)])
    history = archive.history()
    cells = {"cell": ["b", "x"]}
    found = rows(history.values(POWER, BEGIN, BEGIN + HOUR, by=["cell"], where=cells))
    assert [(cell, value) for cell, _, value in found] == [("b", pytest.approx(-2.0))]
    assert history.values(POWER, BEGIN, BEGIN + HOUR, where={"site": "none"}).num_rows == 0
    with pytest.raises(ValueError, match="is no name of a label"):
        history.values(POWER, BEGIN, BEGIN + HOUR, where={"cell) --": "b"})


def test_steps_that_need_raw_samples_which_are_gone_are_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", Retention(raw_days=2))
    archive.write([Sample(LEVEL, ONE, at * MINUTE, 20.0) for at in range(60)])
    archive.at(5 * DAY)
    archive.maintain()
    history = archive.history()
    assert history.values(LEVEL, BEGIN, BEGIN + HOUR, HOUR).num_rows == 1
    with pytest.raises(ValueError, match="raw samples of 2026-01-01 are no longer kept"):
        history.values(LEVEL, BEGIN, BEGIN + HOUR, MINUTE)


def test_a_folder_without_an_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoArchive, match="there is no archive"):
        History(tmp_path / "none", CATALOGUE)
