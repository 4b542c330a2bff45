"""What operators do about alarms: from the map to an acknowledged root cause, and who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.console.conftest import Screen, serious_findings
from tests.integration.console.watched_province import WALL_TOKEN, WatchedProvince

#: How names of cables begin: those that sites hang on, and those of rings.
KINDS = ("SP-", "RG-")
#: Switches the sound on, and counts what is played: a signal is three tones.
COUNT_TONES = """
    localStorage.setItem("omc-sound", "on");
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
        window.tones += 1;
        return start.apply(this, when);
    };
"""

#: Draws the map anew, the cut cables before the sites; the dashes with which circles were drawn.
DASHES_OF_ARCS = """async () => {
    const dashes = [], kind = CanvasRenderingContext2D.prototype, arc = kind.arc;
    kind.arc = function (...at) {
        dashes.push(this.getLineDash().length);
        return arc.apply(this, at);
    };
    getElement(document.querySelector(".site-map").id.slice(1)).patch({});
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    kind.arc = arc;
    return dashes;
}"""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Cables that were cut while a wall screen with its sound on was there to hear it.

    Attributes:
        span: One that sites hang on: the alarm is critical.
        of_ring: One that has another way round: it is not.
        wall: The screen.
    """

    span: str
    of_ring: str
    wall: Screen


@pytest.fixture(scope="module")
def cuts(browser: Browser, province: WatchedProvince) -> Iterator[Cuts]:
    """They are cut, and known to be, for the length of this module."""
    wall = Screen.in_front_of(browser.new_context(base_url=province.url))
    wall.page.add_init_script(COUNT_TONES)
    wall.page.goto(f"/enter?token={WALL_TOKEN}")
    wall.wait_until_live()
    spans = province.inventory.spans
    span, of_ring = (max(name for name in spans if name.startswith(kind)) for kind in KINDS)
    for name in (span, of_ring):
        province.cut(name)
    wanted = {key_of(span), key_of(of_ring)}
    province.wait_until(lambda: wanted <= {a["key"] for a in province.alarms()}, 180)
    yield Cuts(span, of_ring, wall)
    wall.page.context.close()
    province.heal()


@pytest.fixture
def span(cuts: Cuts) -> str:
    """The one that sites hang on."""
    return cuts.span


def key_of(span: str) -> str:
    return f'fibre_cut{{span="{span}"}}'


def test_a_new_critical_is_heard_once_and_an_old_one_never(
    cuts: Cuts, province: WatchedProvince
) -> None:
    page = cuts.wall.page
    page.wait_for_function("window.tones > 0")
    (raised,) = (a["raised_ms"] for a in province.alarms() if a["key"] == key_of(cuts.span))
    told_again = f"omc.beat({{open_criticals: 1, newest_critical: {raised}}})"
    page.evaluate(told_again)
    assert page.evaluate("window.tones") == 3
    cuts.wall.open("/alarms")
    page.evaluate(told_again)
    assert page.evaluate("window.tones") == 0
    page.evaluate(told_again.replace(str(raised), str(raised + 1)))
    assert page.evaluate("window.tones") == 3
    assert cuts.wall.complaints == []


def test_a_ring_is_drawn_open_where_its_cable_is_cut(operator: Screen, cuts: Cuts) -> None:
    page = operator.page
    operator.open("/fibre")
    ring = page.locator(".ring").first
    expect(ring).to_contain_text(f"open at {cuts.of_ring}")
    expect(ring.locator(".ring-span.cut")).to_have_count(1)
    expect(ring.locator(".ring-span.cut use")).to_have_attribute("href", re.compile("#shape-"))
    ring.locator(".ring-span.cut").click(force=True)
    expect(page.locator(".detail h2")).to_contain_text("Fibre cut")
    assert operator.complaints == []


def test_an_alarm_is_given_to_somebody_and_who_was_told_is_listed(
    operator: Screen, span: str, province: WatchedProvince
) -> None:
    page, key = operator.page, key_of(span)
    operator.open(f"/alarms?key={quote(key)}")
    page.get_by_label("Assign to").select_option("lan")
    expect(page.locator(".facts")).to_contain_text("Assigned tolan")
    (alarm,) = (a for a in province.alarms() if a["key"] == key)
    assert alarm["assigned"] == "lan"
    page.get_by_label("Assign to").select_option("nobody")
    expect(page.locator(".facts")).not_to_contain_text("Assigned to")
    expect(page.locator(".told")).to_contain_text("tickets · it began", timeout=60_000)
    expect(page.locator(".told .shape.major").first).to_be_visible()  # nobody listens there
    assert operator.complaints == []


def test_an_alarm_is_cleared_by_hand_at_the_second_click(
    operator: Screen, cuts: Cuts, province: WatchedProvince
) -> None:
    page = operator.page
    key = next(a["key"] for a in province.alarms() if a["rule"] == "interface_down")
    operator.open(f"/alarms?key={quote(key)}")
    page.get_by_label("What do you know?").fill("đo lại")
    page.get_by_role("button", name="Clear by hand").click()
    page.get_by_role("button", name="Really clear it?").click()
    expect(page.locator(".history")).to_contain_text("over · lan")
    expect(page.locator(".history")).to_contain_text("đo lại")
    assert operator.complaints == []


