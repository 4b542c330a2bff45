"""The remote_write sink, against real receivers and against one that misbehaves."""

from __future__ import annotations

import base64
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from exporters.remote_write import RemoteWriteSink, open_remote_write
from exporters.stale_markers import StaleMarkers
from exporters.write_request import WriteRequestEncoder
from omc.core.clock import SystemClock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch, SeriesTable
from omc.core.settings import RemoteWriteSettings, TlsSettings
from omc.core.settings.secret_reference import SecretSource
from tests.integration.exporters.sink_stream import IMPATIENT, QUICK, SinkStream
from tests.remote_write_message import bits_of
from tests.sample_data import NEW_YEAR_MS, make_batch, make_series
from tests.servers import promql
from tests.servers.certificates import CertificateAuthority, client_files, server_context
from tests.servers.prometheus import Prometheus
from tests.servers.scripted_sink import (
    Behaviour,
    ScriptedSink,
    answer,
    hang,
    refuse_lines,
    reset,
    scripted_sink,
)
from tests.servers.victoria_metrics import VictoriaMetrics

_RECEIVER = ("--web.enable-remote-write-receiver",)
_LABELS = ["Trạm Vĩnh Phúc, số=1", 'phòng "máy" ', "C:\\dir\\", "two\nlines\ttab", "東京 🗼"]
_VALUES = [0.0, -0.0, 1e-300, 1.7976931348623157e308, 2.0**53, -27.35, 0.1 + 0.2, math.inf]
#: Ten minutes ago: servers take it, and VictoriaMetrics shows it at once.
_NOW_MS = round(time.time() - 600) * 1000

Opened = AbstractAsyncContextManager[RemoteWriteSink]


def _open(
    url: str, *, markers: StaleMarkers | None = None, order: str = "in_order", **settings: object
) -> Opened:
    written = RemoteWriteSettings.model_validate(
        {"name": "test", "url": f"{url}/api/v1/write", "order": order}
    ).model_copy(update=settings)
    if markers is None:
        markers = StaleMarkers(None)
    return open_remote_write(written, SystemClock(), WriteRequestEncoder(), markers)


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    """A receiver that takes samples in order only: use metric names of your own."""
    with Prometheus(options=_RECEIVER) as server:
        yield server


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedSink]:
    async with scripted_sink() as sink:
        yield sink


# What real servers hold afterwards


async def test_prometheus_holds_values_to_the_last_bit_times_and_labels(
    prometheus: Prometheus,
) -> None:
    table = SeriesTable()
    batch = Batch("test", 60.0)
    for n, value in enumerate(_VALUES):
        place = _LABELS[n % len(_LABELS)]
        batch.add(make_series(table, "exact", n=str(n), place=place), value, _NOW_MS + n)
    async with _open(prometheus.url) as sink:
        await sink.send([batch])
    found = promql.samples(prometheus.port, "exact", _NOW_MS + 1000)
    for n, value in enumerate(_VALUES):
        ((at, held),) = found[str(n)]
        assert (at, bits_of(held)) == (_NOW_MS + n, bits_of(value))
    labels = [one.labels for one in promql.instant(prometheus.port, "exact", _NOW_MS + 1000)]
    assert {one["n"]: one["place"] for one in labels} == {
        str(n): _LABELS[n % len(_LABELS)] for n in range(len(_VALUES))
    }
    assert {one["__name__"] for one in labels} == {"exact"}


async def test_victoria_metrics_holds_values_times_and_labels(
    victoria_metrics: VictoriaMetrics,
) -> None:
    table = SeriesTable()
    # It rounds fractions to 12 digits; these it keeps exactly.
    values = [0.0, -0.5, 53.25, 2.0**53, -27.35]
    batch = Batch("test", 60.0)
    for n, value in enumerate(values):
        batch.add(make_series(table, "rw_exact", n=str(n), place=_LABELS[n]), value, _NOW_MS + n)
    async with _open(victoria_metrics.url, order="any") as sink:
        await sink.send([batch])
    stored = {one["metric"]["n"]: one for one in victoria_metrics.samples("rw_exact")}
    assert {n: one["metric"]["place"] for n, one in stored.items()} == {
        str(n): label for n, label in enumerate(_LABELS)
    }
    found = promql.samples(victoria_metrics.port, "rw_exact", _NOW_MS + 1000)
    assert found == {str(n): [(_NOW_MS + n, value)] for n, value in enumerate(values)}


