"""A storm of SNMPv2c traps: none lost that the kernel delivered, one alarm an object.

    python -m bench.trap_storm [--rate 5000] [--seconds 20]

Starts agents on many loopback addresses and `omc run`, and sends raise and clear traps of their PON
ports from these addresses. Figures are written to bench/results/trap_storm.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

from bench.province_cost import Page, process
from omc.cli.api_client import ApiClient
from omc.service.demo import free_port
from omc.simulator import ber
from tests.servers.snmpd import free_udp_port

RESULTS = Path(__file__).parent / "results"
SOURCES = 100
PORTS = 8
_RAISE, _CLEAR = 108, 109
_BRANCH = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1, 12, 2, 1, 0)
_V2_TRAP = 0xA7

_SETTINGS = """\
inventory: inventory
data: data
prometheus: {{listen: 127.0.0.1:{port}}}
api: {{listen: 127.0.0.1:{api}}}
snmp:
  interval: 10s
  traps: {{listen: "0.0.0.0:{traps}"}}
credentials:
  public: {{version: 2c, community: env:OMC_BENCH_COMMUNITY}}
"""


@dataclass(frozen=True)
class Figures:
    """What came out."""

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
    memory_grown_in_second_half_mb: float
    active_alarms: int
    objects: int
    polls: int
    polls_late: int
    load_average: float
    machine: str


def measure(rate: int, seconds: int) -> Figures:
    """Send, and count what came of it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trap-storm-")))
        os.environ["OMC_BENCH_COMMUNITY"] = "public"
        port, traps = free_port(), free_udp_port()
        page = Page(port)
        agents = free_udp_port()
        agent = subprocess.Popen([sys.executable, "-m", "bench.load_agent", str(agents), "4"])
        stack.callback(agent.wait)
        stack.callback(agent.terminate)
        _write_installation(folder, port, agents, traps)
        stack.enter_context(process("run", "-c", str(folder / "omc.yaml"), log=folder / "omc.log"))
        while not page.is_ready():
            time.sleep(0.2)
        time.sleep(2.0)
        before = page.scrape()
        warm, _ = _storm(stack, traps, rate, seconds // 2)
        middle = page.scrape()
        sent, took = _storm(stack, traps, rate, seconds - seconds // 2)
        sent, took = sent + warm, took + warm / rate
        time.sleep(3.0)
        after = page.scrape()
        active = len(ApiClient.of_settings(folder / "omc.yaml", "en").get("/alarms"))
        dropped = _drops(traps)
    understood = round(after['omc_traps_total{result="known"}'])
    cpu = after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    memory = after["process_resident_memory_bytes"] - middle["process_resident_memory_bytes"]
    return Figures(
        rate_wanted=rate,
        seconds=seconds,
        sources=SOURCES,
        sent=sent,
        dropped_by_kernel=dropped,
        understood=understood,
        lost=sent - dropped - understood,
        sent_per_s=round(sent / took),
        cpu_us_per_trap=round(cpu / sent * 1e6, 1),
        cpu_share_of_one_core=round(cpu / took, 3),
        memory_grown_in_second_half_mb=round(memory / 1e6, 1),
        active_alarms=active,
        objects=SOURCES * PORTS,
        polls=round(after["omc_polls_total"] - before["omc_polls_total"]),
        polls_late=round(after["omc_polls_late_total"] - before["omc_polls_late_total"]),
        load_average=os.getloadavg()[0],
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    )


def _storm(stack: ExitStack, port: int, rate: int, seconds: int) -> tuple[int, float]:
    """Send for so long, every port raised at the end; how many, and the seconds it took."""
    senders = _senders(stack)
    rounds = [
        (sender, _trap(number, kind))
        for kind in (_RAISE, _RAISE, _RAISE, _CLEAR)
        for number in range(PORTS)
        for sender in senders
    ]
    total = rate * seconds // len(rounds) * len(rounds) + len(senders) * PORTS
    began = time.monotonic()
    for count, (sender, message) in zip(range(total), cycle(rounds), strict=False):
        ahead = count / rate - (time.monotonic() - began)
        if ahead > 0.002:
            time.sleep(ahead)
        sender.sendto(message, ("127.0.0.1", port))
    return total, time.monotonic() - began


def _senders(stack: ExitStack) -> list[socket.socket]:
    """A socket a device, with the address of that device."""
    senders = []
    for number in range(SOURCES):
        sender = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sender.bind((_address(number), 0))
        senders.append(sender)
    return senders


def _address(number: int) -> str:
    return f"127.0.1.{number + 1}"


def _trap(port: int, kind: int) -> bytes:
    """A PON port without light (108), or with light again (109)."""
    values = [
        ((1, 3, 6, 1, 2, 1, 1, 3, 0), ber.encode_unsigned(ber.TIME_TICKS, 4711)),
        ((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), ber.encode_oid((*_BRANCH, kind))),
        *(
            ((1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, column), ber.encode_integer(value))
            for column, value in ((1, 0), (2, 1), (3, port))
        ),
    ]
    varbinds = [ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + value) for oid, value in values]
    numbers = b"".join(map(ber.encode_integer, (1, 0, 0)))
    pdu = ber.tlv(_V2_TRAP, numbers + ber.tlv(ber.SEQUENCE, b"".join(varbinds)))
    head = ber.encode_integer(1) + ber.tlv(ber.OCTET_STRING, b"public")
    return ber.tlv(ber.SEQUENCE, head + pdu)


def _drops(port: int) -> int:
    """Datagrams that the kernel had no room for, at this port (Linux)."""
    lines = Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if f":{port:04X} " in line.split(" rem")[0])


def _write_installation(folder: Path, port: int, agents: int, traps: int) -> None:
    inventory = folder / "inventory"
    inventory.mkdir()
    (inventory / "sites.csv").write_text(
        "code,name,latitude,longitude\nS1,Site,21.3,105.6\n", encoding="utf-8"
    )
    rows = (f"OLT{n},olt,S1,{_address(n)},{agents},public\n" for n in range(SOURCES))
    header = "name,kind,site,address,port,credentials\n"
    (inventory / "nodes.csv").write_text(header + "".join(rows), encoding="utf-8")
    settings = _SETTINGS.format(port=port, api=free_port(), traps=traps)
    (folder / "omc.yaml").write_text(settings, encoding="utf-8")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--output", type=Path, default=RESULTS / "trap_storm.json")
    wish = parser.parse_args()
    figures = measure(wish.rate, wish.seconds)
    for name, value in asdict(figures).items():
        sys.stdout.write(f"{name:32} {value}\n")
    wish.output.parent.mkdir(parents=True, exist_ok=True)
    wish.output.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
