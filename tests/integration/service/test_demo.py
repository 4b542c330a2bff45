"""The README's first command, small: a province polled over real SNMP and MQTT, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.servers.process import free_port
from tests.servers.prometheus import Prometheus

SITES = 12


@contextmanager
def demo(log: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    with started(log, "--listen", f"127.0.0.1:{port}", *arguments) as process:
        yield process, port


@contextmanager
def started(log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "omc", "demo", *arguments],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        # Not killed: its parts are processes too, and it stops them.
        process.terminate()
        process.wait(timeout=30)


def wait_for(log: Path, text: str, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + 90
    while text not in (said := log.read_text(encoding="utf-8")):
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.2)
    return said


def parts_of(pid: int) -> list[int]:
    """Processes that a demo has started."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_prometheus_sees_what_came_by_snmp_and_what_came_by_mqtt(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    with demo(log, "--sites", str(SITES)) as (process, port):
        said = wait_for(log, "Polling", process)
        assert f"http://127.0.0.1:{port}/metrics" in said
        with Prometheus(port) as prometheus:
            routers = prometheus.wait_for("count(count by (node) (device_uptime_seconds))", 90)
            onts = prometheus.wait_for("count(pon_ont_rx_power_dbm)", 90)
            sites = prometheus.wait_for("count(count by (site) (env_temperature_celsius))", 90)
            secure = prometheus.wait_for("omc_poll_success == 1", 90)
        assert routers[0].value >= 1
        assert onts[0].value > 100
        assert 0 < sites[0].value <= SITES
        assert secure


def test_ctrl_c_ends_it_in_under_three_seconds_and_leaves_nothing_running(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    launched = time.monotonic()
    with demo(log, "--sites", str(SITES)) as (process, _):
        wait_for(log, "Polling", process)
        said = wait_for(log, "Ctrl-C", process)
        for to_try in ("/enter?token=", "simulate cut SP-", "simulate mains ", "alarms list -c "):
            assert to_try in said
        parts = parts_of(process.pid)
        assert len(parts) == 2  # the broker and the province
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
        # The bound that the product promises to whoever presses the keys; on a busy machine to
        # start takes longer as well.
        assert time.monotonic() - began < max(3.0, began - launched)
    assert "Stopped; nothing is left running." in log.read_text(encoding="utf-8")
    assert not any(is_running(part) for part in parts)


def test_a_bounded_demo_ends_by_itself_and_says_how_it_went(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    with demo(log, "--sites", "5", "--for", "8s") as (process, _):
        assert process.wait(timeout=90) == 0
    said = log.read_text(encoding="utf-8")
    assert re.search(r"\d+ of \d+ devices answering, 0 failing", said)
    assert "0 late" in said
    assert "Traceback" not in said


def test_where_the_usual_port_is_taken_another_is_used_and_said(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    with ExitStack() as stack:
        with suppress(OSError):  # already taken by something else: as good
            stack.enter_context(socket.create_server(("127.0.0.1", 9469)))
        with started(log, "--sites", "4", "--for", "1s") as process:
            assert process.wait(timeout=90) == 0
    said = log.read_text(encoding="utf-8")
    other = re.search(r"Cannot listen on 127.0.0.1:9469: .* The page is on (\S+) instead", said)
    assert other is not None, said
    assert f"http://{other[1]}/metrics" in said
