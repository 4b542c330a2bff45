"""The overview as an operator uses it: looking, searching, being told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.integration.console.conftest import Screen, serious_findings
from tests.integration.console.watched_province import WatchedProvince

#: In which part of the page the focus is, and whether people see it there.
WHERE_THE_KEYBOARD_IS = """() => {
    const at = document.activeElement;
    if (at === document.body) return {region: "end", seen: false};
    const box = at.getBoundingClientRect(), style = getComputedStyle(at);
    const region = at.closest(".skip, .rail, .bar, main");
    return {
        region: region.className.split(" ").find((name) => ["skip", "rail", "bar"].includes(name))
            || region.tagName.toLowerCase(),
        seen: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"
            && box.width > 0 && box.top >= 0 && box.left >= 0 && box.top < innerHeight,
    };
}"""


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


def test_an_open_page_goes_on_by_itself_after_a_restart_of_the_service(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/")
    page.evaluate("window.wasThereBefore = true")
    province.restart()
    page.wait_for_function("!window.wasThereBefore && window.omc?.alive === true", timeout=60_000)
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator(".who b")).to_have_text("lan")
    sites = len(province.inventory.sites)
    expect(page.locator(".figure").first).to_contain_text(f"{sites}/ {sites}", timeout=60_000)


def test_the_keyboard_goes_everywhere_in_order_and_is_always_seen(operator: Screen) -> None:
    page = operator.page
    operator.open("/")
    page.wait_for_selector(".site-map[data-ready]")
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(WHERE_THE_KEYBOARD_IS))
        if passed[-1]["region"] == "end":
            break
    assert passed[0] == {"region": "skip", "seen": True}
    assert all(place["seen"] for place in passed[:-1])
    regions = [place["region"] for place in passed]
    assert list(dict.fromkeys(regions)) == ["skip", "rail", "bar", "main", "end"]
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE_THE_KEYBOARD_IS)["region"] == "main"
    assert operator.complaints == []


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
