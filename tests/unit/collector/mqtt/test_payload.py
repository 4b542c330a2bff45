from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.mqtt.payload import AMBIGUOUS, LARGEST_PAYLOAD, documents_of, text_of
from collector.mqtt.rejection import Reason, Rejected

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"a":1}', '{"a":1}'),
        (b'\xef\xbb\xbf{"a":1}', '{"a":1}'),
        (b'{"a":1}\0\0\0', '{"a":1}'),
        (b" \r\n54.16\n\0", "54.16"),
        ('"Tam Đảo"'.encode(), '"Tam Đảo"'),
        (b'"28 \xb0C"', '"28 °C"'),
        (gzip.compress(b'{"a":1}', mtime=0), '{"a":1}'),
    ],
)
def test_bytes_become_text_without_what_firmwares_put_around_it(payload: bytes, text: str) -> None:
    assert text_of(payload) == text


def test_a_payload_that_is_not_utf_8_is_read_in_the_encoding_of_its_mapping() -> None:
    assert text_of("温度".encode("gbk"), "gbk") == "温度"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\0\0", Reason.EMPTY),
        (b"\xef\xbb\xbf", Reason.EMPTY),
        (b"x" * (LARGEST_PAYLOAD + 1), Reason.TOO_LARGE),
        (gzip.compress(b"x" * 10_000_000, mtime=0), Reason.TOO_LARGE),
        (gzip.compress(b'{"a":1}', mtime=0)[:-9], Reason.COMPRESSION),
        (b"\x1f\x8bnonsense", Reason.COMPRESSION),
    ],
)
def test_bytes_that_are_no_text_say_why(payload: bytes, reason: Reason) -> None:
    with pytest.raises(Rejected) as refused:
        text_of(payload)
    assert refused.value.reason is reason


def test_the_largest_payload_is_still_read() -> None:
    assert len(text_of(b"x" * LARGEST_PAYLOAD)) == LARGEST_PAYLOAD


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ('{"a":1}', [{"a": 1}]),
        ('{"a":1}{"a":2}', [{"a": 1}, {"a": 2}]),
        ('{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}]),
        ("[1]\0[2]", [[1], [2]]),
        ('{"a":NaN,"b":Infinity,"c":-Infinity}', [{"a": None, "b": None, "c": None}]),
        ('{"a":nan,"b":-inf,"c":[-nan, inf]}', [{"a": None, "b": None, "c": [None, None]}]),
        ('{"text":"line\tend"}', [{"text": "line\tend"}]),
        ('{"a":1,"a":2}', [{"a": AMBIGUOUS}]),
        ('{"a":1,"a":1}', [{"a": 1}]),
        ('{"a":1,"b":2,"a":3}', [{"a": AMBIGUOUS, "b": 2}]),
    ],
)
def test_json_is_read_with_the_faults_of_firmwares(text: str, documents: list[Any]) -> None:
    assert documents_of(text) == (documents, True)


def test_a_document_that_was_cut_off_does_not_cost_those_before_it() -> None:
    assert documents_of('{"a":1}{"a":') == ([{"a": 1}], False)


@pytest.mark.parametrize(
    "text", ["ON", "{", '{"a":}', "nanometre", "[" * 50_000, "9" * 5_000, '{"a":1,}', "{'a':1}"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        documents_of(text)
    assert refused.value.reason is Reason.NOT_JSON


@given(st.lists(_JSON, min_size=1, max_size=3))
def test_documents_in_a_row_come_back_as_they_were(documents: list[Any]) -> None:
    text = "\n".join(json.dumps(document) for document in documents)
    assert documents_of(text) == (documents, True)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_and_json_or_a_counted_refusal(payload: bytes) -> None:
    try:
        documents, _ = documents_of(text_of(payload))
    except Rejected:
        return
    assert documents
