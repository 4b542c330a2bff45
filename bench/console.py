"""What the console costs, and how soon it shows what happens: a real browser before `omc demo`.

    python -m bench.console [--sites 572] [--viewers 20] [--seconds 60]

Figures are written to bench/results/console.json: the time to the first useful paint (the map with
every site on it) with an empty and a warm cache, how soon an alarm is on the screen after it was
raised, and the CPU that viewers add to the service.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from bench.looked_at_demo import Demo, chromium, running_demo

RESULT = Path(__file__).parent / "results" / "console.json"
PAINTS = 5
_SETTLE_SECONDS = 120.0
#: After the cut: until its alarms are told and folded, so that the quiet network is measured.
_CALM_SECONDS = 30.0

#: Resolves with the time at which the row of an alarm came, Unix milliseconds.
_WHEN_SHOWN = """(text) => new Promise((resolve) => {
    const look = () => [...document.querySelectorAll(".alarm-row")]
        .some((row) => row.textContent.includes(text)) && resolve(Date.now());
    new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
    look();
})"""


@dataclass(frozen=True)
class Figures:
    """What came out. Times are in seconds."""

    sites: int
    first_paint_cold_s: float
    first_paint_warm_s: float
    alarm_shown_after_s: float
    viewers: int
    cpu_share_without_viewers: float
    cpu_share_with_viewers: float
    cpu_share_of_viewers: float
    hosts_asked: list[str]
    load_average: float
    machine: str


def paint_seconds(page: Page, url: str) -> float:
    """From asking for the overview until the map stands there."""
    page.goto(url)
    page.wait_for_selector(".site-map[data-ready]")
    found = page.evaluate("performance.getEntriesByName('omc-map')[0].startTime")
    return float(found) / 1000


def first_paints(browser: Browser, demo: Demo) -> tuple[float, float]:
    """Medians with an empty cache and with a warm one."""
    cold, warm = [], []
    for _ in range(PAINTS):
        context = let_in(browser, demo)
        page = context.new_page()
        cold.append(paint_seconds(page, demo.url))
        warm.append(paint_seconds(page, demo.url))
        context.close()
    return statistics.median(cold), statistics.median(warm)


def let_in(browser: Browser, demo: Demo) -> BrowserContext:
    """A browser that is logged in and has nothing in its cache."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.request.get(demo.entrance, max_redirects=0)
    return context


def shown_after(browser: Browser, demo: Demo, hosts: set[str]) -> float:
    """Seconds between raising the alarm of a cut cable and its row on the screen."""
    context = let_in(browser, demo)
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname or ""))
    page.goto(demo.url)
    page.wait_for_selector(".site-map[data-ready]")
    demo.tell("cut", demo.span)
    shown = page.evaluate(_WHEN_SHOWN, demo.span)
    token = demo.entrance.rpartition("token=")[2]
    key = f'fibre_cut{{span="{demo.span}"}}'
    answer = page.request.get(
        f"{demo.url}/api/v1/alarms/one",
        params={"key": key},
        headers={"Authorization": f"Bearer {token}"},
    )
    raised: int = answer.json()["raised_ms"]
    demo.tell("heal")
    context.close()
    return float(shown - raised) / 1000


def cpu_share(demo: Demo, seconds: float, wait: Callable[[float], None]) -> float:
    """Share of one core that the service takes."""
    before, began = demo.cpu_seconds(), time.monotonic()
    wait(seconds)
    return (demo.cpu_seconds() - before) / (time.monotonic() - began)


def measure(sites: int, viewers: int, seconds: float) -> Figures:
    """All figures of one demo."""
    hosts: set[str] = set()
    with running_demo(sites) as demo, chromium() as browser:
        print(f"{sites} sites on {demo.url}; waiting until everything was polled")
        time.sleep(_SETTLE_SECONDS)
        cold, warm = first_paints(browser, demo)
        print(f"first paint {cold:.2f} s, with a warm cache {warm:.2f} s")
        shown = shown_after(browser, demo, hosts)
        print(f"an alarm is on the screen {shown:.2f} s after it was raised")
        time.sleep(_CALM_SECONDS)
        alone = cpu_share(demo, seconds, time.sleep)
        context = let_in(browser, demo)
        pages = [context.new_page() for _ in range(viewers)]
        for page in pages:
            page.goto(demo.url)
        together = cpu_share(demo, seconds, lambda s: pages[0].wait_for_timeout(s * 1000))
    return Figures(
        sites,
        *(round(cold, 2), round(warm, 2), round(shown, 2), viewers),
        *(round(alone, 4), round(together, 4), round(together - alone, 4)),
        sorted(hosts),
        round(os.getloadavg()[0], 1),
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=572)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    wish = parser.parse_args()
    text = json.dumps(asdict(measure(wish.sites, wish.viewers, wish.seconds)), indent=2)
    RESULT.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
