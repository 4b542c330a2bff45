"""Settings that are right, and secrets that stay hidden."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog

from omc.core.errors import ConfigurationError
from omc.core.resources import config_folder
from omc.core.settings import (
    CommunityCredentials,
    InfluxV1Settings,
    InfluxV2Settings,
    Role,
    Settings,
    UserCredentials,
    load_settings,
)
from tests.servers.certificates import CertificateAuthority

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g"

FULL = """
timezone: Asia/Ho_Chi_Minh
language: en
inventory: inventory
data: state
profiles: [profiles]
snmp: {interval: 5m, poll_deadline: 90s, timeout: 500ms, retries: 0}
credentials:
  read-only: {version: 2c, community: "env:COMMUNITY"}
  old: {version: 1, community: "env:COMMUNITY"}
  core:
    version: 3
    user: omc
    auth: {protocol: sha256, key: "file:secrets/auth"}
    priv: {protocol: aes256, key: "env:PRIV", key_expansion: cisco}
mqtt:
  - name: sites
    host: broker.example
    tls: {}
    user: omc
    password: env:MQTT
    subscriptions:
      - {topic: "bts/v1/{site}/+/telemetry", mapping: native, qos: 1, share: omc}
prometheus: {listen: "[::1]:9000", expiry_intervals: 5}
influxdb:
  - {name: new, url: "http://127.0.0.1:8086/", version: 2, org: o, bucket: b, token: "env:TOKEN"}
  - {name: old, url: "https://10.0.0.5", version: "1", database: omc, flush_interval: 250ms,
     order: in_order}
remote_write:
  - name: prometheus
    url: https://10.0.0.6/api/v1/write
    token: env:TOKEN
    headers: {X-Scope-OrgID: vnpt, X-Key: "env:HEADER"}
    tls: {}
  - {name: victoria, url: "http://10.0.0.7/w", order: any, user: omc, password: "env:MQTT"}
archive: {folder: history, raw: 14d, roll_ups: 365d, maintenance_memory: 1GiB}
users:
  - {name: lan, role: operator, password_hash: "HASH"}
tokens:
  - {name: wall, role: viewer, token: "env:TOKEN"}
