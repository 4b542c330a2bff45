"""A storm of traps: none lost that the kernel delivered, one alarm an object, memory flat.

    python -m bench.trap_storm [--version 2c] [--rate 5000] [--seconds 60]
    python -m bench.trap_storm --version 3 --rate 300 --output bench/results/trap_storm_v3.json

Starts agents on many loopback addresses and `omc run`, and sends raise and clear traps of their PON
ports from these addresses: half of the time to fill whatever fills, the other half to measure.
Before that a few single traps are timed from the socket to a webhook. SNMPv3 traps are made by
net-snmp (SHA-256, AES-128), an engine a device. Figures go to bench/results/trap_storm.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Self

from bench.province_cost import Page, process
from omc.cli.api_client import ApiClient
from omc.service.demo import free_port
from omc.simulator import ber
from omc.simulator.ber import Oid
from tests.servers.process import find_binary
from tests.servers.snmpd import free_udp_port

RESULTS = Path(__file__).parent / "results"
SOURCES, SOURCES_V3 = 100, 20
PORTS = 8
#: Traps whose way to the webhook is timed.
_TIMED = 20
_KEY = "an-example-key"
_KNOWN = 'omc_traps_total{result="known"}'
_RAISE, _CLEAR = 5, 6
_BRANCH = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 12, 2, 1)
_V1_TRAP, _V2_TRAP, _IP_ADDRESS = 0xA4, 0xA7, 0x40

_SETTINGS = """\
inventory: inventory
data: data
prometheus: {{listen: 127.0.0.1:{port}}}
api: {{listen: 127.0.0.1:{api}}}
snmp:
  interval: 10s
  traps: {{listen: "0.0.0.0:{traps}", users: [watcher]}}
credentials:
  public: {{version: 2c, community: env:OMC_BENCH_COMMUNITY}}
  watcher:
    {{version: 3, user: watcher, auth: {{protocol: sha256, key: env:OMC_BENCH_KEY}},
     priv: {{protocol: aes128, key: env:OMC_BENCH_KEY}}}}
alarms:
  routes:
    - {{name: hook, via: webhook, url: "http://127.0.0.1:{hook}/"}}
