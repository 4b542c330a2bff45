#!/usr/bin/env python3
"""Makes the passwords of the compose file, once: `deploy/.env` and the broker's password file.

    python3 deploy/make_secrets.py [--community TEXT]

Needs nothing but Python. What is there already is kept, so running it again changes nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import secrets
import sys
from pathlib import Path

HERE = Path(__file__).parent

#: What mosquitto_passwd of version 2 uses: PBKDF2 with SHA-512.
_ITERATIONS = 101
_RANDOM = (
    "OMC_MQTT_PASSWORD",
    "OMC_INFLUXDB_PASSWORD",
    "OMC_INFLUXDB_TOKEN",
    "OMC_GRAFANA_PASSWORD",
)


def environment(community: str) -> dict[str, str]:
    """Fresh secrets by the name of their variable."""
    return {"OMC_SNMP_COMMUNITY": community} | {name: secrets.token_urlsafe(24) for name in _RANDOM}


def mosquitto_line(user: str, password: str, salt: bytes) -> str:
    """A line of a password file, as mosquitto_passwd would write it."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, 64)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"{user}:$7${_ITERATIONS}${'$'.join(parts)}\n"


def read(path: Path) -> dict[str, str]:
    """The variables of an environment file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def main() -> None:
    """Write what is missing."""
    parser = argparse.ArgumentParser(description="Makes the passwords of the compose file, once.")
    parser.add_argument("--community", default="public", help="SNMP community of your devices")
    parser.add_argument("--folder", type=Path, default=HERE, help="where compose.yaml is")
    wish = parser.parse_args()
    path = wish.folder / ".env"
    if not path.exists():
        path.touch(mode=0o600)
        lines = (f"{name}={value}\n" for name, value in environment(wish.community).items())
        path.write_text("".join(lines), encoding="utf-8")
    passwords = wish.folder / "mosquitto" / "passwd"
    passwords.parent.mkdir(exist_ok=True)
    line = mosquitto_line("omc", read(path)["OMC_MQTT_PASSWORD"], secrets.token_bytes(12))
    passwords.write_text(line, encoding="utf-8")
    passwords.chmod(0o644)  # the broker's user in its container has to read it; it holds a hash
    sys.stdout.write(f"{path} and {passwords} are there\n")


if __name__ == "__main__":
    main()
