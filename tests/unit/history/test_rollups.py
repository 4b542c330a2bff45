"""Stored roll-ups are what a second, simple implementation makes of the same samples."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from omc.history.layout import ROLLED_UP, Resolution
from omc.history.manifest import Manifest
from omc.history.views import open_for_reading
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
    Bucket,
    Sample,
    labels,
    roll_up,
)

SITES = ("VPC0001", "Trạm Tam Đảo")
VALUES = {
    COUNTER: st.one_of(st.integers(0, 2**32), st.integers(0, 50)).map(float),
    STATE: st.integers(0, 5).map(float),
    LEVEL: st.floats(-40, 90, width=32),
    POWER: st.floats(-120, -60, width=32),
    PERIOD_SUM: st.integers(0, 1000).map(float),
}
#: Times crowd around the edges of buckets and days.
TIMES = st.one_of(
    st.integers(0, 4 * DAY - 1),
    st.sampled_from([0, DAY, 2 * DAY, 3 * DAY, DAY + HOUR, 2 * DAY + 5 * MINUTE]).flatmap(
        lambda edge: st.integers(max(0, edge - 3), edge + 3)
    ),
)


@st.composite
def samples_of(draw: st.DrawFn, metric: str) -> list[Sample]:
    one = st.builds(
        Sample,
        metric=st.just(metric),
        labels=st.sampled_from(SITES).map(lambda site: labels(site=site, node=f"{site}-1")),
        at=TIMES.map(lambda at: at - at % (15 * MINUTE) + DAY) if metric == PERIOD_SUM else TIMES,
        value=VALUES[metric],
        interval=st.sampled_from([60.0, 900.0]),
        period=st.just(900.0 if metric == PERIOD_SUM else None),
    )
    return draw(st.lists(one, min_size=1, max_size=40, unique_by=lambda one: (one.labels, one.at)))


def stored(folder: Path, resolution: Resolution) -> dict[tuple[Any, int], dict[str, Any]]:
    """Rows of the roll-ups on disk, by labels and milliseconds after New Year."""
    manifest = Manifest(folder)
    named = {
        row["series"]: tuple(sorted(row["labels"]))
        for file in manifest.files(["series"])
        for row in pq.read_table(folder / file.path).to_pylist()
    }
    found = {}
    for file in manifest.files(["day", "month"], resolution):
        for row in pq.read_table(folder / file.path).to_pylist():
            at = round(row["time"].timestamp() * 1000) - NEW_YEAR_MS
            key = (named[row["series"]], at)
            assert key not in found
            found[key] = row
    return found


def rows_of_views(folder: Path) -> dict[Resolution, list[dict[str, Any]]]:
    """What the views of roll-ups show, by metric and time."""
    with open_for_reading(folder, CATALOGUE, zone="UTC") as connection:
        return {
            one: connection.sql(f"SELECT * FROM samples_{one} ORDER BY metric, site, time")  # noqa: S608
            .to_arrow_table()
            .to_pylist()
            for one in ROLLED_UP
        }


def by_labels(rows: list[dict[str, Any]]) -> dict[tuple[Any, int], dict[str, Any]]:
    """Rows of a view of roll-ups as `stored` has them."""
    return {
        (tuple(sorted(row["labels"])), round(row["time"].timestamp() * 1000) - NEW_YEAR_MS): row
        for row in rows
    }


def see_that_they_agree(
    found: dict[tuple[Any, int], dict[str, Any]], expected: dict[tuple[Any, int], Bucket]
) -> None:
    assert set(found) == set(expected)
    wrong = [key for key in expected if not agree(found[key], expected[key])]
    assert not wrong, [(found[key], expected[key]) for key in wrong]


def agree(row: dict[str, Any], bucket: Bucket) -> bool:
    low = None if math.isinf(bucket.low) else bucket.low
    high = None if math.isinf(bucket.high) else bucket.high
    return (
        row["count"] == bucket.count
        and row["last"] == bucket.last
        and row["min"] == pytest.approx(low)
        and row["max"] == pytest.approx(high)
        and row["sum"] == pytest.approx(bucket.sum)
        and (row["seconds"] or 0.0) == pytest.approx(bucket.seconds)
        and dict(row["states"] or []) == pytest.approx(bucket.states)
    )


@pytest.mark.parametrize("metric", [COUNTER, STATE, LEVEL, POWER, PERIOD_SUM])
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_roll_ups_equal_a_second_implementation(metric: str, data: st.DataObject) -> None:
    """In any order, in any pieces, with repetitions, maintained at any moments between."""
    samples = data.draw(samples_of(metric))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(samples)), max_size=3)))
    pieces = [samples[a:b] for a, b in zip([0, *cuts], [*cuts, len(samples)], strict=True)]
    repeated = data.draw(st.lists(st.sampled_from(samples), max_size=5))
    with tempfile.TemporaryDirectory() as name:
        archive = Archive(Path(name) / "archive")
        archive.at(5 * DAY)
        for piece in [*pieces, repeated]:
            if piece:
                archive.write(piece)
            if data.draw(st.booleans()):
                archive.maintain(everything=True)
        expected = {r: roll_up([*samples, *repeated], r.step_ms) for r in ROLLED_UP}
        for resolution, rows in rows_of_views(archive.folder).items():
            see_that_they_agree(by_labels(rows), expected[resolution])
        archive.maintain(everything=True)
        for resolution in ROLLED_UP:
            see_that_they_agree(stored(archive.folder, resolution), expected[resolution])


def test_views_show_roll_ups_of_all_metrics_before_and_after_their_day_is_closed(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.at(2 * DAY)
    site = labels(site="VPC0001", node="VPC0001-1")
    for name, values in {
        COUNTER: (7.0, 9.0, 2.0),
        STATE: (1.0, 2.0, 1.0),
        LEVEL: (1.0,) * 3,
    }.items():
        times = (DAY - MINUTE, DAY + MINUTE, DAY + 6 * MINUTE)
        archive.write(
            Sample(name, site, at, value) for at, value in zip(times, values, strict=True)
        )
    before = rows_of_views(archive.folder)
    archive.maintain(everything=True)
    assert rows_of_views(archive.folder) == before
    counted = [row["sum"] for row in before[Resolution.FIVE_MINUTES] if row["metric"] == COUNTER]
    assert counted == [0.0, 2.0, 2.0]  # nothing before; over midnight; a restart
