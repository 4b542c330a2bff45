"""What is read of a measurement document, in every form, and of one that is none."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.pm.document import DocumentReader, MeasValue
from omc.core.errors import Malformed
from tests.unit.collector.pm.documents import END_MS, collec_file

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CELL = "EUtranCellFDD=A"
PLAIN = collec_file({CELL: ["5", "7"], "EUtranCellFDD=B": ["1", "2"]}, ["RRC.A", "RRC.B"])


def read(text: str | bytes, step: int = 1 << 16) -> tuple[list[MeasValue], DocumentReader]:
    data = text.encode() if isinstance(text, str) else text
    reader = DocumentReader("f.xml", ZONE)
    found = [one for at in range(0, len(data), step) for one in reader.feed(data[at : at + step])]
    return found + reader.close(), reader


def failing(text: str | bytes) -> tuple[str, list[MeasValue]]:
    data = text.encode() if isinstance(text, str) else text
    reader = DocumentReader("f.xml", ZONE)
    found: list[MeasValue] = []
    with pytest.raises(Malformed) as caught:  # noqa: PT012 - feeding is the loop
        for at in range(0, len(data), 1 << 16):
            found += reader.feed(data[at : at + (1 << 16)])
        found += reader.close()
    return str(caught.value), found + reader.take()


def test_results_as_elements_keep_their_positions_whatever_their_order() -> None:
    text = PLAIN.replace('<r p="1">5</r><r p="2">7</r>', '<r p="2">7</r><r p="1">5</r>')
    found, reader = read(text)
    assert [(one.object, one.values) for one in found] == [
        (CELL, ["5", "7"]),
        ("EUtranCellFDD=B", ["1", "2"]),
    ]
    assert reader.is_complete
    assert found[0].info.end_ms == END_MS
    assert found[0].info.period == 900
    assert found[0].info.origin.label == "ENB1"


def test_results_as_a_list_are_the_same() -> None:
    text = (
        PLAIN.replace('<measType p="1">RRC.A</measType><measType p="2">RRC.B</measType>', "")
        .replace("\n<measValue", "<measTypes>RRC.A RRC.B</measTypes><measValue", 1)
        .replace('<r p="1">5</r><r p="2">7</r>', "<measResults> 5\n 7 </measResults>")
        .replace('<r p="1">1</r><r p="2">2</r>', "<measResults>NIL 2</measResults>")
    )
    found, _ = read(text)
    assert [one.values for one in found] == [["5", "7"], [None, "2"]]


def test_a_prefix_and_an_unknown_namespace_change_nothing() -> None:
    text = PLAIN
    for name in ("measCollecFile", "fileHeader", "measInfo", "measType", "measValue", "r"):
        text = text.replace(f"<{name} ", f"<x:{name} ").replace(f"</{name}>", f"</x:{name}>")
    text = text.replace('xmlns="', 'xmlns:x="urn:vendor:pm" xmlns="')
    assert [one.values for one in read(text)[0]] == [["5", "7"], ["1", "2"]]


def test_the_5g_form_has_other_names_for_the_same() -> None:
    text = (
        PLAIN.replace("measCollecFile", "measDataFile")
        .replace("managedElement", "measEntity")
        .replace('fileSender localDn="OSS=1"', 'fileSender senderName="OSS" senderType="NM"')
    )
    found, _ = read(text)
    assert found[0].info.origin.element == "ManagedElement=ENB1"
    assert [one.values for one in found] == [["5", "7"], ["1", "2"]]


@pytest.mark.parametrize("step", [1, 7, 100])
def test_chunks_may_end_anywhere(step: int) -> None:
    assert [one.values for one in read(PLAIN, step)[0]] == [["5", "7"], ["1", "2"]]


def test_other_encodings_are_read_and_undeclared_ones_refused() -> None:
    latin = PLAIN.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').replace("ENB1", "Nghĩa")
    found, _ = read(PLAIN.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"))
    assert len(found) == 2
    text, _ = failing(latin.replace("ISO-8859-1", "UTF-8").encode("utf-16-le"))
    assert "f.xml:1:" in text
    text, _ = failing(PLAIN.replace('encoding="UTF-8"', 'encoding="x-none"'))
    assert "unknown encoding" in text
    for encoding in ("GBK", "GB2312", "Shift_JIS"):
        text, _ = failing(PLAIN.replace("UTF-8", encoding).encode(encoding))
        assert "multi-byte encodings are not supported. Write the file as UTF-8" in text
    text, _ = failing(PLAIN.replace("OSS=1", "OSS=\udcff").encode("utf-8", "surrogateescape"))
    assert "invalid token" in text


def test_a_suspect_mark_belongs_to_one_object() -> None:
    marked = PLAIN.replace('<r p="2">7</r>', '<r p="2">7</r><suspect>true</suspect>')
    assert [one.suspect for one in read(marked)[0]] == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.xml:1:1: the file is empty"),
        ("  ", "f.xml:1:3: the file ends before its first element"),
        ("<html><body/></html>", "the root element is html, expected measCollecFile or"),
        ("plainly not XML", "f.xml:1:1: syntax error"),
        (
            '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><measCollecFile/>',
            "a DOCTYPE: measurement files have none",
        ),
        ("<measCollecFile>" + "<a>" * 50, "elements nested deeper than 24"),
        ('<measCollecFile x="' + "y" * 3_000_000, "a tag that is longer than 1 MiB"),
        ("<measCollecFile>" + "".join(f"<a{i}/>" for i in range(1001)), "more than 1000 names"),
        (
            "<measCollecFile><measData><measInfo><measTypes>" + "x" * 6_000_000,
            "a text that is longer than 4 MiB",
        ),
        (PLAIN.replace("7</r>", "&nbsp;</r>"), "undefined entity"),
    ],
)
def test_what_is_no_measurement_file_is_refused_with_its_place(text: str, message: str) -> None:
    assert message in failing(text)[0]


def test_what_came_before_the_damage_is_kept() -> None:
    cut = PLAIN[: PLAIN.index("EUtranCellFDD=B") + 30]
    text, found = failing(cut)
    assert "f.xml:4:" in text
    assert "the file ends too early" in text
    assert [one.values for one in found] == [["5", "7"]]


def test_a_fault_of_one_object_costs_no_other() -> None:
    text = PLAIN.replace('<r p="2">7</r>', '<r p="9">7</r>')
    found, reader = read(text)
    assert [one.values for one in found] == [["5", None], ["1", "2"]]
    assert "a value without a counter of its position, of EUtranCellFDD=A" in reader.faults[0]


def test_a_group_without_a_period_is_left_out_and_told() -> None:
    text = PLAIN.replace('<granPeriod duration="PT900S"', '<granPeriod duration="15 minutes"')
    found, reader = read(text)
    assert found == []
    assert "'15 minutes' is no granularity period such as PT900S" in reader.faults[0]
    assert reader.fault_count == 3


@given(
    cuts=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6)), max_size=6),
    end=st.integers(0, 10_000),
)
def test_no_damage_of_a_file_is_anything_but_malformed(
    cuts: list[tuple[int, bytes]], end: int
) -> None:
    data = PLAIN.encode()
    for at, noise in cuts:
        data = data[: at % len(data)] + noise + data[at % len(data) + 1 :] or b"x"
    data = data[: end % (len(data) + 1)]
    reader = DocumentReader("f.xml", ZONE)
    with suppress(Malformed):
        reader.feed(data)
        reader.close()
    assert all(len(one.values) == len(one.info.counters) for one in reader.take())