@pytest.mark.parametrize("receiver", ["prometheus", "victoria_metrics"])
async def test_a_stale_marker_ends_a_series_at_once(
    receiver: str, request: pytest.FixtureRequest
) -> None:
    server: Prometheus | VictoriaMetrics = request.getfixturevalue(receiver)
    table = SeriesTable()
    volts, other = make_series(table, "ending", n="ends"), make_series(table, "ending", n="lives")
    markers = StaleMarkers(None)
    async with _open(server.url, markers=markers) as sink:
        await sink.send([make_batch({volts: 1.0, other: 2.0}, _NOW_MS)])
        markers.add(volts, _NOW_MS + 10_000)
        await sink.send([make_batch({other: 3.0}, _NOW_MS + 10_000)])
    if isinstance(server, VictoriaMetrics):
        server.samples("ending")  # makes it show what it has just taken

    def at(seconds: int) -> list[str]:
        found = promql.instant(server.port, "ending", _NOW_MS + seconds * 1000)
        return sorted(one.labels["n"] for one in found)

    assert at(9) == ["ends", "lives"]
    assert at(11) == ["lives"]
    assert len(markers) == 0


async def test_a_series_that_comes_back_is_shown_again(prometheus: Prometheus) -> None:
    volts = make_series(SeriesTable(), "coming_back")
    markers = StaleMarkers(None)
    async with _open(prometheus.url, markers=markers) as sink:
        await sink.send([make_batch({volts: 1.0}, _NOW_MS)])
        markers.add(volts, _NOW_MS + 1000)
        await sink.send([])
        await sink.send([make_batch({volts: 2.0}, _NOW_MS + 2000)])
    shown = [
        [one.value for one in promql.instant(prometheus.port, "coming_back", _NOW_MS + at)]
        for at in (500, 1500, 2500)
    ]
    assert shown == [[1.0], [], [2.0]]


async def test_samples_that_prometheus_refuses_are_isolated_and_the_rest_is_stored(
    prometheus: Prometheus,
) -> None:
    table = SeriesTable()
    series = [make_series(table, "refused", n=f"{n:02}") for n in range(60)]
    older, repeated, ancient = series[10], series[20], series[30]
    async with _open(prometheus.url) as somebody_else:
        await somebody_else.send([make_batch({older: 1.0, repeated: 1.0}, _NOW_MS + 5)])
    batch = make_batch({one: float(n) for n, one in enumerate(series)}, _NOW_MS)
    batch.times[20] = _NOW_MS + 5  # another value at the time of one that is there
    batch.times[30] = _NOW_MS - 3 * 3600 * 1000
    async with _open(prometheus.url) as sink:
        stream = SinkStream(sink)
        stream.bus.publish(batch)
        with capture_logs() as logs:
            await stream.run_to_the_end()
    assert (stream.delivery.written, stream.delivery.rejected) == (57, 3)
    assert stream.delivery.retries == 0
    assert {entry["event"] for entry in logs} == {"samples_rejected"}
    assert logs[0]["reason"].startswith("HTTP 400: ")
    found = promql.samples(prometheus.port, "refused", _NOW_MS + 1000, "6h")
    assert found[older.labels["n"]] == found[repeated.labels["n"]] == [(_NOW_MS + 5, 1.0)]
    assert ancient.labels["n"] not in found
    assert len(found) == 59


