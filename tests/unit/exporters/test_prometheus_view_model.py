"""The Prometheus view against the simplest thing that could be right, in any order of calls."""

from __future__ import annotations

from collections.abc import Generator

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from prometheus_client import CollectorRegistry

from exporters.exposition import TEXT
from exporters.prometheus import PrometheusView
from omc.core.clock import ManualClock
from omc.core.model import Batch, Series, SeriesTable
from tests.sample_data import make_series

_INTERVAL = 10.0
_LIFETIME = 3 * _INTERVAL
_TABLE = SeriesTable()
_SERIES = [make_series(_TABLE, f"metric_{name}", port=port) for name in "ab" for port in "xyz"]


class _View(RuleBasedStateMachine):
    """Remembers value, time and end of life of each series in a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.view = PrometheusView(self.clock, CollectorRegistry())
        self.expected: dict[Series, tuple[float, int, float]] = {}
        self.renderings: list[Generator[str]] = []

    @rule(
        samples=st.lists(
            st.tuples(st.sampled_from(_SERIES), st.integers(0, 9), st.integers(0, 40)), max_size=8
        ),
        source=st.sampled_from(["one", "two"]),
    )
    def observe(self, samples: list[tuple[Series, int, int]], source: str) -> None:
        batch = Batch(source, _INTERVAL)
        now = self.clock.monotonic()
        for series, value, age in samples:
            time_ms = self.clock.time_ms() - age * 1000
            batch.add(series, float(value), time_ms)
            _, shown_time, end = self.expected.get(series, (0.0, 0, 0.0))
            is_present = age * 1000 <= _LIFETIME * 1000
            if is_present and (time_ms >= shown_time or end < now):
                self.expected[series] = (float(value), time_ms, now + _LIFETIME)
        self.view.observe(batch)

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(series=st.sampled_from(_SERIES))
    def forget(self, series: Series) -> None:
        self.view.forget(series)
        self.expected.pop(series, None)

    @rule()
    def start_a_rendering(self) -> None:
        rendering = self.view.slices(TEXT)
        next(rendering, None)
        self.renderings.append(rendering)

    @precondition(lambda self: self.renderings)
    @rule(abandon=st.booleans())
    def end_a_rendering(self, abandon: bool) -> None:
        rendering = self.renderings.pop(0)
        if abandon:
            rendering.close()
            return
        lines = [x for x in "".join(rendering).splitlines() if not x.startswith("#")]
        assert len(lines) == len({line.partition(" ")[0] for line in lines})

    @invariant()
    def what_is_shown_is_what_is_expected(self) -> None:
        now = self.clock.monotonic()
        text = "".join(self.view.slices(TEXT))
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        fresh = [
            f"{series.key} {value:g}"
            for series, (value, _, end) in self.expected.items()
            if end >= now
        ]
        assert sorted(lines) == sorted(fresh)
        assert len(self.view) == len(fresh)
        families = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
        assert len(families) == len(set(families))


class _ScrapedRarely(_View):
    """The same without a rendering after every call, so that much changes between two."""

    @invariant()
    def what_is_shown_is_what_is_expected(self) -> None:
        """Left to the last step."""

    def teardown(self) -> None:
        super().what_is_shown_is_what_is_expected()


TestScrapedOften = _View.TestCase
TestScrapedOften.settings = settings(max_examples=60, stateful_step_count=30)
TestScrapedRarely = _ScrapedRarely.TestCase
TestScrapedRarely.settings = settings(max_examples=100, stateful_step_count=40)
