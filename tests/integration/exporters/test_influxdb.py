"""Both InfluxDB sinks, against real servers and against one that misbehaves."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from exporters.influxdb import InfluxV1Sink, InfluxV2Sink, open_influx
from exporters.line_protocol import LineRenderer
from omc.core.clock import SystemClock
from omc.core.errors import SinkRejected, SinkUnavailable
from omc.core.model import Batch, Series, SeriesTable
from omc.core.settings import InfluxV1Settings, InfluxV2Settings, TlsSettings
from tests.integration.exporters.sink_stream import IMPATIENT, QUICK, SinkStream
from tests.sample_data import NEW_YEAR_MS, make_batch, make_series, numbered_batch
from tests.servers.certificates import CertificateAuthority, client_files, server_context
from tests.servers.influxdb import InfluxDB
from tests.servers.process import http_request
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

_LABELS = [
    "Trạm Vĩnh Phúc, số=1",
    'phòng "máy" Đông-Anh ',
    "C:\\dir\\x",
    "a,b=c d",
    "==,,  ",
    "東京 🗼",
]
_VALUES = [0.0, -0.5, 1e-300, 1.7976931348623157e308, 2.0**53, -27.35, 0.1 + 0.2]

Opened = AbstractAsyncContextManager[InfluxV1Sink | InfluxV2Sink]


def _v1(
    url: str,
    *,
    database: str = "omc",
    gzip: bool = True,
    tls: TlsSettings | None = None,
    **login: str,
) -> Opened:
    settings = InfluxV1Settings.model_construct(
        name="v1",
        version="1",
        url=url,
        database=database,
        retention_policy=None,
        gzip=gzip,
        tls=tls,
        user=login.get("user"),
        password=SecretStr(login["password"]) if login else None,
    )
    return open_influx(settings, SystemClock(), LineRenderer())


def _v2(url: str, *, gzip: bool = True, tls: TlsSettings | None = None) -> Opened:
    settings = InfluxV2Settings.model_construct(
        name="v2",
        version="2",
        url=url,
        org="vnpt",
        bucket="omc",
        token=SecretStr("t0k"),
        gzip=gzip,
        tls=tls,
    )
    return open_influx(settings, SystemClock(), LineRenderer())


_BOTH = pytest.mark.parametrize("open_sink", [_v1, _v2])


def _labelled(table: SeriesTable, name: str) -> list[Series]:
    return [make_series(table, name, site=label, n=str(n)) for n, label in enumerate(_LABELS)]


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedSink]:
    async with scripted_sink() as sink:
        yield sink


# What real servers hold afterwards


@pytest.mark.parametrize("gzip", [True, False])
async def test_influxdb_1_holds_values_times_and_labels_exactly(
    influxdb: InfluxDB, gzip: bool
) -> None:
    database = f"exact_{gzip}"
    influxdb.execute(f"CREATE DATABASE {database}")
    table = SeriesTable()
    batch = Batch("test", 60.0)
    for n, series in enumerate(_labelled(table, "battery_voltage_volts")):
        batch.add(series, _VALUES[n], NEW_YEAR_MS + n)
    async with _v1(influxdb.url, database=database, gzip=gzip) as sink:
        await sink.send([batch])
    rows = influxdb.rows("SELECT * FROM battery_voltage_volts", database)
    assert rows == [
        {"time": NEW_YEAR_MS + n, "n": str(n), "site": label, "value": _VALUES[n]}
        for n, label in enumerate(_LABELS)
    ]


async def test_influxdb_1_names_the_metric_and_one_float_field(influxdb: InfluxDB) -> None:
    influxdb.execute("CREATE DATABASE names")
    table = SeriesTable()
    octets = make_series(table, "interface_receive_bytes_total", site="VP001")
    async with _v1(influxdb.url, database="names") as sink:
        await sink.send([make_batch({octets: 10.0})])
        await sink.send([make_batch({octets: 10.5}, NEW_YEAR_MS + 1)])
    (measurements,) = influxdb.execute("SHOW MEASUREMENTS", "names")
    assert measurements["values"] == [["interface_receive_bytes_total"]]
    (fields,) = influxdb.execute("SHOW FIELD KEYS", "names")
    assert fields["values"] == [["value", "float"]]


@_BOTH
@pytest.mark.parametrize("gzip", [True, False])
async def test_victoria_metrics_holds_values_times_and_labels_exactly(
    victoria_metrics: VictoriaMetrics, open_sink: Callable[..., Opened], gzip: bool
) -> None:
    name = f"exact_{open_sink.__name__[1:]}_{'zipped' if gzip else 'plain'}_volts"
    series = _labelled(SeriesTable(), name)
    # It rounds fractions to 12 digits; these it keeps exactly.
    values = [0.0, -0.5, 53.25, 2.0**53, -27.35, 1e10]
    async with open_sink(victoria_metrics.url, gzip=gzip) as sink:
        await sink.send([make_batch(dict(zip(series, values, strict=True)))])
    found = {s["metric"]["n"]: s for s in victoria_metrics.samples(f"{name}_value")}
    for n, label in enumerate(_LABELS):
        assert found[str(n)]["metric"]["site"] == label
        assert found[str(n)]["values"] == [values[n]]
        assert found[str(n)]["timestamps"] == [NEW_YEAR_MS]


@pytest.mark.parametrize(
    ("options", "name"),
    [((), "battery_voltage_volts_value"), (("-influxSkipSingleField",), "battery_voltage_volts")],
)
async def test_victoria_metrics_names_the_metric_as_documented(
    options: tuple[str, ...], name: str
) -> None:
    series = make_series(SeriesTable(), "battery_voltage_volts", site="VP001")
    with VictoriaMetrics(options) as server:
        async with _v2(server.url) as v2, _v1(server.url) as v1:
            await v2.send([make_batch({series: 53.5})])
            await v1.send([make_batch({series: 53.5})])
        found = [sample["metric"] for sample in server.samples('{site="VP001"}')]
    # Version 1 names a database, which becomes a label there.
    assert sorted(found, key=len) == [
        {"__name__": name, "site": "VP001"},
        {"__name__": name, "site": "VP001", "db": "omc"},
    ]


async def test_labels_that_no_server_can_hold_are_the_same_on_all(
    influxdb: InfluxDB, victoria_metrics: VictoriaMetrics
) -> None:
    awkward = ["ends\\", "\\\\server\\share", "two\nlines", "tab\there", "back\\ slash\\,x"]
    stored = ["ends/", "/\\server\\share", "two\\nlines", "tab\\there", "back/ slash/,x"]
    influxdb.execute("CREATE DATABASE awkward")
    table = SeriesTable()
    series = [
        make_series(table, "awkward", site=label, n=str(n)) for n, label in enumerate(awkward)
    ]
    batch = make_batch(dict.fromkeys(series, 1.0))
    async with _v1(influxdb.url, database="awkward") as v1, _v2(victoria_metrics.url) as v2:
        await v1.send([batch])
        await v2.send([batch])
    rows = influxdb.rows("SELECT * FROM awkward", "awkward")
    assert sorted(row["site"] for row in rows) == sorted(stored)
    found = victoria_metrics.samples("awkward_value")
    assert sorted(one["metric"]["site"] for one in found) == sorted(stored)


async def test_a_retention_policy_is_written_to(influxdb: InfluxDB) -> None:
    influxdb.execute("CREATE DATABASE kept")
    influxdb.execute('CREATE RETENTION POLICY "days" ON kept DURATION INF REPLICATION 1')
    series = make_series(SeriesTable(), "m", site="VP001")
    settings = InfluxV1Settings(
        name="v1", version="1", url=influxdb.url, database="kept", retention_policy="days"
    )
    async with open_influx(settings, SystemClock(), LineRenderer()) as sink:
        await sink.send([make_batch({series: 1.0})])
    assert influxdb.rows('SELECT value FROM "days".m', "kept") == [
        {"time": NEW_YEAR_MS, "value": 1.0}
    ]
    assert influxdb.rows("SELECT value FROM m", "kept") == []


async def test_user_and_password_open_a_closed_influxdb() -> None:
    series = make_series(SeriesTable(), "m")
    with InfluxDB(authentication=True) as server:
        server.execute("CREATE USER omc WITH PASSWORD 'mật khẩu' WITH ALL PRIVILEGES")
        server.execute("CREATE DATABASE omc", u="omc", p="mật khẩu")
        async with _v1(server.url, user="omc", password="mật khẩu") as sink:
            await sink.send([make_batch({series: 1.0})])
        async with _v1(server.url, user="omc", password="wrong") as sink:
            with pytest.raises(SinkUnavailable, match="HTTP 401: authorization failed"):
                await sink.send([make_batch({series: 2.0})])
        rows = server.execute("SELECT value FROM m", "omc", u="omc", p="mật khẩu")
    assert rows[0]["values"] == [[NEW_YEAR_MS, 1.0]]


async def test_a_missing_database_may_be_created_while_the_samples_wait(influxdb: InfluxDB) -> None:
    series = make_series(SeriesTable(), "m")
    async with _v1(influxdb.url, database="later") as sink:
        with pytest.raises(SinkUnavailable, match=r'HTTP 404: database not found: "later"'):
            await sink.send([make_batch({series: 1.0})])
        influxdb.execute("CREATE DATABASE later")
        await sink.send([make_batch({series: 1.0})])
    assert influxdb.rows("SELECT value FROM m", "later") == [{"time": NEW_YEAR_MS, "value": 1.0}]


async def test_a_partial_write_keeps_the_rest_and_says_how_many_it_refused(
    influxdb: InfluxDB,
) -> None:
    influxdb.execute("CREATE DATABASE partial")
    table = SeriesTable()
    text, good = make_series(table, "taken"), make_series(table, "good")
    # Somebody else has made this field a text in the same shard.
    await _write_line(influxdb, "partial", f'taken value="text" {NEW_YEAR_MS}000000')
    async with _v1(influxdb.url, database="partial") as sink:
        stream = SinkStream(sink)
        stream.bus.publish(make_batch({text: 1.0, good: 2.0}))
        with capture_logs() as logs:
            await stream.run_to_the_end()
    assert influxdb.rows("SELECT value FROM good", "partial") == [
        {"time": NEW_YEAR_MS, "value": 2.0}
    ]
    assert (stream.delivery.written, stream.delivery.rejected) == (1, 1)
    assert logs[0]["event"] == "samples_rejected"
    assert 'measurement "taken" is type float, already exists as type string' in logs[0]["reason"]


async def test_values_that_influxdb_cannot_hold_are_found_and_set_aside(influxdb: InfluxDB) -> None:
    influxdb.execute("CREATE DATABASE infinite")
    series = make_series(SeriesTable(), "m")
    batch = numbered_batch(series, range(100))
    batch.values[41] = float("inf")
    async with _v1(influxdb.url, database="infinite") as sink:
        stream = SinkStream(sink)
        stream.bus.publish(batch)
        await stream.run_to_the_end()
    assert (stream.delivery.written, stream.delivery.rejected) == (99, 1)
    (row,) = influxdb.rows("SELECT count(value) FROM m", "infinite")
    assert row["count"] == 99


async def _write_line(server: InfluxDB, database: str, line: str) -> None:
    path = f"/write?db={database}"
    status, _ = await asyncio.to_thread(http_request, server.port, "POST", path, line.encode())
    assert status == 204


# A server that goes away and comes back


async def test_influxdb_killed_in_mid_stream_holds_everything_in_the_end() -> None:
    with InfluxDB() as server:
        server.execute("CREATE DATABASE omc")
        async with _v1(server.url) as sink:
            series = make_series(SeriesTable(), "m")
            await SinkStream(sink).run_through_a_crash(series, server.kill, server.start)
        rows = server.rows("SELECT value FROM m", "omc")
    assert sorted(row["value"] for row in rows) == list(range(1000))


async def test_victoria_metrics_stopped_in_mid_stream_holds_everything_in_the_end() -> None:
    with VictoriaMetrics() as server:
        async with _v2(server.url) as sink:
            # Killed, it may lose the last seconds that it has accepted; stopped, it must not.
            series = make_series(SeriesTable(), "m")
            await SinkStream(sink).run_through_a_crash(series, server.stop, server.start)
        (stored,) = server.samples("m_value")
    assert stored["values"] == list(range(1000))


# A server that misbehaves


@_BOTH
async def test_writes_look_as_the_api_wants_them(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    series = make_series(SeriesTable(), "m", site="Vĩnh Phúc")
    login = {"user": "omc", "password": "pass:word"} if open_sink is _v1 else {}
    async with open_sink(scripted.url, **login) as sink:
        await sink.send([make_batch({series: 1.5})])
    (write,) = scripted.writes
    assert write.lines == [f"m,site=Vĩnh\\ Phúc value=1.5 {NEW_YEAR_MS}"]
    assert write.headers["Content-Encoding"] == "gzip"
    assert write.headers["Content-Type"].startswith("text/plain")
    if open_sink is _v1:
        assert (write.path, write.query) == ("/write", {"db": "omc", "precision": "ms"})
        basic = base64.b64encode(b"omc:pass:word").decode()
        assert write.headers["Authorization"] == f"Basic {basic}"
    else:
        assert write.path == "/api/v2/write"
        assert write.query == {"org": "vnpt", "bucket": "omc", "precision": "ms"}
        assert write.headers["Authorization"] == "Token t0k"


@_BOTH
@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(answer(500, "oops"), id="500"),
        pytest.param(answer(503, "busy"), id="503"),
        pytest.param(answer(429, "slow down", Retry_After="0"), id="429"),
        pytest.param(answer(401, "token expired"), id="401"),
        pytest.param(answer(302, Location="http://127.0.0.1:1/"), id="redirect"),
        pytest.param(hang, id="hang"),
        pytest.param(reset, id="reset"),
    ],
)
async def test_no_trouble_that_passes_loses_a_sample(
    scripted: ScriptedSink, open_sink: Callable[..., Opened], trouble: Behaviour
) -> None:
    scripted.script = [trouble, trouble]
    series = make_series(SeriesTable(), "m")
    async with open_sink(scripted.url) as sink:
        stream = SinkStream(sink, IMPATIENT if trouble is hang else QUICK)
        stream.publish(series, range(10))
        await stream.run_to_the_end()
    assert len(scripted.writes) == 3
    assert len(scripted.stored) == 10
    assert (stream.delivery.written, stream.delivery.retries) == (10, 2)


@_BOTH
async def test_bad_lines_are_isolated_and_the_rest_is_stored(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    scripted.otherwise = refuse_lines("value=37.0 ")
    series = make_series(SeriesTable(), "m", site="VP001")
    async with open_sink(scripted.url) as sink:
        stream = SinkStream(sink)
        stream.publish(series, range(100))
        with capture_logs() as logs:
            await stream.run_to_the_end()
    assert len(scripted.stored) == len(set(scripted.stored)) == 99
    assert (stream.delivery.written, stream.delivery.rejected) == (99, 1)
    assert [entry["first"] for entry in logs] == ['m{site="VP001"}']


@_BOTH
async def test_a_write_that_is_too_large_goes_in_parts(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    scripted.script = [answer(413, "too large"), answer(413, "too large")]
    series = make_series(SeriesTable(), "m")
    async with open_sink(scripted.url) as sink:
        stream = SinkStream(sink)
        stream.publish(series, range(100))
        await stream.run_to_the_end()
    assert len(scripted.stored) == 100
    assert [len(write.lines) for write in scripted.writes] == [100, 50, 25, 25, 50]


@_BOTH
async def test_the_pause_a_server_asks_for_reaches_the_delivery(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    scripted.script = [answer(429, "slow down", Retry_After="17")]
    series = make_series(SeriesTable(), "m")
    async with open_sink(scripted.url) as sink:
        with pytest.raises(SinkUnavailable, match="HTTP 429: slow down") as caught:
            await sink.send([make_batch({series: 1.0})])
    assert caught.value.retry_after == 17.0


@_BOTH
async def test_a_refusal_tells_the_servers_words_and_no_secret(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    scripted.script = [answer(422, '{"message":"no such field"}')]
    series = make_series(SeriesTable(), "m")
    login = {"user": "omc", "password": "t0k"} if open_sink is _v1 else {}
    async with open_sink(scripted.url, **login) as sink:
        with pytest.raises(SinkRejected) as caught:
            await sink.send([make_batch({series: 1.0})])
    assert str(caught.value) == "HTTP 422: no such field"
    assert caught.value.__cause__ is None
    assert "t0k" not in repr(vars(sink))


@_BOTH
async def test_nobody_listening_is_an_unavailable_sink(open_sink: Callable[..., Opened]) -> None:
    series = make_series(SeriesTable(), "m")
    async with open_sink("http://127.0.0.1:1") as sink:
        with pytest.raises(SinkUnavailable, match="connection refused"):
            await sink.send([make_batch({series: 1.0})])


@_BOTH
async def test_connections_are_kept_between_writes(
    scripted: ScriptedSink, open_sink: Callable[..., Opened]
) -> None:
    series = make_series(SeriesTable(), "m")
    async with open_sink(scripted.url) as sink:
        for n in range(3):
            await sink.send([make_batch({series: 1.0}, NEW_YEAR_MS + n)])
    assert len({write.client_port for write in scripted.writes}) == 1


@_BOTH
async def test_an_https_server_is_verified_and_shown_our_certificate(
    tmp_path: Path, open_sink: Callable[..., Opened]
) -> None:
    authority = CertificateAuthority()
    ours = TlsSettings(**client_files(authority, tmp_path))
    batch = make_batch({make_series(SeriesTable(), "m"): 1.0})
    async with scripted_sink(server_context(authority, tmp_path)) as server:
        async with open_sink(server.url, tls=ours) as sink:
            await sink.send([batch])
        async with open_sink(server.url) as sink:
            with pytest.raises(SinkUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
                await sink.send([batch])
        assert len(server.stored) == 1