async def test_history_that_arrives_late_costs_a_receiver_in_order_no_request(
    scripted: ScriptedSink,
) -> None:
    table = SeriesTable()
    volts, up = make_series(table, "volts"), make_series(table, "up")
    async with _open(scripted.url) as sink:
        await sink.send([make_batch({volts: 2.0}, NEW_YEAR_MS + 1000)])
        with pytest.raises(SinkRejected, match="older than what was sent") as caught:
            await sink.send([make_batch({volts: 1.0, up: 1.0}, NEW_YEAR_MS)])
        with pytest.raises(SinkRejected):
            await sink.send([make_batch({volts: 1.0}, NEW_YEAR_MS)])
    assert caught.value.rejected == 1
    assert len(scripted.writes) == 2
    assert scripted.stored[1:] == [f"up value=1.0 {NEW_YEAR_MS}"]


@pytest.mark.parametrize(("order", "window"), [("in_order", ""), ("any", "30m")])
async def test_a_clock_that_is_ahead_does_not_make_prometheus_refuse_everything_else(
    order: str, window: str
) -> None:
    table = SeriesTable()
    ahead, volts = make_series(table, "clock", n="ahead"), make_series(table, "clock", n="right")
    now_ms = SystemClock().time_ms()
    with Prometheus(options=_RECEIVER, out_of_order_window=window) as server:
        async with _open(server.url, order=order) as sink:
            stream = SinkStream(sink)
            stream.bus.publish(make_batch({ahead: 1.0}, now_ms))
            stream.bus.publish(make_batch({ahead: 2.0}, now_ms + 59 * 60_000))
            await stream.run_to_the_end()
            # Taken, that sample would be the measure of what is too old.
            await sink.send([make_batch({volts: 3.0}, now_ms - 15 * 60_000)])
        found = promql.samples(server.port, "clock", now_ms + 3_600_000, "3h")
    assert stream.delivery.rejected == 1
    assert {n: [value for _, value in one] for n, one in found.items()} == {
        "ahead": [1.0],
        "right": [3.0],
    }


async def test_prometheus_with_a_window_takes_the_newest_first_and_nothing_too_old() -> None:
    volts = make_series(SeriesTable(), "any_order")
    with Prometheus(options=_RECEIVER, out_of_order_window="30m") as server:
        async with _open(server.url, order="any") as sink:
            stream = SinkStream(sink)
            for first in range(900, -1, -100):
                stream.publish(volts, range(first, first + 100), _NOW_MS)
            stream.publish(volts, [5, -2 * 3600 * 1000, 6], _NOW_MS)
            await stream.run_to_the_end()
        found = promql.samples(server.port, "any_order", _NOW_MS + 1000, "6h")
    assert stream.delivery.rejected == 1
    assert [value for _, value in found[""]] == list(range(1000))


async def test_prometheus_killed_in_mid_stream_holds_everything_in_the_end() -> None:
    volts = make_series(SeriesTable(), "m")
    with Prometheus(options=_RECEIVER) as server:
        async with _open(server.url) as sink:
            await SinkStream(sink).run_through_a_crash(volts, server.kill, server.start, _NOW_MS)
        found = promql.samples(server.port, "m", _NOW_MS + 2000)
    assert [value for _, value in found[""]] == list(range(1000))


async def test_a_receiver_that_is_not_enabled_is_waited_for() -> None:
    volts = make_series(SeriesTable(), "m")
    with Prometheus() as server:
        async with _open(server.url) as sink:
            with pytest.raises(SinkUnavailable, match=r"HTTP 404: remote write receiver"):
                await sink.send([make_batch({volts: 1.0}, _NOW_MS)])


# A server that misbehaves


