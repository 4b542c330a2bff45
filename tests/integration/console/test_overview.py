"""The overview as an operator uses it: looking, searching, being told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.integration.console.conftest import Screen, serious_findings
from tests.integration.console.watched_province import WatchedProvince


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everybody_can_use_it(
    operator: Screen, province: WatchedProvince, language: str, theme: str
) -> None:
    page = operator.page
    for name, value in (("omc_language", language), ("omc_theme", theme)):
        page.context.add_cookies([{"name": name, "value": value, "url": province.url}])
    operator.open("/")
    page.wait_for_selector(".site-map[data-ready]")
    assert serious_findings(operator) == []
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.dataset.shade") == theme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert operator.complaints == []


def test_search_finds_by_key_and_goes_there(operator: Screen, province: WatchedProvince) -> None:
    operator.open("/")
    page, site = operator.page, next(iter(province.inventory.sites.values()))
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(site.code.lower())
    expect(page.locator("#search-results li").first).to_contain_text(site.name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{site.code}**")


def test_theme_and_language_are_switched_and_kept(operator: Screen) -> None:
    operator.open("/")
    page = operator.page
    before = page.evaluate("document.documentElement.dataset.shade")
    page.keyboard.press("t")
    after = page.evaluate("document.documentElement.dataset.shade")
    assert {before, after} == {"dark", "light"}
    page.click(".tools [data-language=vi]")
    expect(page).to_have_title("Tổng quan · OMC")
    operator.wait_until_live()
    assert page.evaluate("document.documentElement.dataset.shade") == after


def test_the_title_counts_criticals_that_nobody_has_taken(operator: Screen) -> None:
    operator.open("/")
    beat = (
        "(count) => {omc.beat({open_criticals: count, newest_critical: 0}); return document.title}"
    )
    assert operator.page.evaluate(beat, 3) == "(3) Overview · OMC"
    assert operator.page.evaluate(beat, 12) == "(12) Overview · OMC"
    assert operator.page.evaluate(beat, 0) == "Overview · OMC"


def test_a_picture_that_is_old_says_so_until_it_lives_again(
    operator: Screen, province: WatchedProvince
) -> None:
    operator.page.clock.install()
    operator.open("/")
    banner = operator.page.locator("#stale")
    expect(banner).to_be_hidden()
    with province.unheard():
        operator.page.clock.fast_forward(10_000)
        expect(banner).to_be_hidden()
        operator.page.clock.fast_forward(6_000)
        expect(banner).to_contain_text("What you see is from")
        expect(banner).to_be_visible()
    expect(banner).to_be_hidden(timeout=60_000)


def test_the_keyboard_explains_itself(operator: Screen) -> None:
    operator.open("/")
    operator.page.keyboard.press("?")
    expect(operator.page.locator("#help")).to_contain_text("Search")
    operator.page.keyboard.press("Escape")
    expect(operator.page.locator("#help")).to_be_hidden()


def test_the_name_of_a_commune_is_text_and_never_runs(operator: Screen) -> None:
    page, name = operator.page, "<b>Xã</b> <img src=x onerror=\"document.title = 'stolen'\">"

    def rename(route: Route) -> None:
        geometry = route.fetch().json()
        for area in geometry["areas"]:
            area["name"] = name
        route.fulfill(json=geometry)

    page.set_viewport_size({"width": 1920, "height": 2000})  # room for the names of areas
    page.route("**/geometry.json*", rename)
    operator.open("/")
    page.wait_for_selector(".site-map[data-ready]")
    expect(page.locator(".area-label").first).to_have_text(name)
    expect(page.locator(".area-label img")).to_have_count(0)
    assert operator.complaints == []
