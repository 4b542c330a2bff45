"""A service that is killed in the middle of a storm of informs: what is known, and who was told.

Every inform is sent again until it is answered, and it is answered once its alarm is on disk. So at
the end every alarm has to be known, and every receiver has to have been told of it; once more than
once at most for every kill, and then with the same key.
"""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from omc.simulator import ber
from tests.servers.alertmanager import Alertmanager
from tests.servers.process import free_port, http_request
from tests.servers.smtp import SmtpServer
from tests.servers.snmpd import free_udp_port

RULE = "pon_transceiver_absent"
PORTS = 8
_ABSENT = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 12, 2, 1, 0, 5)
_TRAP, _INFORM, _RESPONSE = 0xA7, 0xA6, 0xA2
_AGAIN_SECONDS = 1.0
_START_SECONDS = 90.0

_SETTINGS = """\
inventory: inventory
data: data
archive: {{enabled: false}}
prometheus: {{listen: 127.0.0.1:{port}}}
api: {{listen: 127.0.0.1:{api}}}
snmp:
  interval: 1h
  timeout: 200ms
  retries: 0
  traps: {{listen: "127.0.0.1:{traps}", rate: 10000, burst: 100000}}
credentials:
  public: {{version: 2c, community: env:OMC_KILLED_COMMUNITY}}
alarms:
  routes:
    - {{name: hook, via: webhook, url: "http://127.0.0.1:{hook}/"}}
    - {{name: manager, via: alertmanager, url: "http://127.0.0.1:{manager}"}}
    - {{name: mail, via: mail, host: 127.0.0.1, port: {smtp}, security: none,
        sender: omc@example.vn, to: [noc@example.vn]}}
"""


@dataclass(frozen=True)
class Outcome:
    """What came of it; a repeat is a message with a key that was there before."""

    alarms: int
    kills: int
    noise_traps: int
    lost: int
    webhook_told: int
    webhook_repeats: int
    mail_told: int
    mail_repeats: int
    alertmanager_told: int
    most_repeats_of_a_kill: int
    longest_start_s: float