async def test_requests_look_as_the_specification_wants_them(scripted: ScriptedSink) -> None:
    volts = make_series(SeriesTable(), "m", site="Vĩnh Phúc")
    async with _open(scripted.url) as sink:
        await sink.send([make_batch({volts: 1.5})])
    (write,) = scripted.writes
    assert write.path == "/api/v1/write"
    assert write.lines == [f'm{{site="Vĩnh Phúc"}} value=1.5 {NEW_YEAR_MS}']
    assert write.headers["Content-Encoding"] == "snappy"
    assert write.headers["Content-Type"] == "application/x-protobuf"
    assert write.headers["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert write.headers["User-Agent"].startswith("omc-telemetry/")
    assert "Authorization" not in write.headers


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ({"user": "omc", "password": "env:P"}, "Basic " + base64.b64encode(b"omc:s:x").decode()),
        ({"token": "env:P"}, "Bearer s:x"),
        ({"headers": {"X-Scope-OrgID": "vnpt", "X-Key": "env:P"}}, None),
    ],
)
async def test_credentials_and_headers_are_sent_and_show_nowhere(
    scripted: ScriptedSink, tmp_path: Path, login: dict[str, object], header: str | None
) -> None:
    written = RemoteWriteSettings.model_validate(
        {"name": "test", "url": scripted.url, **login},
        context=SecretSource(tmp_path, {"P": "s:x"}),
    )
    scripted.script = [answer(400, "no")]
    volts = make_series(SeriesTable(), "m")
    opened = open_remote_write(written, SystemClock(), WriteRequestEncoder(), StaleMarkers(None))
    async with opened as sink:
        with pytest.raises(SinkRejected) as caught:
            await sink.send([make_batch({volts: 1.0})])
    (write,) = scripted.writes
    assert write.headers.get("Authorization") == header
    if header is None:
        assert (write.headers["X-Scope-OrgID"], write.headers["X-Key"]) == ("vnpt", "s:x")
    assert "s:x" not in f"{caught.value} {vars(sink)} {written!r} {written.model_dump_json()}"


_TROUBLE = [
    pytest.param(answer(500, "oops"), id="500"),
    pytest.param(answer(503, "busy"), id="503"),
    pytest.param(answer(429, "slow down", Retry_After="0"), id="429"),
    pytest.param(answer(401, "token expired"), id="401"),
    pytest.param(answer(302, Location="http://127.0.0.1:1/"), id="redirect"),
    pytest.param(hang, id="hang"),
    pytest.param(reset, id="reset"),
]


@pytest.mark.parametrize("order", ["any", "in_order"])
@pytest.mark.parametrize("trouble", _TROUBLE)
async def test_no_trouble_that_passes_loses_a_sample(
    scripted: ScriptedSink, trouble: Behaviour, order: str
) -> None:
    scripted.script = [trouble, trouble]
    volts = make_series(SeriesTable(), "m")
    async with _open(scripted.url, order=order) as sink:
        stream = SinkStream(sink, IMPATIENT if trouble is hang else QUICK)
        stream.publish(volts, range(10))
        await stream.run_to_the_end()
    assert len(scripted.writes) == 3
    assert len(scripted.stored) == 10
    assert (stream.delivery.written, stream.delivery.retries) == (10, 2)


async def test_bad_samples_are_isolated_and_the_rest_is_stored_once(scripted: ScriptedSink) -> None:
    scripted.otherwise = refuse_lines("value=37.0 ")
    volts = make_series(SeriesTable(), "m", site="VP001")
    async with _open(scripted.url) as sink:
        stream = SinkStream(sink)
        stream.publish(volts, range(100))
        with capture_logs() as logs:
            await stream.run_to_the_end()
    assert len(scripted.stored) == len(set(scripted.stored)) == 99
    assert (stream.delivery.written, stream.delivery.rejected) == (99, 1)
    assert [entry["first"] for entry in logs] == ['m{site="VP001"}']


async def test_the_pause_a_server_asks_for_reaches_the_delivery(scripted: ScriptedSink) -> None:
    scripted.script = [answer(429, "slow down", Retry_After="17")]
    volts = make_series(SeriesTable(), "m")
    async with _open(scripted.url) as sink:
        with pytest.raises(SinkUnavailable, match="HTTP 429: slow down") as caught:
            await sink.send([make_batch({volts: 1.0})])
    assert caught.value.retry_after == 17.0


