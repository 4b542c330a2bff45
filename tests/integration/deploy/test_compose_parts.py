"""The configuration of the compose file, tried on the real servers that it configures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import aiomqtt
import pytest

from tests.servers.mosquitto import Mosquitto
from tests.servers.process import find_binary

CHECKOUT = Path(__file__).parents[3]
DEPLOY = CHECKOUT / "deploy"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the folder with its secrets made and the starter inventory in place."""
    folder = tmp_path / "deploy"
    shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns(".env", "passwd"))
    shutil.copytree(CHECKOUT / "config" / "starter" / "inventory", folder / "omc" / "inventory")
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    command = [sys.executable, str(folder / "make_secrets.py"), "--folder", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def secrets(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_every_secret_that_the_compose_file_asks_for_is_made(installed: Path) -> None:
    text = (installed / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(secrets(installed))
    assert (installed / ".env").stat().st_mode & 0o077 == 0


def test_secrets_that_are_there_are_kept(installed: Path) -> None:
    before = secrets(installed)
    make_secrets(installed)
    assert secrets(installed) == before


def test_the_settings_of_the_service_are_in_order(installed: Path) -> None:
    command = [sys.executable, "-m", "omc", "check", "-c", str(installed / "omc" / "omc.yaml")]
    done = subprocess.run(
        command, env=os.environ | secrets(installed), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_its_configuration(installed: Path) -> None:
    folder = installed / "prometheus"
    shutil.copy(CHECKOUT / "dashboards" / "prometheus" / "watch_omc.yaml", folder)
    promtool = find_binary("promtool", "prometheus")
    done = subprocess.run(
        [promtool, "check", "config", str(folder / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def shipped_options(folder: Path) -> list[str]:
    """Lines of the broker's configuration as they hold on this machine."""
    text = (folder / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    text = text.replace("/mosquitto/config", str(folder / "mosquitto"))
    text = text.replace("/mosquitto/data/", f"{folder}/")
    of_the_test = ("listener ", "allow_anonymous ", "log_dest ", "persistence ")
    return [line for line in text.splitlines() if not line.startswith(of_the_test)]


async def test_the_broker_lets_in_who_knows_the_password_and_nobody_else(installed: Path) -> None:
    password = secrets(installed)["OMC_MQTT_PASSWORD"]
    with Mosquitto(shipped_options(installed), anonymous=False) as broker:
        assert await came_in(broker.port, password)
        assert not await came_in(broker.port, "guess")
        assert not await came_in(broker.port, None)


async def came_in(port: int, password: str | None) -> bool:
    user = "omc" if password is not None else None
    try:
        async with aiomqtt.Client("127.0.0.1", port, username=user, password=password):
            return True
    except aiomqtt.MqttError:
        return False