def test_the_overview_tells_of_a_cut_cable(operator: Screen, span: str) -> None:
    page = operator.page
    operator.open("/")
    root = page.locator(".alarm-row", has_text=span)
    expect(root).to_contain_text("Fibre cut")
    expect(page.locator(".figure.critical").first).to_be_visible()
    expect(page.locator(".change-list")).to_contain_text(span)
    assert operator.complaints == []


def test_marks_of_sites_are_whole_beside_a_cut_cable_that_is_dashed(
    operator: Screen, span: str
) -> None:
    page = operator.page
    operator.open("/")
    page.wait_for_selector(".site-map[data-ready]")
    drawn = page.evaluate(DASHES_OF_ARCS)
    assert len(drawn) > 10
    assert set(drawn) == {0}


def test_from_the_map_to_an_acknowledged_root_cause_in_two_clicks(
    operator: Screen, span: str, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open(f"/?focus={span}")
    page.wait_for_selector(".site-map[data-ready]")
    at = page.evaluate(
        """(span) => {
            const map = getElement(document.querySelector(".site-map").id.slice(1));
            return map.screenPoint("spans", span);
        }""",
        span,
    )
    page.mouse.click(at["x"], at["y"])  # the first click
    expect(page.locator(".detail h2")).to_have_text("Fibre cut")
    expect(page.locator(".next-step")).to_contain_text("OTDR")
    page.get_by_label("What do you know?").fill("đội 3 đang đến")
    page.get_by_role("button", name="Acknowledge", exact=True).click()  # the second
    expect(page.locator(".alarm-list .tag.ack")).to_have_text("✓ lan")
    expect(page.locator(".history")).to_contain_text("đội 3 đang đến")
    (alarm,) = (a for a in province.alarms() if a["key"] == key_of(span))
    assert alarm["acknowledged"]["who"] == "lan"
    assert operator.complaints == []


def test_lines_are_walked_and_opened_with_keys(operator: Screen, span: str) -> None:
    page = operator.page
    operator.open("/alarms")
    expect(page.locator(".alarm-row", has_text=span)).to_be_visible()
    rows = page.locator(".alarm-row")
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.first).to_be_focused()
    title = rows.first.locator("b").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2")).to_have_text(title)
    assert operator.complaints == []


def test_what_a_root_explains_unfolds_beneath_it(operator: Screen, span: str) -> None:
    page = operator.page
    operator.open(f"/alarms?key={quote(key_of(span))}")
    page.locator(".unfold").first.click()
    expect(page.locator(".alarm-list .child").first).to_be_visible()
    assert serious_findings(operator) == []
    page.locator(".unfold").first.click()
    expect(page.locator(".alarm-list .child")).to_have_count(0)
    assert operator.complaints == []


def test_a_filter_stands_in_the_address_and_can_be_sent_on(
    operator: Screen, span: str, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/alarms")
    severity = next(a["severity"] for a in province.alarms() if a["key"] == key_of(span))
    page.locator(f".filters .chip.{severity}").click()
    expect(page.locator(f".alarm-list li.{severity}")).not_to_have_count(0)
    expect(page.locator(f".alarm-list li:not(.{severity})")).to_have_count(0)
    page.get_by_label("Search in these alarms").fill(span)
    expect(page).to_have_url(f"/alarms?severity={severity}&q={span}")
    operator.open(page.url)
    expect(page.locator(".alarm-row")).to_have_count(1)
    chip = page.locator(f".filters .chip.{severity}")
    expect(chip).to_have_attribute("aria-pressed", "true")


def test_a_viewer_cannot_acknowledge_not_even_by_force(
    screen: Screen, span: str, province: WatchedProvince
) -> None:
    page = screen.page
    page.goto(f"/alarms?key={quote(key_of(span))}")
    screen.log_in("minh")
    screen.wait_until_live()
    expect(page.locator(".actions button.primary")).to_be_disabled()
    expect(page.locator(".actions")).to_contain_text("Ask an operator")
    page.evaluate(
        """() => {
            const form = getElement(document.querySelector("form.actions").id.slice(1));
            for (const deed of ["comment", "assign", "clear", "acknowledge"]) {
                form.$emit("act", {deed, note: "mine", to: "minh", hours: 0});
            }
        }"""
    )
    page.reload()  # which the service does after what was asked before
    screen.wait_until_live()
    expect(page.locator(".history li").first).to_be_visible()
    assert "mine" not in page.locator(".history").inner_text()
    (alarm,) = (a for a in province.alarms() if a["key"] == key_of(span))
    assert (alarm["assigned"], alarm["cleared_ms"]) == (None, None)


def test_a_place_is_silenced_and_heard_again(operator: Screen, span: str) -> None:
    page = operator.page
    operator.open(f"/alarms?key={quote(key_of(span))}")
    page.get_by_label("Silence the place").select_option("1")
    expect(page.locator(".actions")).to_contain_text("Silenced")
    expect(page.locator(".alarm-row", has_text=span)).to_have_count(0)
    operator.open("/alarms")
    expect(page.locator(".windows li")).to_contain_text(span)
    page.locator(".windows button").click()
    expect(page.locator(".alarm-row", has_text=span)).to_be_visible()
    assert operator.complaints == []


def test_what_is_mended_vanishes_from_open_pages(
    operator: Screen, span: str, province: WatchedProvince
) -> None:
    operator.open("/")
    root = operator.page.locator(".alarm-row", has_text=span)
    expect(root).to_be_visible()
    province.heal()
    expect(root).to_be_hidden(timeout=180_000)
    assert operator.complaints == []
