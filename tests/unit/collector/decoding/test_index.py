"""Taking the index of a row apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector.decoding.index import IndexDecoder, IndexPart, compile_index, index_names
from collector.decoding.octets import OctetFormat, octets_text


def index_of(*parts: Any) -> IndexDecoder:
    return compile_index([IndexPart.model_validate(part) for part in parts])


def texts(decode: IndexDecoder, suffix: str) -> dict[str, str] | None:
    values = decode(suffix)
    return None if values is None else {name: value.text for name, value in values.items()}


HUAWEI_PON = {
    "name": "if_index",
    "fields": {
        "kind": {"shift": 24, "bits": 8, "equals": 0xFA},
        "frame": {"shift": 19, "bits": 5},
        "slot": {"shift": 13, "bits": 6},
        "port": {"shift": 8, "bits": 5},
    },
}


@pytest.mark.parametrize(
    ("parts", "suffix", "expected"),
    [
        (["if_index"], "17", {"if_index": "17"}),
        (["frame", "slot"], "0.9", {"frame": "0", "slot": "9"}),
        (
            [HUAWEI_PON, "ont"],
            "4194316032.5",
            {"if_index": "4194316032", "kind": "250", "frame": "0", "slot": "1", "port": "15",
             "ont": "5"},
        ),
        (
            [{"name": "olt", "fields": {"slot": {"shift": 16, "bits": 8, "add": 1}}}],
            "268435456",
            {"olt": "268435456", "slot": "1"},
        ),
        (
            [{"name": "serial", "kind": "octets", "length": "prefixed"}, "port"],
            "4.72.87.84.67.2",
            {"serial": "HWTC", "port": "2"},
        ),
        (
            [{"name": "mac", "kind": "octets", "length": 6, "format": "mac"}],
            "0.1.2.170.187.204",
            {"mac": "00:01:02:aa:bb:cc"},
        ),
        ([{"name": "name", "kind": "octets", "length": "implied"}], "97.98", {"name": "ab"}),
        ([{"name": "name", "kind": "octets", "length": "prefixed"}], "0", {"name": ""}),
        (["row", {"name": "what", "kind": "oid", "length": "implied"}], "1.3.6.1",
         {"row": "1", "what": "3.6.1"}),
        ([{"name": "what", "kind": "oid", "length": "prefixed"}, "row"], "2.3.6.1",
         {"what": "3.6", "row": "1"}),
        ([{"name": "peer", "kind": "ipv4"}, "port"], "10.0.0.1.179",
         {"peer": "10.0.0.1", "port": "179"}),
    ],
)  # fmt: skip
def test_an_index_has_named_parts(parts: list[Any], suffix: str, expected: dict[str, str]) -> None:
    assert texts(index_of(*parts), suffix) == expected


@pytest.mark.parametrize(
    ("parts", "suffix"),
    [
        (["if_index"], "1.2"),
        (["frame", "slot"], "1"),
        (["if_index"], ""),
        (["if_index"], "x"),
        (["if_index"], "-1"),
        (["if_index"], "4294967296"),
        ([HUAWEI_PON], "17"),
        ([{"name": "serial", "kind": "octets", "length": "prefixed"}], "5.72.87"),
        ([{"name": "serial", "kind": "octets", "length": 2}], "72.300"),
        ([{"name": "peer", "kind": "ipv4"}], "10.0.0"),
        ([{"name": "peer", "kind": "ipv4"}], "10.0.0.256"),
        ([{"name": "what", "kind": "oid", "length": 3}], "1.2"),
        (["row", {"name": "what", "kind": "oid", "length": "prefixed"}], "1"),
    ],
)
def test_an_index_that_does_not_fit_is_none(parts: list[Any], suffix: str) -> None:
    assert index_of(*parts)(suffix) is None


def test_a_join_gets_the_sub_identifiers_as_they_stand_in_the_oid() -> None:
    decode = index_of({"name": "serial", "kind": "octets", "length": "prefixed"}, HUAWEI_PON)
    values = decode("2.72.87.4194316032")
    assert values is not None
    assert values["serial"].sub_identifiers == "2.72.87"
    assert values["if_index"].sub_identifiers == "4194316032"
    assert values["slot"].sub_identifiers == "1"


def test_bit_fields_have_names_of_their_own() -> None:
    parts = [IndexPart.model_validate(HUAWEI_PON), IndexPart.model_validate("ont")]
    assert index_names(parts) == ("if_index", "kind", "frame", "slot", "port", "ont")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"name": "a", "kind": "octets"}, "a: say its length"),
        ({"name": "a", "length": 3}, "a: only octets and oid have a length"),
        (
            {"name": "a", "kind": "ipv4", "fields": {"b": {"shift": 0, "bits": 1}}},
            "a: only an integer has bit fields",
        ),
        ({"name": "A"}, "should match pattern"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(part: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        IndexPart.model_validate(part)


@given(st.integers(0, 31), st.integers(0, 63), st.integers(0, 31), st.integers(0, 255))
def test_a_packed_index_survives_the_round_trip(frame: int, slot: int, port: int, ont: int) -> None:
    packed = 0xFA000000 + (frame << 19) + (slot << 13) + (port << 8)
    found = texts(index_of(HUAWEI_PON, "ont"), f"{packed}.{ont}")
    assert found is not None
    assert [found[name] for name in ("frame", "slot", "port", "ont")] == [
        str(frame), str(slot), str(port), str(ont),
    ]  # fmt: skip


@given(st.binary(max_size=12), st.integers(0, 2**32 - 1))
def test_prefixed_octets_survive_the_round_trip(octets: bytes, number: int) -> None:
    decode = index_of({"name": "a", "kind": "octets", "length": "prefixed", "format": "hex"}, "b")
    suffix = ".".join(map(str, (len(octets), *octets, number)))
    assert texts(decode, suffix) == {"a": octets.hex(), "b": str(number)}


@given(st.text(alphabet="0123456789.x-", max_size=30))
def test_whatever_stands_behind_a_column_harms_nobody(suffix: str) -> None:
    decode = index_of(HUAWEI_PON, {"name": "a", "kind": "octets", "length": "prefixed"}, "b")
    values = decode(suffix)
    assert values is None or set(values) >= {"a", "b"}


@pytest.mark.parametrize(
    ("octets", "octet_format", "expected"),
    [
        (b"GigabitEthernet0/0/1", "auto", "GigabitEthernet0/0/1"),
        ("Vĩnh Yên".encode(), "auto", "Vĩnh Yên"),
        (b"rack 1\r\n\0\0", "auto", "rack 1"),
        (b"two\nlines", "auto", "two lines"),
        (b"\x00\x1b\x21\x0a\xbb\xcc", "auto", "00:1b:21:0a:bb:cc"),
        (b"\xff\x01", "auto", "ff01"),
        (b"", "auto", ""),
        (b"V\xe3nh", "text", "Vãnh"),
        (b"ABC", "hex", "414243"),
        (b"ABCDEF", "mac", "41:42:43:44:45:46"),
        (b"\x0a\x00\x00\x01", "ip", "10.0.0.1"),
        (b"\x20\x01" + bytes(13) + b"\x01", "ip", "2001::1"),
        (b"\x0a\x00", "ip", "0a00"),
        (b"HWTC\x1a\x2b\x3c\x4d", "pon_serial", "HWTC1A2B3C4D"),
        (b"HWTC1A2B3C4D", "pon_serial", "HWTC1A2B3C4D"),
    ],
)
def test_octets_become_text(octets: bytes, octet_format: str, expected: str) -> None:
    assert octets_text(octets, OctetFormat(octet_format)) == expected


@given(st.binary(max_size=40), st.sampled_from(OctetFormat))
def test_octets_of_any_kind_become_one_line(octets: bytes, octet_format: OctetFormat) -> None:
    text = octets_text(octets, octet_format)
    assert "\n" not in text
    assert "\0" not in text
