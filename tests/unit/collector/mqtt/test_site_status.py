from __future__ import annotations

from collector.mqtt.site_status import HeldStates
from omc.core.model import Batch, Event, EventKind, Series, SeriesTable
from tests.unit.collector.mqtt.reading import NOW_MS, catalogue


class _Watch:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.states = HeldStates("mqtt:test", 60.0, self.events.append)
        self.table = SeriesTable()

    def series(self, site: str = "VPH0123") -> Series:
        labels = {"site": site, "node": "gw-1"}
        return self.table.intern(catalogue().metric("site_online"), labels)

    def hear(self, code: float, *, retained: bool = False, now_ms: int = NOW_MS) -> None:
        batch = Batch("mqtt:test", 60.0)
        batch.add(self.series(), code, now_ms)
        self.states.update([batch], retained=retained, now_ms=now_ms)

    @property
    def told(self) -> list[str]:
        return [event.text for event in self.events]


def test_a_change_is_an_event_that_says_who_and_what() -> None:
    watch = _Watch()
    watch.hear(1)
    watch.hear(0, now_ms=NOW_MS + 5)
    (event,) = watch.events
    assert event == Event(
        EventKind.SITE_STATUS,
        "mqtt:test",
        NOW_MS + 5,
        (("node", "gw-1"), ("site", "VPH0123")),
        "offline",
    )


def test_the_same_state_again_is_no_event() -> None:
    watch = _Watch()
    for code in (1, 1, 0, 0, 1, 1):
        watch.hear(code)
    assert watch.told == ["offline", "online"]


def test_a_site_that_is_first_heard_of_when_it_goes_is_an_event() -> None:
    watch = _Watch()
    watch.hear(0)
    assert watch.told == ["offline"]


def test_a_retained_state_is_no_news_unless_it_differs_from_what_we_knew() -> None:
    watch = _Watch()
    watch.hear(0, retained=True)
    watch.hear(0, retained=True)
    assert watch.told == []
    watch.hear(1, retained=True)
    assert watch.told == ["online"]


def test_states_are_repeated_every_interval_with_the_time_of_the_repetition() -> None:
    watch = _Watch()
    assert watch.states.due(NOW_MS) is None
    watch.hear(1)
    batch = watch.states.due(NOW_MS)
    assert batch is not None
    assert (list(batch.values), list(batch.times), batch.interval) == ([1.0], [NOW_MS], 60.0)
    assert watch.states.due(NOW_MS + 59_999) is None
    again = watch.states.due(NOW_MS + 60_000)
    assert again is not None
    assert list(again.times) == [NOW_MS + 60_000]


def test_a_site_that_left_is_repeated_no_more() -> None:
    watch = _Watch()
    watch.hear(1)
    watch.states.forget(watch.series())
    assert watch.states.due(NOW_MS) is None
