"""Pictures of every page of the console, in both languages and both themes: `make screenshots`.

    python -m bench.screenshots [--sites 572] [--days 2] [--output build/screenshots]
        [--only fibre-below-vi-dark-laptop,-wall]  # pictures whose name ends so

The province of `omc demo` gets a past and three faults, so that there is something to see.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote

import yaml
from playwright.sync_api import Browser, Page

from bench.looked_at_demo import Demo, chromium, running_demo
from omc.core.inventory import Inventory, SpanName
from tests.servers.process import find_binary

_SIZES = {"laptop": (1366, 768), "wall": (3840, 2160)}
_PAST = "dc_bus*,battery_state*,dc_load*,env_temperature*,lte_*,nr_*,utran_*,interface_*,optical_*"
#: What is followed from month to month.
_LIGHT = "optical_*,pon_ont_rx*"
#: Until what was broken is known, and charts are drawn.
_TROUBLE_SECONDS = 90.0
_DRAWN_SECONDS = 1.5
#: Pages that are longer than a laptop's screen: their end is a picture of its own.
_LONG = ("site", "fibre", "collectors")
#: Nothing on the page says that it waits for the archive.
_IS_DRAWN = """() => !/Đang đọc|Reading the/.test(document.querySelector(".page").innerText)"""


def addresses(demo: Demo) -> dict[str, str]:
    """Pages by the name of their picture."""
    inventory = Inventory.load(demo.folder / "inventory")
    site = inventory.site_of_end(inventory.spans[SpanName(demo.span)].start)
    assert site is not None
    key = quote(f'fibre_cut{{span="{demo.span}"}}')
    return {
        "overview": "/",
        "alarms": f"/alarms?key={key}",
        "site": f"/site/{site.code}",
        "area": f"/area/{site.area}",
        "fibre": "/fibre",
        "span": f"/fibre?span={demo.span}",
        "radio": "/radio",
        "time-to-dark": "/time-to-dark",
        "planned-work": "/planned-work",
        "traps": "/traps",
        "collectors": "/collectors",
        "explore": "/explore?metric=env_temperature_celsius&by=site",
        "reports": "/reports",
    }


def give_a_past(demo: Demo, sites: int, days: int) -> None:
    """Fill the demo's archive with what was before."""
    before = datetime.now(UTC) - timedelta(days=days)
    light = ("--metrics", _LIGHT, "--days", "27", "--step", "12h", "--until", f"{before:%Y-%m-%d}")
    for wish in (light, ("--metrics", _PAST, "--days", str(days))):
        subprocess.run(
            [
                *(sys.executable, "-m", "omc", "simulate", "history", "--format", "archive"),
                *("--sites", str(sites), "-o", str(demo.folder / "data" / "archive"), *wish),
            ],
            check=True,
        )


def make_reports(demo: Demo) -> None:
    """What a planner finds on the shelf: one report of each kind, in both languages."""
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    wishes = (
        ("coverage", "--language", "vi", "--from", yesterday, "--to", yesterday),
        ("availability", "--language", "en", "--from", yesterday, "--to", yesterday),
        ("5g-readiness", "--language", "vi", "--sites", "10"),
    )
    for name, *options in wishes:
        command = (sys.executable, "-m", "omc", "report", name, "-c", str(demo.folder / "omc.yaml"))
        subprocess.run([*command, *options], check=True)


def send_traps(demo: Demo, inventory: Inventory) -> None:
    """Traps of a few devices: links that are down, and what nobody has declared."""
    settings = yaml.safe_load((demo.folder / "omc.yaml").read_text(encoding="utf-8"))
    community = (demo.folder / "secrets" / "community").read_text(encoding="utf-8").strip()
    devices = [node.address for node in inventory.nodes.values() if node.address][:6]
    for place, address in enumerate(devices):
        kind = ("2", "0") if place % 2 else ("6", str(place))  # RFC 1157: linkDown, or the vendor's
        subprocess.run(
            [
                *(find_binary("snmptrap", "snmp"), "-v1", "-c", community, "-m", ""),
                *(settings["snmp"]["traps"]["listen"], "1.3.6.1.4.1.99999", address, *kind, ""),
                *("1.3.6.1.2.1.2.2.1.1.3", "i", "3"),
            ],
            check=True,
        )