"""


@dataclass(frozen=True)
class Figures:
    """What came out."""

    version: str
    rate_wanted: int
    seconds: int
    sources: int
    sent: int
    dropped_by_kernel: int
    understood: int
    lost: int
    sent_per_s: int
    cpu_us_per_trap: float
    cpu_share_of_one_core: float
    memory_at_half_time_mb: float
    memory_grown_in_second_half_mb: float
    trap_to_notification_s_median: float
    trap_to_notification_s_worst: float
    active_alarms: int
    objects: int
    polls: int
    polls_late: int
    load_average: float
    machine: str


def measure(version: str, rate: int, seconds: int) -> Figures:
    """Send, and count what came of it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trap-storm-")))
        os.environ["OMC_BENCH_COMMUNITY"] = "public"
        os.environ["OMC_BENCH_KEY"] = _KEY
        port, traps = free_port(), free_udp_port()
        page, hook = Page(port), stack.enter_context(Hook())
        agents = free_udp_port()
        agent = subprocess.Popen([sys.executable, "-m", "bench.load_agent", str(agents), "4"])
        stack.callback(agent.wait)
        stack.callback(agent.terminate)
        _write_installation(folder, port, agents, traps, hook.port)
        messages = _Messages(version, folder)
        stack.enter_context(process("run", "-c", str(folder / "omc.yaml"), log=folder / "omc.log"))
        while not page.is_ready():
            time.sleep(0.2)
        time.sleep(2.0)
        waits = _waits(stack, traps, messages, hook)
        before = page.scrape()
        warm, _ = _storm(stack, traps, messages, rate, seconds // 2)
        middle = page.scrape()
        sent, took = _storm(stack, traps, messages, rate, seconds - seconds // 2)
        sent, took = sent + warm, took + warm / rate
        after = _settled(page)
        client = ApiClient.of_settings(folder / "omc.yaml", "en")
        active = client.get("/alarms/counts")["active"]
        dropped = _drops(traps)
    understood = round(after[_KNOWN] - before[_KNOWN])
    cpu = after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    memory = after["process_resident_memory_bytes"] - middle["process_resident_memory_bytes"]
    return Figures(
        version=version,
        rate_wanted=rate,
        seconds=seconds,
        sources=messages.sources,
        sent=sent,
        dropped_by_kernel=dropped,
        understood=understood,
        lost=sent - dropped - understood,
        sent_per_s=round(sent / took),
        cpu_us_per_trap=round(cpu / sent * 1e6, 1),
        cpu_share_of_one_core=round(cpu / took, 3),
        memory_at_half_time_mb=round(middle["process_resident_memory_bytes"] / 1e6, 1),
        memory_grown_in_second_half_mb=round(memory / 1e6, 1),
        trap_to_notification_s_median=round(statistics.median(waits), 3),
        trap_to_notification_s_worst=round(max(waits), 3),
        active_alarms=active,
        objects=messages.sources * PORTS,
        polls=round(after["omc_polls_total"] - before["omc_polls_total"]),
        polls_late=round(after["omc_polls_late_total"] - before["omc_polls_late_total"]),
        load_average=os.getloadavg()[0],
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


class Hook:
    """A receiver of webhooks in a thread: when it was told of which alarm."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.put((time.monotonic(), body["key"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="hook", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Messages:
    """The traps of every device, encoded once.

    Args:
        version: Of SNMP: `1`, `2c` or `3`.
        folder: Where net-snmp keeps what it wants to remember.
    """

    def __init__(self, version: str, folder: Path) -> None:
        self.sources = SOURCES_V3 if version == "3" else SOURCES
        if version == "3":
            sys.stdout.write(f"net-snmp makes {self.sources * PORTS * 2} traps of SNMPv3 ...\n")
        self._encoded = {
            (source, port, kind): _encoded(version, source, port, kind, folder)
            for source in range(self.sources)
            for port in range(PORTS)
            for kind in (_RAISE, _CLEAR)
        }

    def of(self, source: int, port: int, kind: int) -> bytes:
        """A PON port whose transceiver is missing (5), or there again (6)."""
        return self._encoded[source, port, kind]


def _encoded(version: str, source: int, port: int, kind: int, folder: Path) -> bytes:
    if version == "3":
        return _v3_trap(source, port, kind, folder)
    return _v1_trap(source, port, kind) if version == "1" else _trap(port, kind)


def _waits(stack: ExitStack, port: int, messages: _Messages, hook: Hook) -> list[float]:
    """Seconds from a trap at the socket to the webhook that is told of its alarm."""
    waits = []
    for number, sender in enumerate(_senders(stack, messages.sources)[:_TIMED]):
        sent = time.monotonic()
        sender.sendto(messages.of(number, 0, _RAISE), ("127.0.0.1", port))
        told, _ = hook.told.get(timeout=30)
        waits.append(told - sent)
        time.sleep(0.3)
    return waits


def _settled(page: Page) -> dict[str, float]:
    """The page once no trap is left in the socket's queue."""
    before = page.scrape()
    while True:
        time.sleep(3.0)
        after = page.scrape()
        if after[_KNOWN] == before[_KNOWN]:
            return after
        before = after


def _storm(
    stack: ExitStack, port: int, messages: _Messages, rate: int, seconds: int
) -> tuple[int, float]:
    """Send for so long, every port raised at the end; how many, and the seconds it took."""
    senders = _senders(stack, messages.sources)
    rounds = [
        (sender, messages.of(source, number, kind))
        for kind in (_RAISE, _RAISE, _RAISE, _CLEAR)
        for number in range(PORTS)
        for source, sender in enumerate(senders)
    ]
    total = rate * seconds // len(rounds) * len(rounds) + len(senders) * PORTS
    began = time.monotonic()
    for count, (sender, message) in zip(range(total), cycle(rounds), strict=False):
        ahead = count / rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
        sender.sendto(message, ("127.0.0.1", port))
    return total, time.monotonic() - began


def _senders(stack: ExitStack, sources: int) -> list[socket.socket]:
    """A socket a device, with the address of that device."""
    senders = []
    for number in range(sources):
        sender = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sender.bind((_address(number), 0))
        senders.append(sender)
    return senders


def _address(number: int) -> str:
    return f"127.0.1.{number + 1}"


def _place(port: int) -> list[tuple[Oid, bytes]]:
    """Frame, slot and port, as SmartAX names a PON port."""
    return [
        ((1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, column), ber.encode_integer(value))
        for column, value in ((1, 0), (2, 1), (3, port))
    ]


def _varbinds(values: list[tuple[Oid, bytes]]) -> bytes:
    pairs = [ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + value) for oid, value in values]
    return ber.tlv(ber.SEQUENCE, b"".join(pairs))


def _message(version: int, pdu: bytes) -> bytes:
    head = ber.encode_integer(version) + ber.tlv(ber.OCTET_STRING, b"public")
    return ber.tlv(ber.SEQUENCE, head + pdu)


def _trap(port: int, kind: int) -> bytes:
    head: list[tuple[Oid, bytes]] = [
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), ber.encode_unsigned(ber.TIME_TICKS, 4711)),
        ((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), ber.encode_oid((*_BRANCH, 0, kind))),
    ]
    numbers = b"".join(map(ber.encode_integer, (1, 0, 0)))
    return _message(1, ber.tlv(_V2_TRAP, numbers + _varbinds(head + _place(port))))


