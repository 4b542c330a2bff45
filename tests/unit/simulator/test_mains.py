from omc.simulator.mains import MainsStory, merged
from omc.simulator.rhythm import DAY

NOW = 1_772_384_400.0


def test_the_same_seed_tells_the_same_failures() -> None:
    first = MainsStory(7).outages("08707", NOW, NOW + 90 * DAY)
    assert first == MainsStory(7).outages("08707", NOW, NOW + 90 * DAY)
    assert first != MainsStory(8).outages("08707", NOW, NOW + 90 * DAY)
    assert 3 <= len(first) <= 30


def test_a_window_shows_the_same_failures_as_a_larger_one() -> None:
    story = MainsStory(7)
    whole = story.outages("08707", NOW, NOW + 60 * DAY)
    start, end = whole[2]
    assert story.outages("08707", start + 1, start + 2) == [(start, end)]
    assert story.lost_since("08707", (start + end) / 2) == start
    assert story.lost_since("08707", end) is None


def test_an_injected_failure_is_told_and_healed_but_its_past_stays() -> None:
    story = MainsStory(7)
    quiet = next(
        code
        for code in ("08707", "08716", "08740", "08746")
        if not story.outages(code, NOW - 100, NOW + 5000)
    )
    story.inject(quiet, NOW, NOW + 1200)
    assert story.lost_since(quiet, NOW + 600) == NOW
    assert story.injected_at(NOW + 600) == [quiet]
    story.heal(NOW + 700)
    assert story.lost_since(quiet, NOW + 701) is None
    assert story.outages(quiet, NOW - 10, NOW + 5000) == [(NOW, NOW + 700)]
    assert story.injected_at(NOW + 701) == []


def test_overlapping_failures_become_one() -> None:
    assert merged([(5.0, 8.0), (1.0, 3.0), (2.0, 4.0), (8.0, 9.0)]) == [(1.0, 4.0), (5.0, 9.0)]
