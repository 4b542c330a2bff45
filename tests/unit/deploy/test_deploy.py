"""What is shipped for running it: compose file, image and systemd unit hold together."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.grafana.build import FOLDER as GRAFANA_JSON

CHECKOUT = Path(__file__).parents[3]
DEPLOY = CHECKOUT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")

_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
#: Written by make_secrets.py, which a test of its own runs.
_MADE = {"./mosquitto/passwd"}


def by_default(text: str) -> str:
    """A text of the compose file with the defaults of its variables put in."""
    return _VARIABLE.sub(lambda found: found[3] if found[2] == "-" else "", text)


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Sources and targets of what is mounted."""
    return [
        (source, target)
        for source, target, *_ in (by_default(one).split(":") for one in service["volumes"])
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_runs_without_rights_and_cannot_change_itself(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[1-9]\d*:\d+", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_says_whether_it_is_well_and_is_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_version(name: str) -> None:
    image, _, version = SERVICES[name]["image"].rpartition(":")
    assert image
    assert version != "latest"


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there(name: str) -> None:
    for source, _ in mounts(SERVICES[name]):
        if source.startswith("."):
            assert source in _MADE or (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_who_is_waited_for_exists_and_can_be_well(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] in {"service_healthy", "service_started"}
        assert "healthcheck" in SERVICES[other]


def test_only_traps_come_in_from_other_machines() -> None:
    published = [by_default(port) for one in SERVICES.values() for port in one["ports"]]
    open_to_all = [port for port in published if not port.startswith("127.0.0.1:")]
    assert open_to_all == ["0.0.0.0:162:10162/udp"]


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("omc/omc.yaml", {"mosquitto", "influxdb", "alertmanager"}),
        ("prometheus/prometheus.yml", {"omc", "alertmanager"}),
        ("compose.yaml", {"prometheus", "influxdb"}),
    ],
)
def test_containers_call_each_other_by_their_names(file: str, named: set[str]) -> None:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    called = set(re.findall(r"(?:http://|host: |targets: \[\")([a-z]+)", text))
    assert called == named
    assert called <= set(SERVICES)


def test_grafana_finds_dashboards_and_data_sources_where_it_looks() -> None:
    targets = {target: source for source, target in mounts(SERVICES["grafana"])}
    provisioning = DEPLOY / targets["/etc/grafana/provisioning"]
    [providers] = (provisioning / "dashboards").glob("*.yaml")
    for provider in yaml.safe_load(providers.read_text(encoding="utf-8"))["providers"]:
        inside = Path(provider["options"]["path"])
        folder = DEPLOY / targets[str(inside.parent)] / inside.name
        assert folder.resolve() == GRAFANA_JSON / inside.name
        assert list(folder.glob("*.json"))
    [sources] = (provisioning / "datasources").glob("*.yaml")
    wanted = {name for name, *_ in _VARIABLE.findall(sources.read_text(encoding="utf-8"))}
    assert wanted
    assert wanted <= set(SERVICES["grafana"]["environment"])


def test_the_image_is_built_of_what_there_is() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert names
    assert all((CHECKOUT / name).exists() for name in names)
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert SERVICES["omc"]["user"] == "10001:10001"


def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / "omc.service", encoding="utf-8")
    return parser


def test_the_unit_has_one_right_and_writes_in_one_folder() -> None:
    service = unit()["Service"]
    assert service["CapabilityBoundingSet"] == "CAP_NET_BIND_SERVICE"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "omc"
    assert service["User"] != "root"


def test_the_unit_checks_the_settings_before_it_starts_the_service() -> None:
    service = unit()["Service"]
    assert service["ExecStartPre"].split()[1] == "check"
    assert service["ExecStart"].split()[1] == "run"
    assert service["ExecStart"].split()[2:] == service["ExecStartPre"].split()[2:]
