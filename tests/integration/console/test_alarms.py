"""What operators do about alarms: from the map to an acknowledged root cause, and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.integration.console.conftest import Screen, serious_findings
from tests.integration.console.watched_province import WatchedProvince


@pytest.fixture(scope="module")
def span(province: WatchedProvince) -> Iterator[str]:
    """A cable that is cut, and known to be, for the length of this module."""
    name = max(name for name in province.inventory.spans if name.startswith("SP-"))
    province.cut(name)
    province.wait_until(lambda: key_of(name) in {a["key"] for a in province.alarms()}, 180)
    yield name
    province.heal()


def key_of(span: str) -> str:
    return f'fibre_cut{{span="{span}"}}'


def test_the_overview_tells_of_a_cut_cable(operator: Screen, span: str) -> None:
    page = operator.page
    operator.open("/")
    root = page.locator(".alarm-row", has_text=span)
    expect(root).to_contain_text("Fibre cut")
    expect(page.locator(".figure.critical").first).to_be_visible()
    expect(page.locator(".change-list")).to_contain_text(span)
    assert operator.complaints == []


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


def test_a_viewer_cannot_acknowledge_not_even_by_force(screen: Screen, span: str) -> None:
    page = screen.page
    page.goto(f"/alarms?key={quote(key_of(span))}")
    screen.log_in("minh")
    screen.wait_until_live()
    expect(page.locator(".actions button.primary")).to_be_disabled()
    expect(page.locator(".actions")).to_contain_text("Ask an operator")
    before = page.locator(".history li").count()
    page.evaluate(
        """() => {
            const form = document.querySelector("form.actions");
            getElement(form.id.slice(1)).$emit("act", {deed: "comment", note: "mine", hours: 0});
        }"""
    )
    page.wait_for_timeout(500)
    assert page.locator(".history li").count() == before
    assert "mine" not in page.locator(".history").inner_text()


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
