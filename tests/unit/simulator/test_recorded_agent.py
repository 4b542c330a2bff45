"""An agent that replays is asked by strangers: nothing they send makes it fail."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from omc.simulator import ber, pdu
from omc.simulator.demo_settings import Access
from omc.simulator.recording import Recording
from omc.simulator.replay import MAX_MESSAGE, RecordedAgent
from omc.simulator.usm import UsmUser

_ACCESS = Access()
USER = UsmUser.from_passwords(_ACCESS.user, _ACCESS.auth_password, _ACCESS.priv_password)
AGENT = RecordedAgent(
    Recording.parse("box", b"1.3.6.1.2.1.1.5.0|4|box\n1.3.6.1.4.1.9.1.0|2|7\n"), USER
)


def message(version: int, kind: int, oid: tuple[int, ...], first: int, second: int) -> bytes:
    varbind = ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + ber.NULL_VALUE)
    request = pdu.encode_pdu(kind, 1, varbind, error_status=first, error_index=second)
    head = ber.encode_integer(version) + ber.tlv(ber.OCTET_STRING, b"any")
    return ber.tlv(ber.SEQUENCE, head + request)


@given(st.binary(max_size=200))
def test_noise_is_not_answered(data: bytes) -> None:
    assert AGENT.answer(data, 0) is None


@given(
    version=st.sampled_from([0, 1, 2, 3]),
    kind=st.sampled_from([pdu.GET, pdu.GET_NEXT, pdu.GET_BULK, pdu.SET, pdu.RESPONSE]),
    oid=st.lists(st.integers(0, 2**32 - 1), max_size=20).map(lambda tail: (1, 3, *tail)),
    numbers=st.tuples(st.integers(-5, 2**31 - 1), st.integers(-5, 2**31 - 1)),
    cut=st.integers(0, 60),
)
def test_any_request_is_answered_shortly_or_not_at_all(
    version: int, kind: int, oid: tuple[int, ...], numbers: tuple[int, int], cut: int
) -> None:
    whole = message(version, kind, oid, *numbers)
    for data in (whole, whole[:cut]):
        answer = AGENT.answer(data, 0)
        assert answer is None or len(answer) <= MAX_MESSAGE
