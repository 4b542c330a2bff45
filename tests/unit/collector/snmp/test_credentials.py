from __future__ import annotations

import pytest

from collector.snmp.credentials import AuthProtocol, Community, PrivProtocol, Target, UsmUser


def test_secrets_are_hidden_in_repr() -> None:
    user = UsmUser("noc", AuthProtocol.SHA256, "authpassword", PrivProtocol.AES128, "privpassword")
    shown = repr(Target("192.0.2.1", credentials=user)) + repr(Community(community="s3cret"))
    assert "noc" in shown
    assert not any(secret in shown for secret in ("authpassword", "privpassword", "s3cret"))


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"priv_protocol": PrivProtocol.AES128, "priv_key": "12345678"}, "needs authentication"),
        ({"auth_protocol": AuthProtocol.SHA1, "auth_key": "1234567"}, "authentication key needs"),
        ({"auth_protocol": AuthProtocol.SHA1}, "authentication key needs"),
        (
            {
                "auth_protocol": AuthProtocol.SHA1,
                "auth_key": "12345678",
                "priv_protocol": PrivProtocol.DES,
                "priv_key": "short",
            },
            "privacy key needs",
        ),
    ],
)
def test_impossible_users_are_refused_without_showing_the_key(
    arguments: dict[str, str], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        UsmUser("noc", **arguments)  # type: ignore[arg-type]
    assert "1234567" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("192.0.2.1", "192.0.2.1:161"),
        ("2001:db8::1", "[2001:db8::1]:161"),
        ("olt-1.example.net", "olt-1.example.net:161"),
    ],
)
def test_an_endpoint_is_written_as_people_write_it(address: str, endpoint: str) -> None:
    assert Target(address).endpoint == endpoint
