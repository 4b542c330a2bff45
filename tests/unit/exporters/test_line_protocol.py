"""Line protocol, read back by a small parser of our own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.line_protocol import LineRenderer, escape_tag
from omc.core.model import Batch, SeriesTable
from tests.sample_data import NEW_YEAR_MS, make_batch, make_metric, make_series

_UNESCAPE = re.compile(r"\\([,= ])")


def _parse(line: str) -> tuple[str, dict[str, str], dict[str, float], int]:
    """One line as InfluxDB reads it: a backslash makes the next character part of the text."""
    key, fields, time = _split(line, " ")
    measurement, *tags = _split(key, ",")
    pairs = [_split(tag, "=") for tag in tags]
    assert all(len(pair) == 2 for pair in pairs), line
    labels = {_plain(name): _plain(value) for name, value in pairs}
    assert all(labels.values()), "an empty tag value is an error"
    name, value = _split(fields, "=")
    return _plain(measurement), labels, {name: float(value)}, int(time)


def _split(text: str, separator: str) -> list[str]:
    parts, current, position = [], "", 0
    while position < len(text):
        if text[position] == "\\":
            assert position + 1 < len(text), "a backslash at the end"
            current += text[position : position + 2]
            position += 2
            continue
        if text[position] == separator:
            parts.append(current)
            current = ""
        else:
            current += text[position]
        position += 1
    return [*parts, current]


def _plain(text: str) -> str:
    return _UNESCAPE.sub(r"\1", text)


def test_a_sample_is_a_line_of_measurement_tags_one_field_and_milliseconds() -> None:
    table = SeriesTable()
    series = make_series(table, "optical_rx_power_dbm", site="VP001", node="olt-1", port="0/1/0")
    lines = LineRenderer().render([make_batch({series: -27.35})])
    assert lines == (
        b"optical_rx_power_dbm,node=olt-1,port=0/1/0,site=VP001 value=-27.35 1767225600000\n"
    )


def test_a_series_without_labels_has_no_tags() -> None:
    series = make_series(SeriesTable(), "omc_series")
    assert LineRenderer().render([make_batch({series: 3.0})]) == (
        b"omc_series value=3.0 1767225600000\n"
    )


def test_samples_keep_their_order_and_their_own_times() -> None:
    series = make_series(SeriesTable(), "m")
    batch = Batch("test", 60.0)
    batch.add(series, 1.0, NEW_YEAR_MS)
    batch.add(series, 2.0, NEW_YEAR_MS - 1)
    text = LineRenderer().render([batch, make_batch({series: 3.0}, NEW_YEAR_MS + 1)])
    assert [_parse(line)[2:] for line in text.decode().splitlines()] == [
        ({"value": 1.0}, NEW_YEAR_MS),
        ({"value": 2.0}, NEW_YEAR_MS - 1),
        ({"value": 3.0}, NEW_YEAR_MS + 1),
    ]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Vĩnh Phúc, số=1", r"Vĩnh\ Phúc\,\ số\=1"),
        ("C:\\dir\\x", "C:\\dir\\x"),
        ('a "quoted" name', r'a\ "quoted"\ name'),
        ("line\nbreak\r\ttab", r"line\nbreak\r\ttab"),
        ("ends\\", "ends/"),
        ("\\\\server\\share", "/\\server\\share"),
        ("back\\ slash", "back/\\ slash"),
        ("back\\,slash", "back/\\,slash"),
        ("back\\=slash", "back/\\=slash"),
        ("back\\\n", "back/\\n"),
        ("\\", "/"),
    ],
)
def test_tag_values_are_escaped(text: str, tag: str) -> None:
    assert escape_tag(text) == tag


_LABEL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
#: Without what has to be replaced: line breaks, tabs, and backslashes before special characters.
_FAITHFUL_LABEL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1
) | st.from_regex(r"[a-z](\\[a-z])+[a-z]", fullmatch=True)
_VALUE = st.floats(allow_nan=False, allow_infinity=False)
_TIME = st.integers(min_value=0, max_value=2**53)


@given(labels=st.dictionaries(st.sampled_from(["a", "b", "site"]), _FAITHFUL_LABEL))
def test_labels_read_back_exactly(labels: dict[str, str]) -> None:
    series = SeriesTable().intern(make_metric("m"), labels)
    (line,) = LineRenderer().render([make_batch({series: 1.0})]).decode().splitlines()
    assert _parse(line)[:2] == ("m", labels)


@given(first=_LABEL, second=_LABEL, value=_VALUE, time_ms=_TIME)
def test_any_sample_is_one_line_of_two_whole_tags(
    first: str, second: str, value: float, time_ms: int
) -> None:
    series = SeriesTable().intern(make_metric("m"), {"a": first, "b": second})
    text = LineRenderer().render([make_batch({series: value}, time_ms)]).decode()
    assert text.count("\n") == 1
    name, labels, fields, time = _parse(text.rstrip("\n"))
    assert (name, list(labels), fields, time) == ("m", ["a", "b"], {"value": value}, time_ms)


@given(_LABEL)
def test_no_backslash_stands_where_servers_disagree(text: str) -> None:
    plain = re.sub(r"\\[,= ]", "", escape_tag(text))
    assert re.search(r"\\(\\|$)", plain) is None


def test_remembered_keys_are_bounded_and_give_the_same_lines() -> None:
    table = SeriesTable()
    renderer = LineRenderer(generation=10)
    for round_ in range(3):
        for n in range(35):
            series = make_series(table, "m", port=str(n))
            line = renderer.render([make_batch({series: float(round_)})])
            assert line == f"m,port={n} value={float(round_)} {NEW_YEAR_MS}\n".encode()
    assert renderer.remembered <= 20


def test_one_batch_may_hold_more_series_than_are_remembered() -> None:
    table = SeriesTable()
    batch = make_batch({make_series(table, "m", port=str(n)): 1.0 for n in range(25)})
    lines = LineRenderer(generation=10).render([batch]).decode().splitlines()
    assert [_parse(line)[1]["port"] for line in lines] == [str(n) for n in range(25)]


def test_series_of_one_row_share_what_is_remembered() -> None:
    table = SeriesTable()
    renderer = LineRenderer()
    row = {make_series(table, f"m{n}", port="1"): float(n) for n in range(3)}
    assert renderer.render([make_batch(row)]) == b"".join(
        b"m%d,port=1 value=%d.0 %d\n" % (n, n, NEW_YEAR_MS) for n in range(3)
    )
    assert renderer.remembered == 1
