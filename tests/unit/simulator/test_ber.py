import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.simulator import ber
from omc.simulator.ber import BerError

OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39)).flatmap(
    lambda head: st.lists(st.integers(0, 2**32 - 1), max_size=40).map(lambda tail: (*head, *tail))
)


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_survives_the_round_trip(value: int) -> None:
    data = ber.encode_integer(value)
    assert ber.read_integer(data, 0, len(data)) == (value, len(data))


@given(OIDS)
def test_an_oid_survives_the_round_trip(oid: tuple[int, ...]) -> None:
    data = ber.encode_oid(oid)
    assert ber.read_oid(data, 0, len(data)) == (oid, len(data))


@given(st.binary(max_size=300))
def test_octets_survive_the_round_trip(octets: bytes) -> None:
    data = ber.tlv(ber.OCTET_STRING, octets)
    assert ber.read_octets(data, 0, len(data)) == (octets, len(data))


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "020100"),
        (127, "02017f"),
        (128, "02020080"),
        (-1, "0201ff"),
        (-128, "020180"),
        (-129, "0202ff7f"),
        (2147483647, "02047fffffff"),
    ],
)
def test_integers_take_the_fewest_bytes(value: int, encoded: str) -> None:
    assert ber.encode_integer(value) == bytes.fromhex(encoded)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "460100"), (127, "46017f"), (128, "46020080"), (2**64 - 1, "460900ffffffffffffffff")],
)
def test_an_unsigned_value_never_looks_negative(value: int, encoded: str) -> None:
    assert ber.encode_unsigned(ber.COUNTER64, value) == bytes.fromhex(encoded)


def test_large_sub_identifiers_are_written_in_base_128() -> None:
    encoded = ber.encode_oid((1, 3, 6, 1, 4, 1, 2011, 4194312192))
    assert encoded == bytes.fromhex("060c2b060104018f5b8fd080c000")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "02",
        "0201",
        "0200",
        "0280",
        "0285000000000101",
        "0209010203040506070809",
        "0600",
        "060180",
        "06062b90ffffff7f",
    ],
)
def test_broken_bytes_are_refused(data: str) -> None:
    raw = bytes.fromhex(data)
    with pytest.raises(BerError):
        (ber.read_oid if raw[:1] == b"\x06" else ber.read_integer)(raw, 0, len(raw))


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (ber.read_integer, ber.read_octets, ber.read_oid):
        try:
            _, position = read(data, 0, len(data))
        except BerError:
            continue
        assert 0 < position <= len(data)
