"""Requests against a small hand-made tree: what RFC 3416 says an agent answers."""

from dataclasses import dataclass, field

import pytest

from omc.simulator import ber, pdu
from omc.simulator.mib_tree import Column, MibTree, Rows
from omc.simulator.pdu import Pdu
from omc.simulator.snmp_agent import Responder

BASE = (1, 3, 6, 1, 4, 1, 99999)


@dataclass
class Box:
    rows: dict[str, Rows] = field(default_factory=lambda: {"ports": Rows([(1,), (2,), (7,)])})
    absent: set[int] = field(default_factory=set)


def _read(device: Box, moment: int, row: int) -> bytes | None:
    return None if row in device.absent else ber.encode_integer(moment + row)


TREE: MibTree[Box, int] = MibTree(
    [
        Column((*BASE, 1), "", lambda device, moment, row: ber.encode_text("box")),
        Column((*BASE, 2, 1), "ports", _read),
        Column((*BASE, 2, 2), "ports", lambda device, moment, row: ber.encode_integer(row)),
        Column((*BASE, 3), "", lambda device, moment, row: ber.encode_text("x" * 400)),
    ]
)
SCALAR = (*BASE, 1, 0)


def ask(kind: int, *oids: tuple[int, ...], first: int = 0, second: int = 0) -> Pdu:
    return Pdu(kind, 42, first, second, oids, b"")


def varbinds(response: bytes) -> list[tuple[tuple[int, ...], bytes]]:
    _, start, end = ber.read_element(response, 0, len(response))
    request_id, position = ber.read_integer(response, start, end)
    assert request_id == 42
    status, position = ber.read_integer(response, position, end)
    assert status == 0
    _, position = ber.read_integer(response, position, end)
    position, end = ber.read_expected(response, position, end, ber.SEQUENCE)
    found = []
    while position < end:
        inner, position_after = ber.read_expected(response, position, end, ber.SEQUENCE)
        oid, value = ber.read_oid(response, inner, position_after)
        found.append((oid, response[value:position_after]))
        position = position_after
    return found


def respond(request: Pdu, device: Box | None = None, max_size: int = 1472) -> bytes:
    return Responder(TREE, device or Box()).respond(request, 100, max_size)


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (SCALAR, ber.encode_text("box")),
        ((*BASE, 2, 1, 7), ber.encode_integer(102)),
        ((*BASE, 1), ber.NO_SUCH_INSTANCE),
        ((*BASE, 1, 0, 0), ber.NO_SUCH_INSTANCE),
        ((*BASE, 2, 1, 3), ber.NO_SUCH_INSTANCE),
        ((*BASE, 9, 0), ber.NO_SUCH_OBJECT),
        ((1, 3), ber.NO_SUCH_OBJECT),
    ],
)
def test_get_finds_exactly_what_is_asked(oid: tuple[int, ...], value: bytes) -> None:
    assert varbinds(respond(ask(pdu.GET, oid))) == [(oid, value)]


@pytest.mark.parametrize(
    ("oid", "following"),
    [
        ((1, 3), SCALAR),
        (SCALAR, (*BASE, 2, 1, 1)),
        ((*BASE, 2), (*BASE, 2, 1, 1)),
        ((*BASE, 2, 1), (*BASE, 2, 1, 1)),
        ((*BASE, 2, 1, 2), (*BASE, 2, 1, 7)),
        ((*BASE, 2, 1, 2, 5), (*BASE, 2, 1, 7)),
        ((*BASE, 2, 1, 7), (*BASE, 2, 2, 1)),
        ((*BASE, 2, 2, 9), (*BASE, 3, 0)),
    ],
)
def test_getnext_goes_to_the_instance_behind(
    oid: tuple[int, ...], following: tuple[int, ...]
) -> None:
    assert varbinds(respond(ask(pdu.GET_NEXT, oid)))[0][0] == following


def test_getnext_at_the_end_repeats_the_name_and_says_so() -> None:
    last = (*BASE, 3, 0)
    assert varbinds(respond(ask(pdu.GET_NEXT, last))) == [(last, ber.END_OF_MIB_VIEW)]


def test_getbulk_interleaves_its_repeaters_after_the_non_repeaters() -> None:
    request = ask(pdu.GET_BULK, (*BASE, 1), (*BASE, 2, 1), (*BASE, 2, 2), first=1, second=2)
    assert [oid for oid, _ in varbinds(respond(request))] == [
        SCALAR,
        (*BASE, 2, 1, 1),
        (*BASE, 2, 2, 1),
        (*BASE, 2, 1, 2),
        (*BASE, 2, 2, 2),
    ]


def test_getbulk_walks_on_over_the_table_end_and_stops_behind_the_view() -> None:
    found = varbinds(respond(ask(pdu.GET_BULK, (*BASE, 2, 2, 2), second=10)))
    assert [oid for oid, _ in found] == [(*BASE, 2, 2, 7), (*BASE, 3, 0), (*BASE, 3, 0)]
    assert found[-1][1] == ber.END_OF_MIB_VIEW


def test_getbulk_without_repetitions_answers_only_the_non_repeaters() -> None:
    request = ask(pdu.GET_BULK, (*BASE, 1), (*BASE, 2, 1), first=1, second=0)
    assert [oid for oid, _ in varbinds(respond(request))] == [SCALAR]


def test_getbulk_is_cut_to_the_size_of_a_message() -> None:
    whole = varbinds(respond(ask(pdu.GET_BULK, (*BASE, 2), second=50)))
    cut = respond(ask(pdu.GET_BULK, (*BASE, 2), second=50), max_size=200)
    assert len(cut) <= 200
    assert varbinds(cut) == whole[: len(varbinds(cut))]
    assert 0 < len(varbinds(cut)) < len(whole)


def test_a_get_that_does_not_fit_is_too_big() -> None:
    response = respond(ask(pdu.GET, *[(*BASE, 3, 0)] * 4))
    start, end = ber.read_expected(response, 0, len(response), pdu.RESPONSE)
    _, position = ber.read_integer(response, start, end)
    assert ber.read_integer(response, position, end)[0] == pdu.TOO_BIG
    assert response.endswith(b"\x30\x00")


def test_a_set_is_refused() -> None:
    response = respond(ask(pdu.SET, SCALAR))
    start, end = ber.read_expected(response, 0, len(response), pdu.RESPONSE)
    _, position = ber.read_integer(response, start, end)
    assert ber.read_integer(response, position, end)[0] == pdu.NOT_WRITABLE


def test_an_instance_that_is_absent_now_is_passed_over() -> None:
    device = Box(absent={0, 2})
    column = (*BASE, 2, 1)
    assert varbinds(respond(ask(pdu.GET, (*column, 1)), device)) == [
        ((*column, 1), ber.NO_SUCH_INSTANCE)
    ]
    walked = varbinds(respond(ask(pdu.GET_BULK, column, second=2), device))
    assert [oid for oid, _ in walked] == [(*column, 2), (*BASE, 2, 2, 1)]


def test_a_tree_refuses_a_column_inside_another() -> None:
    inner = Column((*BASE, 2, 1, 5), "", _read)
    with pytest.raises(ValueError, match="inside"):
        MibTree([Column((*BASE, 2, 1), "", _read), inner])


def test_rows_must_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        Rows([(2,), (1,)])
