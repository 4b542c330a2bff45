"""The settings that fit a synthetic province: `omc.yaml` and the secrets it refers to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

#: Names of the two credentials that nodes refer to.
COMMUNITY_NAME = "province"
USER_NAME = "province-v3"


@dataclass(frozen=True, slots=True)
class Access:
    """How the synthetic agents are asked. No secrets: everybody may know a simulator's passwords.

    Attributes:
        community: Of the v2c agents.
        user: Of the v3 agents.
        auth_password: SHA-256.
        priv_password: AES-128.
    """

    community: str = "public"
    user: str = "omc"
    auth_password: str = "simulated-auth"  # noqa: S105 - not a secret
    priv_password: str = "simulated-priv"  # noqa: S105 - not a secret


_SETTINGS = """\
# Settings of a synthetic province of {sites} sites, written by `omc simulate province`.
timezone: Asia/Ho_Chi_Minh
inventory: inventory
data: data

snmp:
  interval: 60s

credentials:
  {community_name}:
    version: 2c
    community: file:secrets/community
  {user_name}:
    version: 3
    user: {user}
    auth: {{protocol: sha256, key: "file:secrets/auth"}}
    priv: {{protocol: aes128, key: "file:secrets/priv"}}

mqtt:
  - name: sites
    host: {mqtt_host}
    port: {mqtt_port}
    protocol: 3.1.1           # every broker speaks it, also the small one of `omc demo`
    subscriptions:
      - topic: bts/v1/{{operator}}/{{region}}/{{site}}/{{device_class}}/{{device}}/telemetry
        mapping: native
      - topic: bts/v1/{{operator}}/{{region}}/{{site}}/{{device_class}}/{{device}}/state
        mapping: native-status
      - topic: spBv1.0/demo/#
        mapping: sparkplug

prometheus:
  listen: 127.0.0.1:9469

api:
  listen: 127.0.0.1:9470

alarms:
  core: [{core}]
"""


_MEASUREMENT_FILES = """
pm:
  sources:
    - {{kind: folder, name: base-stations, path: {folder}, pattern: "A*.xml.gz", after: delete}}
"""


def write_settings(
    folder: Path,
    sites: int,
    core: str,
    mqtt: tuple[str, int],
    access: Access,
    pm: Path | None = None,
) -> None:
    """Write `omc.yaml` and `secrets/` into a folder.

    Args:
        folder: Where to.
        sites: How many there are.
        core: Code of the core site.
        mqtt: Broker that gateways publish to.
        access: To the agents.
        pm: Folder of measurement files; None where there are none.
    """
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    for name, secret in (
        ("community", access.community),
        ("auth", access.auth_password),
        ("priv", access.priv_password),
    ):
        (secrets / name).write_text(secret + "\n", encoding="utf-8")
    text = _SETTINGS.format(
        sites=sites,
        core=core,
        community_name=COMMUNITY_NAME,
        user_name=USER_NAME,
        user=access.user,
        mqtt_host=mqtt[0],
        mqtt_port=mqtt[1],
    )
    if pm is not None:
        text += _MEASUREMENT_FILES.format(folder=json.dumps(str(pm.absolute())))
    (folder / "omc.yaml").write_text(text, encoding="utf-8")
