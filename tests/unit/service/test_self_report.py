"""The service's own counts as samples."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from omc.core.clock import ManualClock
from omc.core.model import Batch
from omc.service.self_report import SelfReport
from tests.unit.alarms.watching import Watched, catalogue, shipped_rules


def test_what_the_catalogue_knows_is_handed_on_and_nothing_else() -> None:
    registry, watched = CollectorRegistry(), Watched(shipped_rules())
    late = Counter("omc_polls_late", "Late.", registry=registry)
    Gauge("omc_mqtt_connected", "Connected.", ["broker"], registry=registry).labels("sites").set(0)
    Gauge("python_things", "Not ours.", registry=registry).set(1)
    heard: list[Batch] = []
    report = SelfReport(registry, catalogue(), watched.table, ManualClock(), heard.append)
    late.inc(3)
    batch = report.look()
    assert {
        series.key: value for series, value in zip(batch.series, batch.values, strict=True)
    } == {
        "omc_polls_late_total": 3.0,
        'omc_mqtt_connected{broker="sites"}': 0.0,
    }


def test_the_service_raises_alarms_about_itself() -> None:
    registry, watched = CollectorRegistry(), Watched(shipped_rules())
    Gauge("omc_mqtt_connected", "Connected.", ["broker"], registry=registry).labels("sites").set(0)
    report = SelfReport(registry, catalogue(), watched.table, watched.clock, watched.judge)
    for _ in range(6):
        watched.judge(report.look())
        watched.wait(15)
    assert watched.severities == {'omc_mqtt_disconnected{broker="sites"}': "major"}
