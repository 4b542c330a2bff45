"""The console put together: pages on an application, and what keeps them live."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from nicegui import Client, core, ui
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.console.alarm_board import AlarmBoard
from dashboards.console.alarm_rows import AlarmWriter
from dashboards.console.ended_sessions import EndedSessions
from dashboards.console.exploration import Exploration, csv_text
from dashboards.console.geometry import map_geometry
from dashboards.console.guard import Guard
from dashboards.console.light_trends import TrendWatch
from dashboards.console.login import Login
from dashboards.console.page import Page
from dashboards.console.pages import PAGES
from dashboards.console.past import Past, PastUnknown
from dashboards.console.pon_levels import PonWatch
from dashboards.console.preferences import Preferences
from dashboards.console.search import SearchIndex
from dashboards.console.sessions import Sessions, cookie_secret
from dashboards.console.shell import build_shell
from dashboards.console.span_figures import SpanWatch
from dashboards.console.texts import LANGUAGES, Texts
from dashboards.console.viewer import Viewer
from dashboards.console.watch import BEAT, Watch
from dashboards.console.world import ConsoleWorld
from omc.api.app import PREFIX as API_PREFIX
from omc.core.model import Batch
from omc.core.rings import rings
from omc.reports.shelf import shelved_reports

_STATIC = Path(__file__).with_name("static")
#: Seconds for which a page whose connection broke is kept, to go on as if nothing had happened.
_RECONNECT = 15.0


class Console:
    """One console. There can be one in a process: NiceGUI's application is global.

    Args:
        world: What pages are made from.

    Raises:
        OSError: the data folder cannot be written.
    """

    def __init__(self, world: ConsoleWorld) -> None:
        self.world = world
        self.watch = Watch(world)
        self.texts: dict[str, Texts] = {
            language: Texts.load(language, world.timezone) for language in LANGUAGES
        }
        secret = cookie_secret(world.data)
        ended = EndedSessions(world.data / "console.ended", world.clock)
        seconds = world.settings.session
        self.sessions = Sessions(world.doorman, secret, world.clock, seconds, ended)
        self.alarms = AlarmWriter(world, self.texts)
        self.board = AlarmBoard(self.watch, self.alarms)
        area_of = {site.code: site.area for site in world.inventory.sites.values() if site.area}
        self.past = Past(world.archive, area_of)
        self.asset_version = _fingerprint(_STATIC)
        self.beat_seconds = BEAT
        self.pons = PonWatch(world)
        self.spans = SpanWatch(world)
        self.trends = TrendWatch(self.past, world.clock)
        self.rings = rings(world.topology)
        self._search = SearchIndex(world.inventory)
        self._geometry: dict[str, Any] | None = None

    def mount(self, api: FastAPI) -> None:
        """Serve pages from an application, at every path that it has no route for."""
        routes = api.router.routes
        routes += Login(
            self.world, self.sessions, self.texts, self.asset_version, api.state.attempts
        ).routes()
        routes.append(Mount("/console/static", StaticFiles(directory=_STATIC)))
        routes.append(Route("/geometry.json", self._geometry_json))
        routes.append(Route("/search.json", self._search_json))
        routes.append(Route("/explore.csv", self._explore_csv))
        routes.append(Route("/reports/{file}", self._report))
        for page in PAGES:
            ui.page(page.path)(self._builder(page))
        ui.run_with(
            api,
            title="OMC",
            favicon=(_STATIC / "icon.svg").read_text(encoding="utf-8"),
            dark=None,
            binding_refresh_interval=None,
            reconnect_timeout=_RECONNECT,
            tailwind=False,
            show_welcome_message=False,
            gzip_middleware_factory=partial(GZipMiddleware, minimum_size=1000, compresslevel=1),
        )
        api.add_middleware(
            Guard,
            sessions=self.sessions,
            is_secure=self.world.is_secure,
            passed=(f"{API_PREFIX}/",),
        )

    def observe(self, batch: Batch) -> None:
        """The listener to give to `Bus.listen`."""
        self.watch.observe(batch)

    async def run(self) -> None:
        """Keep pages live until cancelled."""
        await self.watch.restore()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.watch.run(), name="console-watch")
                group.create_task(self.past.run(), name="console-past")
                group.create_task(self.world.report_desk.run(), name="report-desk")
                group.create_task(self.spans.run(), name="console-spans")
        finally:
            await _close_pages()

    def link(self, url: str, token: str) -> str:
        """Where somebody with a token comes in without a password."""
        return f"{url}/enter?token={token}"

    # -- pages -------------------------------------------------------------------------------------

    def _builder(self, page: Page) -> Callable[[Request], None]:
        """What NiceGUI calls whenever somebody opens a page."""

        def build(request: Request) -> None:
            self._build(page, request)

        return build

    def _build(self, page: Page, request: Request) -> None:
        session = self.sessions.renewed(request.state.session)
        world = self.world
        chosen = Preferences.of(request.cookies, world.language, world.settings.theme)
        viewer = Viewer(self, session, self.texts[chosen.language], chosen, request)
        client = ui.context.client
        self.watch.look()
        build_shell(viewer, PAGES, page)
        with ui.element("div").classes(f"page page-{page.name}").props("id=main tabindex=-1"):
            page.build(viewer)
        self._keep_live(viewer, client)

    def _keep_live(self, viewer: Viewer, client: Client) -> None:
        told = ""

        def tell_criticals() -> None:
            nonlocal told
            if told != (now := self._criticals()):
                told = now
                client.run_javascript(f"omc.beat({now})")

        viewer.live(tell_criticals)
        beat = partial(self._beat, viewer, client)
        client.on_connect(beat)
        client.on_delete(self.watch.on_change(viewer.show, beat))

    def _beat(self, viewer: Viewer, client: Client) -> None:
        """A sign of life; whose session has ended is led to the login.

        Nobody sits at a wall screen: it opens its page again before its session ends.
        """
        session = viewer.session
        is_unattended = self.world.doorman.is_program(session.caller)
        if self.sessions.is_over(session) or (is_unattended and self.sessions.is_ending(session)):
            client.run_javascript("location.reload()")
        else:
            client.run_javascript(f"omc.beat({self._criticals()})")
            for show in viewer.beats:
                show()

    def _criticals(self) -> str:
        """What titles and sounds tell, for the script: criticals that nobody has taken."""
        criticals = list(self.watch.state.criticals)
        unseen = sum(alarm.acknowledged is None for alarm in criticals)
        newest = max((alarm.raised_ms for alarm in criticals), default=0)
        return json.dumps({"open_criticals": unseen, "newest_critical": newest})

    # -- what pages fetch --------------------------------------------------------------------------

    async def _geometry_json(self, request: Request) -> Response:
        if self._geometry is None:
            now = datetime.fromtimestamp(self.world.clock.time_ms() / 1000, self.world.timezone)
            self._geometry = map_geometry(self.world.inventory, now.date())
        return JSONResponse(self._geometry, headers={"Cache-Control": "private, max-age=300"})

    async def _search_json(self, request: Request) -> Response:
        hits = self._search.find(request.query_params.get("q", "")[:100])
        chosen = Preferences.of(request.cookies, self.world.language, "auto")
        texts = self.texts[chosen.language]
        return JSONResponse(
            [asdict(hit) | {"code": hit.code, "kind": texts(f"kind.{hit.kind}")} for hit in hits]
        )

    async def _explore_csv(self, request: Request) -> Response:
        wanted = Exploration.of(request.query_params, self.world)
        if wanted.metric is None:
            return PlainTextResponse("there is no metric of that name\n", 404)
        try:
            lines = await self.past.ask(wanted.question(self.world.clock.time_ms()))
        except PastUnknown as error:
            return PlainTextResponse(f"{error}\n", 503)
        disposition = f'attachment; filename="{wanted.name}.csv"'
        text = await asyncio.to_thread(csv_text, wanted, lines, self.world.timezone)
        return Response(text, media_type="text/csv", headers={"Content-Disposition": disposition})

    async def _report(self, request: Request) -> Response:
        """A file of a report that is on the shelf, and no other file."""
        name = request.path_params["file"]
        shelf = await asyncio.to_thread(shelved_reports, self.world.reports)
        path = self.world.reports / name
        if not any(name in report.files for report in shelf) or not path.is_file():
            return PlainTextResponse("there is no such report\n", 404)
        return FileResponse(path, filename=name)


async def _close_pages() -> None:
    """Let go of every page.

    NiceGUI and Socket.IO leave tasks behind that may outlive being cancelled, and would keep the
    process from ending.
    """
    for client in list(Client.instances.values()):
        client.delete()
    await core.sio.shutdown()


def _fingerprint(folder: Path) -> str:
    """Changes whenever a file does: browsers keep files for as long as it is the same."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