def announce_work(demo: Demo, area: str) -> None:
    """Splicing in a commune, tomorrow."""
    begins_ms = round((time.time() + 86_400) * 1000)
    body = {"name": f"{area} splicing", "begins_ms": begins_ms, "ends_ms": begins_ms + 7_200_000}
    token = demo.entrance.rpartition("token=")[2]
    request = urllib.request.Request(
        f"{demo.url}/api/v1/maintenance",
        json.dumps(body | {"areas": [area], "reason": "hàn nối cáp"}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def break_something(demo: Demo) -> None:
    """Cut cables, a commune without mains, a device that is silent; and work is announced."""
    inventory = Inventory.load(demo.folder / "inventory")
    with_sites = sorted({site.area for site in inventory.sites.values() if site.area})
    demo.tell("cut", demo.span)
    demo.tell("cut", max(name for name in inventory.spans if name.startswith("RG-")))
    demo.tell("mains", with_sites[len(with_sites) // 2], "--for", "60m")
    demo.tell("silence", max(name for name in inventory.nodes if name.endswith("-OLT1")))
    send_traps(demo, inventory)
    announce_work(demo, with_sites[0])


class Camera:
    """Takes pictures of one window.

    Args:
        page: The window.
        folder: Where they are put.
        look: Language, theme and size: the end of their names.
        only: Ends of the names of those that are wanted; none for all.
    """

    def __init__(self, page: Page, folder: Path, look: str, only: Sequence[str]) -> None:
        self._page = page
        self._folder = folder
        self._look = look
        self._only = tuple(only)

    def wants(self, name: str) -> bool:
        """Whether a picture is asked for."""
        return not self._only or f"{name}-{self._look}".endswith(self._only)

    def take(self, name: str) -> None:
        """A picture of what is seen now."""
        self._page.screenshot(path=self._folder / f"{name}-{self._look}.png")
        print(f"{name}-{self._look}")


def shoot(page: Page, demo: Demo, camera: Camera) -> None:
    """Every page as it looks in this window."""
    for name, address in addresses(demo).items():
        wanted = [part for part in (name, f"{name}-below") if camera.wants(part)]
        if not wanted:
            continue
        page.goto(demo.url + address)
        page.wait_for_function("window.omc?.alive === true")
        page.wait_for_function(_IS_DRAWN)
        page.wait_for_timeout(_DRAWN_SECONDS * 1000)
        if name in wanted:
            camera.take(name)
        if name in _LONG and f"{name}-below" in wanted:
            page.evaluate("document.querySelector('.page').scrollTo(0, 1e6)")
            camera.take(f"{name}-below")


def shoot_all(browser: Browser, demo: Demo, folder: Path, only: Sequence[str]) -> None:
    """Both languages, both themes, a laptop; and the wall in one of each."""
    for language, theme, size in product(("vi", "en"), ("dark", "light"), _SIZES):
        if size == "wall" and (language, theme) != ("vi", "dark"):
            continue
        width, height = _SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height})
        for name, value in (("omc_language", language), ("omc_theme", theme)):
            context.add_cookies([{"name": name, "value": value, "url": demo.url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        camera = Camera(page, folder, f"{language}-{theme}-{size}", only)
        if camera.wants("login"):
            page.goto(f"{demo.url}/login")
            camera.take("login")
        page.goto(demo.entrance)
        shoot(page, demo, camera)
        context.close()


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--only", type=lambda ends: ends.split(","), default=())
    wish = parser.parse_args()
    wish.output.mkdir(parents=True, exist_ok=True)
    with running_demo(wish.sites) as demo, chromium() as browser:
        give_a_past(demo, wish.sites, wish.days)
        break_something(demo)
        make_reports(demo)
        print(f"waiting {_TROUBLE_SECONDS:.0f} s until everything is known")
        time.sleep(_TROUBLE_SECONDS)
        shoot_all(browser, demo, wish.output, wish.only)
    print(f"pictures are in {wish.output}")


if __name__ == "__main__":
    main()
