"""Who may see the console, and what stands before it."""

from __future__ import annotations

import base64
import os
import socket

import pytest
from playwright.sync_api import expect

from tests.integration.console.conftest import Screen, session_of
from tests.integration.console.watched_province import WALL_TOKEN, WatchedProvince

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/", "/?focus=VYE001"])
def test_who_is_not_logged_in_sees_the_login_and_then_what_was_asked_for(
    screen: Screen, path: str
) -> None:
    screen.page.goto(path)
    expect(screen.page).to_have_title("Log in · OMC")
    screen.log_in("lan")
    screen.wait_until_live()
    assert screen.page.url.endswith(path)
    expect(screen.page.locator(".who b")).to_have_text("lan")
    assert screen.complaints == []


def test_a_wrong_password_says_so_and_keeps_the_name(screen: Screen) -> None:
    screen.page.goto("/")
    screen.log_in("lan", "wrong")
    expect(screen.page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(screen.page.locator("input[name=name]")).to_have_value("lan")
    screen.log_in("lan")
    screen.wait_until_live()


def test_a_few_wrong_passwords_make_one_wait(screen: Screen) -> None:
    screen.page.goto("/")
    for _ in range(5):
        screen.log_in("mallory", "guess")
    expect(screen.page.get_by_role("alert")).to_contain_text("Too many attempts")


def test_whose_session_has_ended_logs_in_again_and_goes_on(
    operator: Screen, province: WatchedProvince
) -> None:
    page = operator.page
    operator.open("/collectors")
    page.context.add_cookies(
        [{"name": "omc_session", "value": province.ended_session(), "url": province.url}]
    )
    page.goto("/collectors")
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    operator.log_in("lan")
    operator.wait_until_live()
    assert page.url == f"{province.url}/collectors"


def test_logging_out_ends_the_session_for_whoever_kept_its_cookie(
    screen: Screen, province: WatchedProvince
) -> None:
    screen.page.goto("/")
    screen.log_in("lan")
    screen.wait_until_live()
    kept = session_of(screen.page.context)
    cookie = {"Cookie": f"omc_session={kept}"}
    assert province.get("/geometry.json", **cookie)[0] == 200
    screen.page.click(".who button")
    expect(screen.page).to_have_title("Log in · OMC")
    screen.page.goto("/")
    expect(screen.page).to_have_title("Log in · OMC")
    assert province.get("/geometry.json", **cookie)[0] == 401


def test_a_wall_screen_comes_in_with_its_token_and_only_looks(screen: Screen) -> None:
    screen.page.goto(f"/enter?token={WALL_TOKEN}")
    screen.wait_until_live()
    assert "token" not in screen.page.url
    expect(screen.page.locator(".who")).to_contain_text("viewer")


@pytest.mark.parametrize("path", ["/geometry.json", "/search.json?q=a", "/nothing-here"])
def test_nothing_is_told_to_strangers(province: WatchedProvince, path: str) -> None:
    assert province.get(path)[0] == 401
    status, _, headers = province.get(path, **HTML)
    assert (status, headers["location"].startswith("/login?next=")) == (303, True)


def test_a_link_to_elsewhere_leads_home(screen: Screen, province: WatchedProvince) -> None:
    screen.page.goto("/login?next=https://evil.example/")
    screen.log_in("minh")
    screen.wait_until_live()
    assert screen.page.url == f"{province.url}/"


def test_pages_may_load_nothing_from_elsewhere_and_stand_in_no_frame(
    province: WatchedProvince,
) -> None:
    headers = province.get("/login", **HTML)[2]
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def _handshake(province: WatchedProvince, *headers: str) -> str:
    """First line of the answer to somebody who wants a WebSocket."""
    host = province.url.removeprefix("http://")
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    address, _, port = host.partition(":")
    with socket.create_connection((address, int(port)), timeout=5) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection.recv(200).decode("latin-1").splitlines()[0]


def test_other_sites_cannot_speak_through_a_browser_that_is_logged_in(
    operator: Screen, province: WatchedProvince
) -> None:
    cookie = session_of(operator.page.context)
    mine = f"Cookie: omc_session={cookie}"
    assert "101" in _handshake(province, mine, f"Origin: {province.url}")
    assert "403" in _handshake(province, mine, "Origin: https://evil.example")
    assert "403" in _handshake(province, mine)
    assert "403" in _handshake(province, f"Origin: {province.url}")
    forged = operator.page.request.post(
        f"{province.url}/logout", headers={"Origin": "https://evil.example"}
    )
    assert forged.status == 403


def test_the_sessions_cookie_is_kept_from_scripts_and_from_other_sites(operator: Screen) -> None:
    operator.open("/")  # which renews it
    cookie = next(c for c in operator.page.context.cookies() if c["name"] == "omc_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_the_api_still_asks_for_its_own_proof(province: WatchedProvince) -> None:
    assert province.get("/api/v1/alarms")[0] == 401
    assert province.get("/api/v1/alarms", Authorization=f"Bearer {WALL_TOKEN}")[0] == 200
