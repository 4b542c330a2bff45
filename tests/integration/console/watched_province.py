"""A small province that is polled by `omc run`, with a console and people who may come in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from argon2 import PasswordHasher
from pydantic import SecretStr

from dashboards.console.ended_sessions import EndedSessions
from dashboards.console.sessions import Sessions, cookie_secret
from omc.api.access import Doorman
from omc.core.catalogue import Catalogue
from omc.core.clock import ManualClock, SystemClock
from omc.core.inventory import Inventory
from omc.core.model import Batch, SeriesTable
from omc.core.resources import config_folder
from omc.core.settings import Role, UserSettings
from omc.history.writer import ArchiveWriter
from tests.servers.process import find_binary, free_port, frozen
from tests.servers.simulator import RunningSimulator, omc
from tests.servers.snmpd import free_udp_port

WALL_TOKEN = "a-token-for-the-wall-screen"
PASSWORD = "mật khẩu rất dài"
#: The cheapest that the format allows: these tests are not about strength.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SITES = 24


class WatchedProvince:
    """Lives as long as the `with` block.

    Attributes:
        url: Of the console, without a slash at the end.
        folder: Of settings, inventory and data.
        incomplete: A site that has not sent all of its measurement files.
        fading: A router with a port where 0.1 dB less light has arrived every day.
    """

    def __init__(self, folder: Path, mqtt_port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self._metrics = f"http://127.0.0.1:{free_port()}"
        self._trap_port = free_udp_port()
        self._stack = ExitStack()
        mqtt = ("--mqtt", f"127.0.0.1:{mqtt_port}", "--interval", "10s", "--cell-period", "30s")
        self._simulator = RunningSimulator(*mqtt, "--inventory", str(folder), sites=SITES)
        self._process: subprocess.Popen[bytes] | None = None
        self.incomplete = self.fading = ""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._simulator)
            self._write_settings()
            self.incomplete = self._write_measurement_files()
            self.fading = self._archive_fading_light()
            self._start()
            stack.callback(self._stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def inventory(self) -> Inventory:
        """What it is made of."""
        return Inventory.load(self.folder / "inventory")

    @property
    def log(self) -> str:
        """What the service has said."""
        return (self.folder / "omc.log").read_text(encoding="utf-8")

    def restart(self) -> None:
        """Stop the service, and start it again."""
        self._stop()
        self._start()

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """The service says nothing within the block."""
        assert self._process is not None
        with frozen(self._process):
            yield

    def cut(self, span: str) -> None:
        """Cut a cable, once the service knows which ports are at its ends."""
        self.wait_until(lambda: self._knows_ports_of(span), 120)
        self._simulator.tell("cut", span)

    def _knows_ports_of(self, span: str) -> bool:
        with urllib.request.urlopen(f"{self._metrics}/metrics", timeout=10) as answer:  # noqa: S310
            page: str = answer.read().decode()
        told = [line for line in page.splitlines() if span in line]
        return sum(line.startswith("interface_info{") for line in told) >= 2

    def send_trap(self, source: str, enterprise: str, number: int) -> None:
        """An SNMPv1 trap of a vendor, as if it came from an address."""
        to = f"127.0.0.1:{self._trap_port}"
        said = (enterprise, source, "6", str(number), "")
        subprocess.run(
            [find_binary("snmptrap", "snmp"), "-v1", "-cpublic", "-m", "", to, *said],
            check=True,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self.folder / "snmp")},
        )

    def fail_mains(self, area: str) -> None:
        """Let the sites of an area live on their batteries."""
        self._simulator.tell("mains", area, "--for", "20m")

    def sites_on_battery(self) -> list[str]:
        """Those, the one that goes dark first at the top, as the API tells them."""
        _, body, _ = self.get("/api/v1/time-to-dark", Authorization=f"Bearer {WALL_TOKEN}")
        return [site["site"] for site in json.loads(body)]

    def heal(self) -> None:
        """Mend everything."""
        self._simulator.tell("heal")

    def alarms(self) -> list[dict[str, Any]]:
        """Active alarms, as the API tells them."""
        status, body, _ = self.get("/api/v1/alarms", Authorization=f"Bearer {WALL_TOKEN}")
        assert status == 200, body
        found: list[dict[str, Any]] = json.loads(body)
        return found

    def ended_session(self) -> str:
        """A cookie of a session that was over long ago."""
        user = UserSettings.model_construct(
            name="lan", role=Role.OPERATOR, password_hash=SecretStr(_HASH)
        )
        doorman = Doorman([user], [], "")
        caller = doorman.by_password("lan", PASSWORD)
        assert caller is not None
        secret = cookie_secret(self.folder / "data")
        clock = ManualClock()
        ended = EndedSessions(self.folder / "data" / "nobody.ended", clock)
        sessions = Sessions(doorman, secret, clock, 60.0, ended)
        return sessions.cookie(sessions.begin(caller))

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of a GET; redirects are not followed."""
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect())
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    def wait_until(self, what: Callable[[], bool], seconds: float = 60.0) -> None:
        """Until something is so.

        Raises:
            AssertionError: it is not, or the service has ended; with what it said.
        """
        end = time.monotonic() + seconds
        while not what():
            assert self._process is not None
            assert self._process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.1)

    def _write_settings(self) -> None:
        path = self.folder / "omc.yaml"
        text = path.read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:9469", self._metrics.removeprefix("http://"))
        text = text.replace("127.0.0.1:9470", self.url.removeprefix("http://"))
        traps = f"{{listen: 127.0.0.1:{self._trap_port}, communities: [file:secrets/traps]}}"
        polled = f"interval: 5s\n  timeout: 500ms\n  retries: 1\n  traps: {traps}"
        text = text.replace("interval: 60s", polled)
        nobody = f"{{name: tickets, via: webhook, url: http://127.0.0.1:{free_port()}}}"
        text = text.replace("alarms:\n", f"alarms:\n  routes: [{nobody}]\n")
        users = "".join(
            f'  - {{name: {name}, role: {role}, password_hash: "{_HASH}"}}\n'
            for name, role in (("lan", "operator"), ("minh", "viewer"))
        )
        text += f"\nusers:\n{users}"
        text += "pm:\n  sources:\n    - {name: drop, kind: folder, path: pm, settle: 0s}\n"
        text += "tokens:\n  - {name: wall, role: viewer, token: file:secrets/wall}\n"
        (self.folder / "secrets" / "traps").write_text("public", encoding="utf-8")
        (self.folder / "secrets" / "wall").write_text(WALL_TOKEN, encoding="utf-8")
        path.write_text(text, encoding="utf-8")

    def _write_measurement_files(self) -> str:
        """Those of the last two hours; returns a site whose second half hour is not among them."""
        folder = self.folder / "pm"
        wish = ("--sites", str(SITES), "--hours", "2", "-o", str(folder))
        subprocess.run(omc("simulate", "pm", *wish), check=True, capture_output=True)
        site = next(iter(self.inventory.cells_of))
        own = sorted(folder.glob(f"*{site}*"))
        assert len(own) == 8, own
        for file in own[2:4]:
            file.unlink()
        return site

    def _archive_fading_light(self) -> str:
        """Ten days of it, of a port that nobody polls any more; returns the name of the router."""
        router = next(n for n in self.inventory.nodes.values() if n.name.endswith("-RTR1"))
        metric = Catalogue.load(config_folder() / "metrics").metric("optical_rx_power_dbm")
        labels = {"site": str(router.site), "node": router.name, "interface": "removed"}
        series, batch, clock = (
            SeriesTable().intern(metric, labels),
            Batch("test", 86_400.0),
            SystemClock(),
        )
        for day in range(10):
            batch.add(series, -5.0 - 0.1 * day, clock.time_ms() - (10 - day) * 86_400_000)
        ArchiveWriter(self.folder / "data" / "archive", clock).write([batch])
        return router.name

    def _start(self) -> None:
        with (self.folder / "omc.log").open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "omc", "run", "-c", str(self.folder / "omc.yaml")],
                stdout=log,
                stderr=log,
            )
        self.wait_until(lambda: "started" in self.log)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(20)  # pages that were looked at must not keep it
            finally:
                process.kill()
                process.wait()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