def _v1_trap(source: int, port: int, kind: int) -> bytes:
    """RFC 1157 section 4.1.6: enterprise, agent-addr, enterpriseSpecific, kind, time."""
    fields = [
        ber.encode_oid(_BRANCH),
        ber.tlv(_IP_ADDRESS, socket.inet_aton(_address(source))),
        ber.encode_integer(6),
        ber.encode_integer(kind),
        ber.encode_unsigned(ber.TIME_TICKS, 4711),
        _varbinds(_place(port)),
    ]
    return _message(0, ber.tlv(_V1_TRAP, b"".join(fields)))


def _v3_trap(source: int, port: int, kind: int, folder: Path) -> bytes:
    """What net-snmp sends, caught on the way: an engine a device."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as catcher:
        catcher.bind(("127.0.0.1", 0))
        catcher.settimeout(10.0)
        oid = ".".join(map(str, (*_BRANCH, 0, kind)))
        columns = (f"1.3.6.1.4.1.2011.6.128.1.{column}" for column in (1, 2, 3))
        place = zip(columns, (0, 1, port), strict=True)
        engine = f"0x80000000aa{source:04x}"
        subprocess.run(
            [
                *(find_binary("snmptrap", "snmp"), "-v3", "-lauthPriv", "-uwatcher", "-e", engine),
                *("-aSHA-256", f"-A{_KEY}", "-xAES", f"-X{_KEY}", "-m", ""),
                *(f"127.0.0.1:{catcher.getsockname()[1]}", "", oid),
                *(part for column, value in place for part in (column, "i", str(value))),
            ],
            check=True,
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "snmp")},
        )
        return catcher.recv(65535)


def _drops(port: int) -> int:
    """Datagrams that the kernel had no room for, at this port (Linux)."""
    lines = Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if f":{port:04X} " in line.split(" rem")[0])


def _write_installation(folder: Path, port: int, agents: int, traps: int, hook: int) -> None:
    inventory = folder / "inventory"
    inventory.mkdir()
    (inventory / "sites.csv").write_text(
        "code,name,latitude,longitude\nS1,Site,21.3,105.6\n", encoding="utf-8"
    )
    rows = (f"OLT{n},olt,S1,{_address(n)},{agents},public\n" for n in range(SOURCES))
    header = "name,kind,site,address,port,credentials\n"
    (inventory / "nodes.csv").write_text(header + "".join(rows), encoding="utf-8")
    settings = _SETTINGS.format(port=port, api=free_port(), traps=traps, hook=hook)
    (folder / "omc.yaml").write_text(settings, encoding="utf-8")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--version", choices=["1", "2c", "3"], default="2c")
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--output", type=Path, default=RESULTS / "trap_storm.json")
    wish = parser.parse_args()
    figures = measure(wish.version, wish.rate, wish.seconds)
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:32} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
