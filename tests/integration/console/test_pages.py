"""Every page on a running province: there is data on it, anybody can read it, nothing complains."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.integration.console.conftest import Screen, serious_findings
from tests.integration.console.watched_province import WatchedProvince

#: What has to be seen on each, once the province has been polled.
PAGES = {
    "/": ".alarm-list, .empty b",
    "/alarms": ".filters .chip",
    "/time-to-dark": ".figure-value",
    "/collectors": ".panel-slow tbody tr",
    "/explore?metric=dc_bus_voltage_volts&by=site": "tbody tr",
    "/planned-work": ".work-form",
    "/traps": ".figure-value",
    "/reports": ".hint",
    "/fibre": ".ring-picture",
    "/site/{site}": ".panel-power tbody tr",
    "/area/{area}": "tbody tr",
}


#: What a laptop's screen of 1366x768 shows at a zoom of 200 %.
HALF = ViewportSize(width=683, height=384)


def address(path: str, province: WatchedProvince) -> str:
    site = next(iter(province.inventory.sites.values()))
    return path.format(site=site.code, area=site.area)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_what_there_is_and_everybody_can_read_it(
    operator: Screen, province: WatchedProvince, path: str
) -> None:
    page = operator.page
    operator.open(address(path, province))
    expect(page.locator(PAGES[path]).first).to_be_visible(timeout=60_000)
    for _ in range(2):
        assert serious_findings(operator) == [], page.evaluate("document.documentElement.dataset")
        page.keyboard.press("t")  # dark, and light
    page.set_viewport_size(HALF)
    for what in ("document.documentElement", "document.querySelector('.page')"):
        page.wait_for_function(f"{what}.scrollWidth <= innerWidth")  # charts follow a moment later
    last = page.locator(".page .panel:visible, .page form:visible, .page .empty:visible").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    assert operator.complaints == []


def test_every_chart_of_a_site_has_a_past(operator: Screen, province: WatchedProvince) -> None:
    page = operator.page
    site = next(s for s in province.inventory.cells_of)

    def has_lines() -> bool:
        operator.open(f"/site/{site}")
        page.wait_for_function(
            """() => [...document.querySelectorAll(".chart-message")]
                .every((message) => !message.textContent.includes("Reading"))"""
        )
        page.wait_for_timeout(300)
        return page.locator(".chart").count() > page.locator(".chart-message").count() + 4

    province.wait_until(has_lines, 120)
    assert "7" in page.get_by_role("button", name="7 days").inner_text()
    page.get_by_role("button", name="7 days").click()
    expect(page).to_have_url(f"/site/{site}?range=7d")
    assert operator.complaints == []


def test_radio_shows_kpis_of_communes_and_cells(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page

    def is_measured() -> bool:
        operator.open("/radio")
        expect(page.get_by_text("The last 24 hours")).to_be_visible()
        return page.locator(".panel-areas tbody tr").count() > 0

    province.wait_until(is_measured, 120)
    expect(page.locator(".panel-areas tbody")).to_contain_text("%")
    expect(page.locator(".heat tbody td span").first).to_be_visible()
    first = page.locator(".panel-worst tbody tr").first
    expect(first.get_by_role("link")).to_have_attribute("href", re.compile("/site/"))
    assert serious_findings(operator) == []
    assert operator.complaints == []


def test_fibre_tells_how_full_cables_are_and_how_much_light_they_have_to_spare(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/fibre")
    span = page.locator(".panel-spans tbody tr").first
    both = re.compile(r"^-?[\d.]+( %)? / -?[\d.]+( %)?$")
    for column in (4, 5, 6, 7):  # in use, Gbit/s, received, margin
        expect(span.locator("td").nth(column)).to_have_text(both, timeout=60_000)
    expect(page.locator(".panel-foot")).to_contain_text("ITU-T G.652")
    pon = page.locator(".panel-pon_list tbody tr").first.get_by_role("link").first
    expect(pon).to_be_visible(timeout=60_000)
    pon.click()
    expect(page.locator(".answer")).to_contain_text("alone")
    trend = page.locator(".panel-trends tbody tr").first
    expect(trend).to_contain_text(province.fading)
    expect(trend).to_contain_text("-3.0 dB")
    expect(trend.locator(".trend polyline")).to_be_visible()
    assert operator.complaints == []


def test_a_trap_that_nobody_has_declared_is_counted(
    operator: Screen, province: WatchedProvince
) -> None:
    node = next(node for node in province.inventory.nodes.values() if node.address)
    operator.open("/traps")
    expect(operator.page.locator(".table-box")).to_contain_text("No trap")
    assert node.address is not None
    for _ in range(2):
        province.send_trap(node.address, "1.3.6.1.4.1.99999", 7)
    operator.open("/traps?unknown=1")
    row = operator.page.locator("tbody tr")
    expect(row).to_contain_text("1.3.6.1.4.1.99999.0.7")
    expect(row).to_contain_text(node.name)
    expect(row).to_contain_text("not declared")
    expect(row.locator("td").nth(4)).to_have_text("2")
    assert operator.complaints == []


def test_work_is_announced_for_later_listed_and_called_off(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    site = next(iter(province.inventory.sites.values()))
    operator.open("/planned-work")
    page.get_by_role("button", name="Announce").click()
    expect(page.locator(".work-form")).to_contain_text("Say where")
    begins = page.get_by_label("From", exact=True)
    expect(begins).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d \d\d:00$"))
    begins.fill("31/02/2030 08:00")
    begins.blur()
    expect(begins).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Where").fill(site.name)
    page.locator(".work-hits button").first.click()
    page.get_by_role("button", name="Announce").click()
    expect(page.locator(".work-form")).to_contain_text("which day and hour")
    begins.fill("1/3/2030 8:00")
    page.locator("input[type=datetime-local]").nth(1).fill("2030-03-01T18:30", force=True)
    expect(page.get_by_label("To", exact=True)).to_have_value("2030-03-01 18:30")
    page.get_by_label("What is done").fill("thay ắc quy")
    page.get_by_role("button", name="Announce").click()
    expect(page.locator(".work-form")).to_contain_text("Announced.")
    line = page.locator(".windows li")
    expect(line).to_contain_text(site.code)
    expect(line).to_contain_text("01/03 08:00 – 01/03 18:30")
    expect(line).to_contain_text("lan · thay ắc quy")
    expect(line.locator(".tag")).to_have_text("announced")
    line.get_by_role("button", name="Call off").click()
    expect(page.locator(".windows")).to_contain_text("No planned work")
    assert operator.complaints == []


def test_a_viewer_announces_no_work_not_even_by_force(
    screen: Screen, province: WatchedProvince
) -> None:
    page = screen.page
    page.goto("/planned-work")
    screen.log_in("minh")
    screen.wait_until_live()
    expect(page.get_by_role("button", name="Announce")).to_be_disabled()
    page.evaluate(
        """(site) => {
            const form = getElement(document.querySelector("form.work-form").id.slice(1));
            const {begins, ends} = form;
            form.$emit("announce", {begins, ends, places: [site], reason: ""});
        }""",
        next(iter(province.inventory.sites)),
    )
    page.reload()  # which the service does after what was asked before
    screen.wait_until_live()
    expect(page.locator(".work-form .hint")).to_contain_text("Ask an operator")
    expect(page.locator(".windows")).to_contain_text("No planned work")


def test_a_slow_disk_of_reports_keeps_nobody_waiting(
    operator: Screen, province: WatchedProvince
) -> None:
    index = province.folder / "data" / "reports" / "reports.json"
    index.parent.mkdir(exist_ok=True)
    os.mkfifo(index)  # whoever reads it waits until it is written to
    try:
        operator.open("/reports")
        assert province.get("/login")[0] == 200
        index.write_text('{"reports": []}', encoding="utf-8")
        expect(operator.page.locator(".table-box")).not_to_be_empty()
    finally:
        index.unlink()
    assert operator.complaints == []


def test_who_has_not_sent_all_measurement_files_is_told(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    nodes = page.locator(".panel-files_nodes tbody tr")

    def is_told() -> bool:
        operator.open("/collectors")
        page.wait_for_timeout(500)
        return nodes.count() > 0

    province.wait_until(is_told, 120)
    expect(nodes).to_have_count(1)
    expect(nodes.first).to_contain_text(province.incomplete)
    expect(nodes.first).to_contain_text("75")
    expect(page.locator(".panel-files_areas tbody tr").first).to_be_visible()
    assert serious_findings(operator) == []
    assert operator.complaints == []


def test_a_report_is_ordered_followed_and_taken_along(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/reports")
    form = page.locator("form.order")
    form.get_by_label("Report").select_option("availability")
    form.get_by_label("Period").select_option("day")
    form.get_by_label("PDF").uncheck()
    form.get_by_label("XLSX").uncheck()
    form.get_by_label("CSV").check()
    form.get_by_role("button", name="Make a report").click()
    first = page.locator(".report-jobs li").first
    expect(first).to_contain_text("Availability")
    expect(first).to_contain_text("Done", timeout=60_000)
    link = page.locator("tbody tr").first.get_by_role("link", name="sites.csv")
    table = page.request.get(f"{province.url}{link.get_attribute('href')}").text()
    assert next(iter(province.inventory.sites)) in table
    assert serious_findings(operator) == []
    assert operator.complaints == []


def test_a_report_that_cannot_be_made_says_why_and_one_that_is_not_wanted_is_given_up(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/reports")
    form, jobs = page.locator("form.order"), page.locator(".report-jobs li")
    before = jobs.count()
    area = next(iter(province.inventory.areas.values()))[-1].name
    form.get_by_label("First day", exact=True).fill("2026-02-30")
    form.get_by_role("button", name="Make a report").click()
    expect(form.get_by_role("status")).to_contain_text("Give two days as yyyy-mm-dd")
    form.get_by_label("Period").select_option("day")
    form.get_by_label("Area").fill(f"{area}x")
    make = form.get_by_role("button", name="Make a report")
    make.click()
    expect(jobs).to_have_count(before + 1)
    make.click()
    expect(jobs).to_have_count(before + 2)
    jobs.first.get_by_role("button", name="Give up").click()
    expect(jobs.first).to_contain_text("Given up")
    expect(jobs.nth(1)).to_contain_text(f"did you mean {area}", timeout=60_000)
    jobs.nth(1).get_by_role("button", name="Order again").click()
    expect(jobs).to_have_count(before + 2)  # the new order stands for the old one
    expect(jobs.first).to_contain_text(f"did you mean {area}", timeout=60_000)
    assert operator.complaints == []


def test_who_only_looks_orders_no_reports(screen: Screen) -> None:
    screen.page.goto("/reports")
    screen.log_in("minh")
    screen.wait_until_live()
    expect(screen.page.locator(".table-box")).to_be_visible()
    expect(screen.page.locator("form.order")).to_have_count(0)


def test_which_site_goes_dark_first_is_the_first_thing_to_see(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    areas = Counter(str(site.area) for site in province.inventory.sites.values())
    ((area, sites),) = areas.most_common(1)
    province.fail_mains(area)
    try:
        province.wait_until(lambda: len(province.sites_on_battery()) >= sites, 120)
        operator.open("/")
        page.keyboard.press("g")
        page.keyboard.press("d")
        page.wait_for_url("**/time-to-dark")
        operator.wait_until_live()
        first = page.locator("tbody tr").first.get_by_role("link")
        # Predictions become surer while people look: what is seen is what is true now.
        province.wait_until(lambda: f"({province.sites_on_battery()[0]})" in first.inner_text())
        name = first.inner_text()
        first.click()
        expect(page.locator("h1")).to_have_text(name.rpartition(" (")[0])
    finally:
        province.heal()
    assert operator.complaints == []


def test_what_is_explored_can_be_taken_along(operator: Screen, province: WatchedProvince) -> None:
    page = operator.page
    operator.open("/explore?metric=dc_bus_voltage_volts&by=site")
    address = page.get_by_role("link", name="CSV").get_attribute("href")
    rows = list(csv.DictReader(io.StringIO(page.request.get(f"{province.url}{address}").text())))
    assert rows
    assert 40 < float(rows[0]["dc_bus_voltage_volts"]) < 60
    assert rows[0]["site"] in province.inventory.sites
    assert page.request.get(f"{province.url}/explore.csv?metric=nonsense").status == 404


def test_is_that_commune_covered_right_now(operator: Screen, province: WatchedProvince) -> None:
    operator.open("/")
    page = operator.page
    site = next(iter(province.inventory.sites.values()))
    assert site.area is not None
    area = province.inventory.areas[site.area][-1]
    page.keyboard.press("/")
    page.keyboard.type(area.name.lower())
    expect(page.locator("#search-results li").first).to_contain_text(area.name)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("4G: in service everywhere")


@pytest.mark.parametrize("path", ["/site/NOWHERE", "/area/NOWHERE"])
def test_what_is_not_in_the_inventory_says_so(operator: Screen, path: str) -> None:
    operator.page.goto(path)
    expect(operator.page.locator(".empty")).to_contain_text("NOWHERE")