class Hook:
    """A receiver of webhooks: the keys in the order they came."""

    def __init__(self) -> None:
        self._keys: queue.SimpleQueue[str] = queue.SimpleQueue()
        keys = self._keys

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if body["rule"] == RULE:
                    keys.put(self.headers["Idempotency-Key"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Listen while the block runs."""
        threading.Thread(target=self._server.serve_forever, name="hook", daemon=True).start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()

    def taken(self) -> list[str]:
        """Keys that have come since this was asked last."""
        found = []
        while not self._keys.empty():
            found.append(self._keys.get())
        return found


class Storm:
    """Informs of many ports, each sent again until it is answered, among traps said before.

    Args:
        port: Where to.
        alarms: How many ports.
        rate: New informs a second.
        noise: Repeated traps a second.
    """

    def __init__(self, port: int, alarms: int, rate: float, noise: float) -> None:
        self._to = ("127.0.0.1", port)
        self._alarms, self._rate, self._noise = alarms, rate, noise
        self._answers = {_message(_RESPONSE, n, number=n): n for n in range(alarms)}
        self._sockets: list[socket.socket] = []
        self.unanswered: set[int] = set()
        self.sent = 0
        self.noise_sent = 0

    @property
    def is_over(self) -> bool:
        """Whether everything was sent and answered."""
        return self.sent == self._alarms and not self.unanswered

    def run(self, stop: threading.Event) -> None:
        """Send until everything is answered or `stop` is set."""
        with ExitStack() as stack:
            for number in range(_sources(self._alarms)):
                opened = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                opened.bind((address(number), 0))
                self._sockets.append(opened)
            began = again = time.monotonic()
            while not (self.is_over or stop.is_set()):
                now = time.monotonic()
                while self.sent < min(self._alarms, (now - began) * self._rate):
                    self.unanswered.add(self.sent)
                    self._inform(self.sent)
                    self.sent += 1
                while self.sent and self.noise_sent < (now - began) * self._noise:
                    self._send(_message(_TRAP, 1, number=self.noise_sent % self.sent))
                    self.noise_sent += 1
                if now - again >= _AGAIN_SECONDS:
                    again = now
                    for number in list(self.unanswered):
                        self._inform(number)
                self._take_answers()

    def _inform(self, number: int) -> None:
        self._send(_message(_INFORM, number, number=number), number)

    def _send(self, message: bytes, number: int = 0) -> None:
        try:
            self._sockets[number // PORTS].sendto(message, self._to)
        except ConnectionRefusedError:  # nobody listens: it is being started again
            return

    def _take_answers(self) -> None:
        for ready in select.select(self._sockets, [], [], 0.005)[0]:
            try:
                self.unanswered.discard(self._answers.get(ready.recv(65535), -1))
            except ConnectionRefusedError:
                continue


def _sources(alarms: int) -> int:
    return -(-alarms // PORTS)


def address(source: int) -> str:
    """Of a device of the storm."""
    return f"127.0.{2 + source // 250}.{source % 250 + 1}"


def _message(kind: int, request: int, *, number: int) -> bytes:
    """About the port of that number; which device it is, its socket or the trap address says."""
    values = [
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), ber.encode_unsigned(ber.TIME_TICKS, 4711)),
        ((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), ber.encode_oid(_ABSENT)),
        *(
            ((1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, column), ber.encode_integer(value))
            for column, value in ((1, 0), (2, 1), (3, number % PORTS))
        ),
        (
            (1, 3, 6, 1, 6, 3, 18, 1, 3, 0),  # snmpTrapAddress (RFC 3584)
            ber.tlv(0x40, socket.inet_aton(address(number // PORTS))),
        ),
    ]
    pairs = [ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + value) for oid, value in values]
    numbers = b"".join(map(ber.encode_integer, (request, 0, 0)))
    pdu = ber.tlv(kind, numbers + ber.tlv(ber.SEQUENCE, b"".join(pairs)))
    head = ber.encode_integer(1) + ber.tlv(ber.OCTET_STRING, b"public")
    return ber.tlv(ber.SEQUENCE, head + pdu)


class Service:
    """`omc run`, which is killed now and then."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.longest_start = 0.0

    def start(self) -> None:
        """Start it and wait until it answers."""
        began = time.monotonic()
        with (self._folder / "omc.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "omc", "run", "-c", str(self._folder / "omc.yaml")],
                stdout=log,
                stderr=log,
                env={**os.environ, "OMC_KILLED_COMMUNITY": "public"},
            )
        wait_until(self._is_there, _START_SECONDS, "the service answers")
        self.longest_start = max(self.longest_start, time.monotonic() - began)

    def _is_there(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "omc.log").read_text()[-3000:]
        try:
            return http_request(self._port, "GET", "/-/healthy")[0] == 200
        except OSError:
            return False

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


def wait_until(what: Callable[[], bool], seconds: float, name: str) -> None:
    """Return when it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not so after {seconds:.0f} s: {name}"
        time.sleep(0.1)


def kill_in_a_storm(
    folder: Path, *, alarms: int, kills: int, pause: float, noise: float, seed: int
) -> Outcome:
    """The whole story.

    Args:
        folder: For settings and data.
        alarms: How many there are to be.
        kills: How often the service is killed.
        pause: Seconds between kills, about.
        noise: Repeated traps a second.
        seed: Of the moments of the kills.
    """
    randomness, hook = Random(seed), Hook()
    with ExitStack() as stack:
        manager, smtp = stack.enter_context(Alertmanager()), stack.enter_context(SmtpServer())
        stack.enter_context(hook.serving())
        port, traps, api = free_port(), free_udp_port(), free_port()
        _write_installation(
            folder,
            alarms,
            _SETTINGS.format(
                port=port,
                api=api,
                traps=traps,
                hook=hook.port,
                manager=manager.port,
                smtp=smtp.port,
            ),
        )
        service = Service(folder, port)
        stack.callback(service.kill)
        service.start()
        storm, stop = Storm(traps, alarms, alarms / (kills * pause), noise), threading.Event()
        sending = threading.Thread(target=storm.run, args=(stop,), name="storm")
        stack.callback(sending.join)
        stack.callback(stop.set)
        sending.start()
        told: list[str] = []
        repeats: list[int] = []
        for _ in range(kills):
            time.sleep(pause * randomness.uniform(0.5, 1.5))
            service.kill()
            told += hook.taken()
            repeats.append(len(told) - len(set(told)))
            service.start()
        wait_until(lambda: storm.is_over, 120, "every inform is answered")
        seen = Counter(told)

        def is_told() -> bool:
            seen.update(hook.taken())
            return len(seen) >= alarms and len(set(_ids(smtp))) >= alarms

        wait_until(is_told, 180, "everything is told")
        ids = Counter(_ids(smtp))
        known = _known(folder, api)
        repeats.append(seen.total() - len(seen))
        return Outcome(
            alarms=alarms,
            kills=kills,
            noise_traps=storm.noise_sent,
            lost=alarms - known,
            webhook_told=len(seen),
            webhook_repeats=seen.total() - len(seen),
            mail_told=len(ids),
            mail_repeats=ids.total() - len(ids),
            alertmanager_told=_alerts(manager),
            most_repeats_of_a_kill=max(
                after - before for before, after in zip([0, *repeats], repeats, strict=False)
            ),
            longest_start_s=round(service.longest_start, 2),
        )


def _ids(smtp: SmtpServer) -> list[str]:
    """Message-IDs of the mails about the alarms of the storm, repeats included."""
    found = []
    for mail in smtp.mails():
        subject = str(make_header(decode_header(mail["Subject"])))
        if "PON" in subject:
            found.append(str(mail["Message-ID"]))
    return found


def _known(folder: Path, api: int) -> int:
    """Alarms of the storm that the service knows."""
    from omc.cli.api_client import ApiClient

    client = ApiClient.of_settings(folder / "omc.yaml", "en")
    return sum(alarm["rule"] == RULE for alarm in client.get("/alarms", limit=100_000))


def _alerts(manager: Alertmanager) -> int:
    """Alerts of the storm that Alertmanager has."""
    found = json.loads(http_request(manager.port, "GET", "/api/v2/alerts?active=true")[1])
    return sum(alert["labels"]["alertname"] == RULE for alert in found)


def _write_installation(folder: Path, alarms: int, settings: str) -> None:
    inventory = folder / "inventory"
    inventory.mkdir(parents=True)
    (inventory / "sites.csv").write_text(
        "code,name,latitude,longitude\nS1,Site,21.3,105.6\n", encoding="utf-8"
    )
    rows = (f"OLT{n},olt,S1,{address(n)},9,public\n" for n in range(_sources(alarms)))
    header = "name,kind,site,address,port,credentials\n"
    (inventory / "nodes.csv").write_text(header + "".join(rows), encoding="utf-8")
    (folder / "omc.yaml").write_text(settings, encoding="utf-8")