async def test_nobody_listening_is_an_unavailable_sink() -> None:
    volts = make_series(SeriesTable(), "m")
    async with _open("http://127.0.0.1:1") as sink:
        with pytest.raises(SinkUnavailable, match="connection refused"):
            await sink.send([make_batch({volts: 1.0})])


async def test_a_large_request_goes_through_one_kept_connection(scripted: ScriptedSink) -> None:
    table = SeriesTable()
    rows = {make_series(table, "m", n=str(n) * 40): n / 7 for n in range(20_000)}
    async with _open(scripted.url) as sink:
        for at in range(2):
            await sink.send([make_batch(rows, NEW_YEAR_MS + at)])
    assert len(scripted.stored) == 40_000
    assert len({write.client_port for write in scripted.writes}) == 1


# Stale markers when things go wrong


async def test_a_marker_that_does_not_arrive_goes_with_the_next_samples(
    scripted: ScriptedSink,
) -> None:
    volts = make_series(SeriesTable(), "m")
    markers = StaleMarkers(None)
    scripted.script = [answer(204), answer(503, "busy")]
    async with _open(scripted.url, markers=markers) as sink:
        await sink.send([make_batch({volts: 1.0})])
        markers.add(volts, NEW_YEAR_MS + 1)
        await sink.send([])
        await sink.send([])
    assert scripted.stored == [
        f"m value=1.0 {NEW_YEAR_MS}",
        f"m value=stale {NEW_YEAR_MS + 1}",
    ]


async def test_a_marker_that_is_refused_is_told_once_and_costs_no_sample(
    scripted: ScriptedSink,
) -> None:
    volts = make_series(SeriesTable(), "m")
    markers = StaleMarkers(None)
    scripted.otherwise = refuse_lines("stale")
    with capture_logs() as logs:
        async with _open(scripted.url, markers=markers) as sink:
            for n in range(0, 30, 10):
                markers.add(volts, NEW_YEAR_MS + n + 1)
                await sink.send([make_batch({volts: 1.0}, NEW_YEAR_MS + n)])
    assert len(scripted.stored) == 3
    assert [entry["event"] for entry in logs] == ["stale_markers_refused"]


async def test_a_receiver_in_order_is_not_told_of_an_end_that_is_past(
    scripted: ScriptedSink,
) -> None:
    volts = make_series(SeriesTable(), "m")
    markers = StaleMarkers(None)
    async with _open(scripted.url, markers=markers) as sink:
        markers.add(volts, NEW_YEAR_MS)
        await sink.send([make_batch({volts: 1.0}, NEW_YEAR_MS + 5)])
    assert (len(scripted.writes), len(markers)) == (1, 0)


# TLS


async def test_an_https_receiver_is_verified_and_shown_our_certificate(tmp_path: Path) -> None:
    authority = CertificateAuthority()
    ours = TlsSettings(**client_files(authority, tmp_path))
    batch = make_batch({make_series(SeriesTable(), "m"): 1.0})
    async with scripted_sink(server_context(authority, tmp_path)) as receiver:
        async with _open(receiver.url, tls=ours) as sink:
            await sink.send([batch])
            await sink.send([batch])
        async with _open(receiver.url, tls=None) as sink:
            with pytest.raises(SinkUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
                await sink.send([batch])
        assert len(receiver.stored) == 2
        assert len({write.client_port for write in receiver.writes}) == 1


async def test_a_renewed_certificate_is_read_without_a_restart(tmp_path: Path) -> None:
    authority, stranger = CertificateAuthority(), CertificateAuthority("Another CA")
    ours = TlsSettings(**client_files(stranger, tmp_path))
    batch = make_batch({make_series(SeriesTable(), "m"): 1.0})
    async with scripted_sink(server_context(authority, tmp_path)) as receiver:
        async with _open(receiver.url, tls=ours) as sink:
            with pytest.raises(SinkUnavailable):
                await sink.send([batch])
            client_files(authority, tmp_path)
            await sink.send([batch])
        assert len(receiver.stored) == 1
