"""Recordings: what stands in a line, and what an agent makes of it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omc.core.errors import ConfigurationError
from omc.simulator import ber, pdu
from omc.simulator.pdu import Pdu
from omc.simulator.recording import Recording
from omc.simulator.snmp_agent import Responder
from omc.simulator.version1 import respond_version_1

OID = (1, 3, 6, 1, 4, 1, 99999, 1, 0)


def the_value(line: bytes) -> bytes:
    recording = Recording.parse("one", b"1.3.6.1.4.1.99999.1.0|" + line)
    assert recording.faults == ()
    return recording.values[0]


@pytest.mark.parametrize(
    ("line", "encoded"),
    [
        (b"2|-1", b"\x02\x01\xff"),
        (b"2|2147483647", b"\x02\x04\x7f\xff\xff\xff"),
        (b"4|-9.36 dBm", b"\x04\x09-9.36 dBm"),
        (b"4|a|b", b"\x04\x03a|b"),
        (b"4|", b"\x04\x00"),
        (b"4x|07e40809", b"\x04\x04\x07\xe4\x08\x09"),
        (b'4e|\\x07\\t\\\\"', b'\x04\x04\x07\t\\"'),
        (b"4e|\\q\\", b"\x04\x03\\q\\"),
        (b"5|", b"\x05\x00"),
        (b"6|1.3.6.1.4.1.9", b"\x06\x06+\x06\x01\x04\x01\x09"),
        (b"6|.1.3.6.1.4.1.9", b"\x06\x06+\x06\x01\x04\x01\x09"),
        (b"64|10.1.2.3", b"\x40\x04\x0a\x01\x02\x03"),
        (b"64x|0a010203", b"\x40\x04\x0a\x01\x02\x03"),
        (b"65|4294967295", b"\x41\x05\x00\xff\xff\xff\xff"),
        (b"66|7", b"\x42\x01\x07"),
        (b"67|7", b"\x43\x01\x07"),
        (b"68|Float: 0.5", b"\x44\x07\x9f\x78\x04" + struct.pack(">f", 0.5)),
        (b"68|Opaque: Double: 0.1", b"\x44\x0b\x9f\x79\x08" + struct.pack(">d", 0.1)),
        (b"68x|9f78043f000000", b"\x44\x07\x9f\x78\x04\x3f\x00\x00\x00"),
        (b"70|18446744073709551615", b"\x46\x09\x00" + b"\xff" * 8),
        (b"129|", b"\x81\x00"),
    ],
)
def test_every_type_is_served_as_it_was_recorded(line: bytes, encoded: bytes) -> None:
    assert the_value(line) == encoded


def test_rows_are_sorted_and_the_first_of_equal_oids_counts() -> None:
    lines = b"1.3.6.1.10|2|10\n.1.3.6.1.9|2|9\n1.3.6.1.10|2|99\n"
    recording = Recording.parse("mixed", lines)
    assert recording.oids == [(1, 3, 6, 1, 9), (1, 3, 6, 1, 10)]
    assert recording.values == [ber.encode_integer(9), ber.encode_integer(10)]


@pytest.mark.parametrize(
    "line",
    [
        *(b"text", b"1.3|2", b"1.3.x|2|1", b"1.3.6.1|2|one", b"1.3.6.1|99|1", b"9.3.6|2|1"),
        *(b"1.3.6.1|4x|0", b"1.3.6.1|64|10.1", b"1.3.6.1.4294967296|2|1"),
        b"1.3.6.1|2|" + b"9" * 30,
        b"1.3.6.1|68|Float: 1e300",
    ],
)
def test_a_line_that_is_no_row_is_told_and_left_out(line: bytes) -> None:
    recording = Recording.parse("bad", b"# a comment\n" + line + b"\n1.3.6.1.1|2|1\n")
    assert recording.oids == [(1, 3, 6, 1, 1)]
    assert [fault.line for fault in recording.faults] == [2]


@given(st.binary())
def test_no_file_is_too_broken_to_be_read(content: bytes) -> None:
    recording = Recording.parse("random", content)
    assert recording.oids == sorted(set(recording.oids))
    assert len(recording.oids) == len(recording.values)


def test_a_file_without_a_row_is_an_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("walk") / "empty.snmprec"
    file.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"empty\.snmprec: no line is OID"):
        Recording.load(file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Recording.load(file.with_name("missing.snmprec"))


# -- version 1 -------------------------------------------------------------------------------------

WALK = Recording.parse("v1", b"1.3.6.1.1|2|1\n1.3.6.1.2|70|2\n1.3.6.1.3|4|three\n")


def ask_version_1(kind: int, *oids: tuple[int, ...]) -> tuple[int, int, bytes] | None:
    """error-status, error-index and varbinds."""
    response = respond_version_1(Responder(WALK, None), Pdu(kind, 7, 0, 0, oids, b"echo"), None)
    if response is None:
        return None
    start, end = ber.read_expected(response, 0, len(response), pdu.RESPONSE)
    _, position = ber.read_integer(response, start, end)
    status, position = ber.read_integer(response, position, end)
    index, position = ber.read_integer(response, position, end)
    start, end = ber.read_expected(response, position, end, ber.SEQUENCE)
    return status, index, response[start:end]


def test_version_1_skips_counters_of_64_bits_when_walking() -> None:
    answer = ask_version_1(pdu.GET_NEXT, (1, 3, 6, 1, 1))
    assert answer is not None
    assert answer[0] == 0
    assert answer[2].endswith(b"three")


@pytest.mark.parametrize(
    ("kind", "oids", "index"),
    [
        (pdu.GET, [(1, 3, 6, 1, 1), (1, 3, 6, 1, 9)], 2),
        (pdu.GET, [(1, 3, 6, 1, 2)], 1),
        (pdu.GET_NEXT, [(1, 3, 6, 1, 3)], 1),
        (pdu.SET, [(1, 3, 6, 1, 1)], 1),
    ],
)
def test_version_1_refuses_the_whole_request_for_what_is_not_there(
    kind: int, oids: list[tuple[int, ...]], index: int
) -> None:
    assert ask_version_1(kind, *oids) == (pdu.NO_SUCH_NAME, index, b"echo")


def test_version_1_has_no_bulk() -> None:
    assert ask_version_1(pdu.GET_BULK, (1, 3, 6, 1)) is None
