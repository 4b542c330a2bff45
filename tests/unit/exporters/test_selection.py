"""Batches without some of their samples."""

from __future__ import annotations

from exporters.selection import selected, until
from omc.core.model import Batch, SeriesTable
from tests.sample_data import NEW_YEAR_MS, column_lengths_agree, make_series, numbered_batch

_VOLTS = make_series(SeriesTable(), "volts")


def test_all_columns_keep_the_same_samples() -> None:
    batch = Batch("test", 60.0, origins=[])
    for n in range(4):
        batch.add(_VOLTS, float(n), NEW_YEAR_MS + n, f"1.3.{n}")
    kept = selected(batch, [True, False, False, True])
    assert column_lengths_agree(kept)
    assert (list(kept.values), kept.origins) == ([0.0, 3.0], ["1.3.0", "1.3.3"])
    assert len(batch) == 4


def test_what_is_after_a_time_is_left_out_and_the_rest_is_not_copied() -> None:
    early, mixed, late = (numbered_batch(_VOLTS, v) for v in ([1, 2], [2, 3], [4]))
    kept = until([early, mixed, late, Batch("test", 60.0)], NEW_YEAR_MS + 2)
    assert kept[0] is early
    assert [list(batch.values) for batch in kept] == [[1.0, 2.0], [2.0]]
