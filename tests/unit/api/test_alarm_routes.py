"""Alarms over HTTP, on a real server."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from pydantic import SecretStr

from exporters.web_server import WebServer
from omc.alarms.desk import STORE_FILE, AlarmDesk, AlarmWorld
from omc.alarms.prober import NoProber
from omc.api.access import Doorman
from omc.api.app import api_app
from omc.bus.local import LocalBus
from omc.core.clock import ManualClock
from omc.core.model import Batch, SeriesTable
from omc.core.settings import AlarmSettings, Role, TokenSettings
from tests.unit.alarms.small_network import small_inventory
from tests.unit.alarms.watching import catalogue, shipped_rules

LOCAL = "the-local-token"
KEY = 'mains_failed{site="E"}'


class Api:
    """A desk behind a real server."""

    def __init__(self, desk: AlarmDesk, clock: ManualClock, session: aiohttp.ClientSession) -> None:
        self.desk = desk
        self.clock = clock
        self.session = session
        self.bus, self.table = LocalBus(), SeriesTable()
        desk.attach(self.bus, self.table)

    def fail_mains(self, site: str) -> None:
        labels = {"site": site, "node": f"{site}-REC"}
        series = self.table.intern(catalogue().metric("ac_input_available"), labels)
        batch = Batch("test", 60.0)
        batch.add(series, 0.0, self.clock.time_ms())
        self.bus.publish(batch)

    async def ask(
        self, method: str, path: str, token: str = LOCAL, **arguments: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.request(
            method, f"/api/v1{path}", headers=headers, **arguments
        ) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def _serving(folder: Path) -> AsyncIterator[Api]:
    world = AlarmWorld(
        shipped_rules(), catalogue(), small_inventory(), ZoneInfo("Asia/Ho_Chi_Minh"), "vi", folder
    )
    clock = ManualClock()
    desk = AlarmDesk(world, AlarmSettings(core=("C",)), clock, NoProber())
    tokens = [
        TokenSettings.model_construct(name=name, role=role, token=SecretStr(f"{name}-{'x' * 20}"))
        for name, role in (("wall", Role.VIEWER), ("lan", Role.OPERATOR))
    ]
    app = api_app(desk, Doorman([], tokens, LOCAL), "1.2.3")
    async with (
        WebServer(app, "127.0.0.1", 0) as server,
        aiohttp.ClientSession(server.url) as session,
    ):
        yield Api(desk, clock, session)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with _serving(tmp_path) as serving:
        yield serving


async def test_without_a_token_nobody_sees_anything(api: Api) -> None:
    for path in ("/alarms", "/rules", "/maintenance", "/alarms/history"):
        status, body = await api.ask("GET", path, token="guessed")
        assert status == 401
        assert "Authorization: Bearer" in body["detail"]


async def test_who_guesses_passwords_has_to_wait(api: Api) -> None:
    async def guess() -> int:
        login = {"Authorization": aiohttp.encode_basic_auth("lan", "guess")}
        async with api.session.get("/api/v1/alarms", headers=login) as answer:
            assert answer.status != 429 or int(answer.headers["Retry-After"]) >= 1
            return answer.status

    assert [await guess() for _ in range(6)] == [401, 401, 401, 401, 429, 429]


async def test_a_viewer_looks_and_does_not_touch(api: Api) -> None:
    api.fail_mains("E")
    viewer = "wall-" + "x" * 20
    assert (await api.ask("GET", "/alarms", viewer))[0] == 200
    status, body = await api.ask(
        "POST", "/alarms/acknowledge", viewer, json={"key": KEY, "text": ""}
    )
    assert status == 403
    assert body["detail"] == "wall is viewer; this takes operator"


async def test_an_alarm_comes_in_words_and_numbers(api: Api) -> None:
    api.fail_mains("E")
    status, (alarm,) = await api.ask("GET", "/alarms", params={"language": "en"})
    assert status == 200
    assert alarm["key"] == KEY
    assert alarm["severity"] == "minor"
    assert alarm["cause_number"] == 106
    assert alarm["title"] == "△ Minor: Mains failed · Trạm E (E)"
    _, (alarm,) = await api.ask("GET", "/alarms", params={"language": "vi"})
    assert alarm["title"] == "△ Nhẹ: Mất điện lưới · Trạm E (E)"


async def test_sites_on_battery_are_ranked_by_their_time_to_dark(api: Api) -> None:
    api.fail_mains("A")
    api.fail_mains("E")
    labels = {"site": "E", "node": "E-REC", "string": "1"}
    left = api.table.intern(catalogue().metric("battery_runtime_remaining_seconds"), labels)
    batch = Batch("test", 60.0)
    batch.add(left, 3600.0, api.clock.time_ms())
    api.bus.publish(batch)
    status, (first, second) = await api.ask("GET", "/time-to-dark")
    assert status == 200
    assert (first["site"], first["name"]) == ("E", "Trạm E")
    assert first["seconds"] == pytest.approx(3600.0)
    assert (first["basis"], first["behind"]) == ("controller", ["F", "G"])
    assert (second["site"], second["seconds"]) == ("A", None)


async def test_an_operator_acknowledges_comments_assigns_and_clears(api: Api) -> None:
    api.fail_mains("E")
    operator = "lan-" + "x" * 20
    remark = {"key": KEY, "text": "đã gọi điện lực"}
    _, alarm = await api.ask("POST", "/alarms/acknowledge", operator, json=remark)
    assert alarm["acknowledged"]["who"] == "lan"
    await api.ask("POST", "/alarms/comment", operator, json=remark)
    _, alarm = await api.ask("POST", "/alarms/assign", operator, json={"key": KEY, "to": "minh"})
    assert alarm["assigned"] == "minh"
    _, alarm = await api.ask("POST", "/alarms/unacknowledge", operator, json=remark)
    assert alarm["acknowledged"] is None
    _, alarm = await api.ask("POST", "/alarms/clear", operator, json=remark)
    assert alarm["severity"] == "cleared"
    await api.desk.store.flush()
    _, changes = await api.ask("GET", "/alarms/history", operator, params={"key": KEY})
    assert [change["kind"] for change in changes] == [
        "cleared",
        "unacknowledged",
        "assigned",
        "commented",
        "acknowledged",
        "raised",
    ]
    assert changes[3]["text"] == "đã gọi điện lực"


async def test_what_is_not_there_is_told(api: Api) -> None:
    for path in ("acknowledge", "clear", "comment"):
        status, body = await api.ask("POST", f"/alarms/{path}", json={"key": "x{}", "text": "?"})
        assert (status, body["detail"]) == (404, "there is no alarm x{}")
    status, _ = await api.ask("GET", "/alarms/one", params={"key": "x{}"})
    assert status == 404


async def test_planned_work_suppresses_and_ends(api: Api) -> None:
    now = api.clock.time_ms()
    window = {
        "name": "thay ắc quy",
        "begins_ms": now,
        "ends_ms": now + 3_600_000,
        "areas": ["2"],
        "reason": "kế hoạch",
    }
    status, opened = await api.ask("POST", "/maintenance", json=window)
    assert status == 200
    assert opened["who"] == "local"
    api.fail_mains("E")
    _, (alarm,) = await api.ask("GET", "/alarms")
    assert alarm["suppressed"] == "thay ắc quy"
    assert (await api.ask("DELETE", "/maintenance", params={"name": "thay ắc quy"}))[0] == 200
    _, (alarm,) = await api.ask("GET", "/alarms")
    assert alarm["suppressed"] is None
    assert (await api.ask("DELETE", "/maintenance", params={"name": "thay ắc quy"}))[0] == 404


async def test_a_busy_disk_keeps_planned_work_waiting_and_nobody_else(
    api: Api, tmp_path: Path
) -> None:
    now = api.clock.time_ms()
    window = {"name": "splicing", "begins_ms": now, "ends_ms": now + 3_600_000, "areas": ["2"]}
    with closing(sqlite3.connect(tmp_path / STORE_FILE, isolation_level=None)) as busy:
        busy.execute("BEGIN EXCLUSIVE")
        opening = asyncio.create_task(api.ask("POST", "/maintenance", json=window))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(2):
            assert await api.ask("GET", "/maintenance") == (200, [])
        busy.execute("COMMIT")
    assert (await opening)[0] == 200
    assert [opened.name for opened in api.desk.store.windows()] == ["splicing"]
    assert [opened.name for opened in api.desk.maintenance.windows()] == ["splicing"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sites": ["Z"]}, "there is no site 'Z' in the inventory"),
        ({"ends_ms": 0}, "the window ends before it begins"),
        ({"spans": ["XX"]}, "there is no span 'XX' in the inventory"),
    ],
)
async def test_a_window_that_makes_no_sense_is_refused(
    api: Api, change: dict[str, Any], fault: str
) -> None:
    window = {"name": "w", "begins_ms": 1, "ends_ms": 2} | change
    status, body = await api.ask("POST", "/maintenance", json=window)
    assert (status, body["detail"]) == (422, fault)


async def test_the_api_describes_itself_and_loads_nothing_from_elsewhere(api: Api) -> None:
    status, description = await api.ask("GET", "/openapi.json")
    assert status == 200
    assert description["info"]["version"] == "1.2.3"
    assert "/api/v1/alarms/acknowledge" in description["paths"]


async def test_a_route_that_is_not_set_cannot_be_tried(api: Api) -> None:
    status, body = await api.ask("POST", "/notifications/test", json={"route": "noc"})
    assert (status, body["detail"]) == (404, "there is no route 'noc' in the settings")
    assert await api.ask("GET", "/notifications") == (200, [])


async def test_where_nobody_listens_it_says_what_to_set(api: Api) -> None:
    status, body = await api.ask("GET", "/traps")
    assert status == 404
    assert "snmp.traps.listen" in body["detail"]