log: {level: warning, format: json}
""".replace("HASH", HASH)

SECRETS = {
    "COMMUNITY": "sea-shell-one",
    "PRIV": "sea-shell-two",
    "MQTT": "sea-shell-three",
    "TOKEN": "sea-shell-four-long-enough",
    "HEADER": "sea-shell-six",
}
AUTH_KEY = "sea-shell-five"


def _write(folder: Path, text: str) -> Path:
    for name in ("inventory", "profiles", "secrets"):
        (folder / name).mkdir()
    (folder / "secrets" / "auth").write_text(f"{AUTH_KEY}\n", encoding="utf-8")
    path = folder / "omc.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(_write(tmp_path, FULL), SECRETS)


def test_two_keys_are_enough(tmp_path: Path) -> None:
    settings = load_settings(_write(tmp_path, "inventory: inventory\ndata: state\n"), {})
    assert settings.timezone == ZoneInfo("Asia/Ho_Chi_Minh")
    assert (settings.snmp.interval, settings.snmp.timeout) == (60.0, 2.0)
    assert str(settings.prometheus.listen) == "127.0.0.1:9469"
    assert (settings.language, settings.log.level) == ("vi", "info")


def test_paths_are_relative_to_the_file(tmp_path: Path, settings: Settings) -> None:
    assert settings.inventory == tmp_path / "inventory"
    assert settings.data == tmp_path / "state"
    assert settings.profiles == (tmp_path / "profiles",)
    assert settings.archive_folder == tmp_path / "history"


def test_the_archive_keeps_whole_days(settings: Settings) -> None:
    assert (settings.archive.raw_days, settings.archive.roll_up_days) == (14, 365)


def test_durations_are_seconds(settings: Settings) -> None:
    assert (settings.snmp.interval, settings.snmp.timeout) == (300.0, 0.5)
    assert settings.influxdb[1].flush_interval == 0.25


def test_a_poll_never_takes_longer_than_the_interval_of_its_device(settings: Settings) -> None:
    assert (settings.snmp.deadline(300.0), settings.snmp.deadline(30.0)) == (90.0, 30.0)


def test_credentials_know_their_versions(settings: Settings) -> None:
    community, user = settings.credentials["old"], settings.credentials["core"]
    assert isinstance(community, CommunityCredentials)
    assert (community.version, community.community.get_secret_value()) == ("1", "sea-shell-one")
    assert isinstance(user, UserCredentials)
    assert user.auth is not None
    assert user.auth.key.get_secret_value() == AUTH_KEY
    assert user.priv is not None
    assert (user.priv.protocol, user.priv.key_expansion) == ("aes256", "cisco")


def test_the_port_of_a_broker_follows_from_tls(settings: Settings) -> None:
    broker = settings.mqtt[0]
    assert (broker.effective_port, broker.effective_client_id) == (8883, "omc-sites")
    plain = broker.model_copy(update={"tls": None})
    assert plain.effective_port == 1883
    assert plain.model_copy(update={"port": 11883}).effective_port == 11883


def test_sinks_of_both_versions_stand_side_by_side(settings: Settings) -> None:
    new, old = settings.influxdb
    assert isinstance(new, InfluxV2Settings)
    assert (new.url, new.bucket) == ("http://127.0.0.1:8086", "b")
    assert isinstance(old, InfluxV1Settings)
    assert (old.database, old.user) == ("omc", None)
    assert (new.order_free, old.order_free) == (True, False)


def test_a_remote_write_receiver_is_in_order_unless_it_says_otherwise(
    settings: Settings,
) -> None:
    prometheus, victoria = settings.remote_write
    assert (prometheus.order_free, victoria.order_free) == (False, True)
    headers = {name: value.get_secret_value() for name, value in prometheus.headers.items()}
    assert headers == {"X-Scope-OrgID": "vnpt", "X-Key": "sea-shell-six"}


def test_users_have_roles_and_hashes(settings: Settings) -> None:
    assert settings.users[0].role is Role.OPERATOR
    assert settings.users[0].password_hash.get_secret_value() == HASH


def test_a_password_hash_may_come_from_a_file(tmp_path: Path) -> None:
    text = (
        "inventory: inventory\ndata: state\n"
        "users: [{name: lan, role: admin, password_hash: 'file:secrets/lan'}]\n"
    )
    path = _write(tmp_path, text)
    (tmp_path / "secrets" / "lan").write_text(HASH + "\n", encoding="utf-8")
    assert load_settings(path, {}).users[0].password_hash.get_secret_value() == HASH


@pytest.mark.parametrize(
    ("content", "secret"),
    [("a\n", "a"), ("a\r\n", "a"), (" a \n", " a "), ("a\n\n", "a\n"), ("mật khẩu", "mật khẩu")],
)
def test_a_secret_file_loses_one_line_end_and_nothing_else(
    tmp_path: Path, content: str, secret: str
) -> None:
    text = (
        "inventory: inventory\ndata: state\n"
        "credentials: {core: {version: 2c, community: 'file:secrets/c'}}\n"
    )
    path = _write(tmp_path, text)
    (tmp_path / "secrets" / "c").write_text(content, encoding="utf-8", newline="")
    core = load_settings(path, {}).credentials["core"]
    assert isinstance(core, CommunityCredentials)
    assert core.community.get_secret_value() == secret


def _all_secrets() -> list[str]:
    return [*SECRETS.values(), AUTH_KEY, HASH]


def test_no_secret_shows_when_settings_are_printed_dumped_or_logged(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = structlog.wrap_logger(
        structlog.PrintLogger(), processors=[structlog.processors.KeyValueRenderer()]
    )
    logger.info("started", settings=settings, credentials=settings.credentials)
    logging.getLogger("omc").warning("%s %r", settings, settings.users)
    printed = capsys.readouterr()
    shown = [repr(settings), str(settings), settings.model_dump_json(), printed.out, printed.err]
    assert "**********" in shown[0]
    for secret in _all_secrets():
        assert not any(secret in text for text in shown)


def test_no_secret_shows_in_the_traceback_of_a_fault(tmp_path: Path) -> None:
    path = _write(tmp_path, FULL.replace("language: en", "language: xx"))
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, SECRETS)
    shown = "".join(traceback.format_exception(caught.value))
    assert "language: found 'xx'" in shown
    assert not any(secret in shown for secret in _all_secrets())


def test_settings_do_not_change(settings: Settings) -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.language = "vi"  # type: ignore[misc]


def test_the_shipped_example_is_right_as_it_is_and_with_every_comment_taken_off(
    tmp_path: Path,
) -> None:
    shipped = (config_folder() / "omc.yaml").read_text(encoding="utf-8")
    (tmp_path / "inventory").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "snmp-community").write_text("public", encoding="utf-8")
    path = tmp_path / "omc.yaml"
    path.write_text(shipped, encoding="utf-8")
    assert load_settings(path, {}).mqtt == ()
    path.write_text(_uncommented(shipped), encoding="utf-8")
    (tmp_path / "secrets" / "known_hosts").write_text("", encoding="ascii")
    for name in ("profiles", "mappings", "alarms", "certificates", "pm-files"):
        (tmp_path / name).mkdir()
    authority = CertificateAuthority()
    ours = authority.issue("omc")
    certificates = {"ca.pem": authority.certificate, "units-ca.pem": authority.certificate}
    certificates |= {"omc.pem": ours.certificate, "omc.key": ours.key}
    for name, text in certificates.items():
        (tmp_path / "certificates" / name).write_text(text, encoding="ascii")
    for name in ("lan.argon2", "du-vendor.argon2"):
        (tmp_path / "secrets" / name).write_text(HASH, encoding="utf-8")
    names = ("AUTH_KEY", "PRIV_KEY", "MQTT_PASSWORD", "INFLUX_TOKEN", "WRITE_TOKEN", "WALL_TOKEN")
    settings = load_settings(path, {f"OMC_{name}": "x" * 24 for name in (*names, "SFTP_PASSWORD")})
    assert [broker.name for broker in settings.mqtt] == ["sites"]
    assert [source.kind for source in settings.pm.sources] == ["folder", "sftp"]
    assert [sink.name for sink in settings.influxdb] == ["history"]
    assert [sink.name for sink in settings.remote_write] == ["prometheus"]
    assert set(settings.credentials) == {"read-only", "backbone"}
    assert settings.snmp.concurrency == 500
    assert settings.ves is not None
    assert [user.name for user in settings.ves.users] == ["du-vendor"]


def _uncommented(text: str) -> str:
    """The example with commented settings put to use; comments in prose begin with a capital."""
    lines = []
    for line in text.splitlines():
        indent, hash_, rest = line.partition("# ")
        is_setting = hash_ and not indent.strip() and (rest[:1] in " -" or rest[:1].islower())
        prose = rest.startswith(("stand here", "Paths")) or " " in rest.split(":")[0].strip(" -")
        lines.append(indent + rest if is_setting and not prose else line)
    return "\n".join(lines) + "\n"
