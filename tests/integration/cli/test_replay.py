"""`omc replay` as its users see it: net-snmp's tools and `omc poll`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.process import find_binary
from tests.servers.replay import replayed
from tests.servers.simulator import omc

#: Not in order, a row twice, a line that is none.
DEVICE = """\
1.3.6.1.2.1.2.2.1.8.7|2|1
1.3.6.1.2.1.2.2.1.8.7|2|2
1.3.6.1.2.1.1.5.0|4|box
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999
1.3.6.1.2.1.1.3.0|67|4200
broken
1.3.6.1.2.1.31.1.1.1.1.7|4|eth0
1.3.6.1.2.1.31.1.1.1.6.7|70|12345678901234
1.3.6.1.4.1.2021.10.1.6.1|68|Float: 0.080000
"""
V3 = ("-v3", "-l", "authPriv", "-u", "omc", "-a", "SHA-256", "-A", "simulated-auth")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    file = tmp_path_factory.mktemp("recordings") / "box.snmprec"
    file.write_text(DEVICE, encoding="utf-8")
    with replayed(file.parent) as ports:
        yield ports["box"]


def snmp(tool: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [find_binary(tool, "snmp"), "-m", "", "-On", "-t", "1", "-r", "0", *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("tool", "access", "rows"),
    [
        ("snmpwalk", ("-v1", "-c", "any"), 6),
        ("snmpbulkwalk", ("-v2c", "-c", "other"), 7),
        ("snmpbulkwalk", (*V3, "-x", "AES", "-X", "simulated-priv"), 7),
    ],
)
def test_a_recording_is_walked_in_order_with_every_version(
    port: int, tool: str, access: tuple[str, ...], rows: int
) -> None:
    found = snmp(tool, *access, f"127.0.0.1:{port}", ".1.3.6.1")
    found = [line for line in found if " = " in line and "No more variables" not in line]
    assert len(found) == rows
    assert found[0] == ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999"
    assert found[-1] == ".1.3.6.1.4.1.2021.10.1.6.1 = Opaque: Float: 0.080000"


@pytest.mark.parametrize("version", ["1", "2c", "3"])
def test_omc_poll_reads_a_replayed_device(port: int, version: str) -> None:
    user = ("--user", "omc", "--auth", "sha256", "--priv", "aes128") if version == "3" else ()
    done = subprocess.run(
        omc("poll", f"127.0.0.1:{port}", "--snmp-version", version, *user, "--format", "json"),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMC_AUTH_KEY": "simulated-auth", "OMC_PRIV_KEY": "simulated-priv"},
        timeout=60,
    )
    samples: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    values = {sample["metric"]: sample["value"] for sample in samples}
    assert values["device_uptime_seconds"] == 42
    assert values["interface_oper_state"] == 1
    assert values.get("interface_receive_bytes_total") == (
        None if version == "1" else 12345678901234
    )


def test_files_that_hold_no_recording_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "note.snmprec").write_text("hello", encoding="utf-8")
    done = subprocess.run(
        omc("replay", str(tmp_path)), capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 2
    assert "note.snmprec: no line is OID|TYPE|VALUE" in done.stderr
