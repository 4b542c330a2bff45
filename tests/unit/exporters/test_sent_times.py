"""What is kept back from a receiver that takes samples in order only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporters.sent_times import SentTimes
from omc.core.model import Batch, SeriesTable
from tests.sample_data import NEW_YEAR_MS, make_batch, make_series, numbered_batch

_TABLE = SeriesTable()
_VOLTS = make_series(_TABLE, "volts")
_UP = make_series(_TABLE, "up")


def test_nothing_is_late_before_anything_was_sent() -> None:
    batch = numbered_batch(_VOLTS, [3, 1, 2])
    assert SentTimes().without_late([batch]) == [batch]


def test_what_is_older_than_what_was_sent_of_its_series_is_late() -> None:
    sent = SentTimes()
    sent.add([numbered_batch(_VOLTS, [1, 5, 3])])
    mixed = numbered_batch(_VOLTS, [4, 5, 6])
    mixed.add(_UP, 7.0, NEW_YEAR_MS)
    (kept,) = sent.without_late([mixed, numbered_batch(_VOLTS, [2])])
    assert list(kept.values) == [5.0, 6.0, 7.0]
    assert list(kept.series) == [_VOLTS, _VOLTS, _UP]
    assert list(kept.times) == [NEW_YEAR_MS + 5, NEW_YEAR_MS + 6, NEW_YEAR_MS]


def test_what_was_not_taken_may_be_sent_again() -> None:
    sent = SentTimes()
    batch = make_batch({_VOLTS: 1.0})
    assert sent.without_late([batch]) == [batch]
    assert sent.without_late([batch]) == [batch]


def test_the_newest_time_of_a_series_is_known() -> None:
    sent = SentTimes()
    assert sent.newest(_VOLTS) is None
    sent.add([numbered_batch(_VOLTS, [1, 3, 2])])
    assert sent.newest(_VOLTS) == NEW_YEAR_MS + 3
    assert sent.newest(_UP) is None


def test_a_forgotten_series_leaves_nothing_to_the_one_that_gets_its_number() -> None:
    table, sent = SeriesTable(), SentTimes()
    table.on_forget(sent.forget)
    old = make_series(table, "old")
    sent.add([numbered_batch(old, [5])])
    table.forget(old)
    new = make_series(table, "new")
    assert new.number == old.number
    batch = numbered_batch(new, [1])
    assert sent.without_late([batch]) == [batch]
    sent.add([batch])
    assert (sent.newest(old), sent.newest(new)) == (None, NEW_YEAR_MS + 1)


@given(st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=6), max_size=6))
def test_every_series_only_ever_goes_forward(requests: list[list[tuple[bool, int]]]) -> None:
    sent = SentTimes()
    newest: dict[str, int] = {}
    for rows in requests:
        batch = Batch("test", 60.0)
        for is_volts, at in rows:
            batch.add(_VOLTS if is_volts else _UP, float(at), NEW_YEAR_MS + at)
        kept = sent.without_late([batch])
        expected = [
            at for is_volts, at in rows if at >= newest.get("volts" if is_volts else "up", 0)
        ]
        assert [value for one in kept for value in one.values] == expected
        sent.add(kept)
        for one in kept:
            for series, value in zip(one.series, one.values, strict=True):
                newest[series.key] = max(newest.get(series.key, 0), int(value))
