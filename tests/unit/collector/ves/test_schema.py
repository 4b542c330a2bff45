from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ves.fields import keyed
from collector.ves.schema import Unfit, events_of
from tests.ves_events import alarm, event, fault, file_ready, heartbeat, measurement, notification

_GOOD = [
    measurement(),
    fault("MAJOR"),
    heartbeat(),
    event("heartbeat"),
    alarm("notifyNewAlarm", "MAJOR"),
    alarm("notifyClearedAlarm", "Cleared"),
    file_ready("/pm/A1.xml"),
    notification("notifyHeartbeat"),
    notification("notifyMOIChanges"),
]


@pytest.mark.parametrize("good", _GOOD)
def test_events_of_the_domains_that_are_read_fit(good: dict[str, Any]) -> None:
    assert events_of({"event": good}, is_batch=False) == [good]
    assert events_of({"eventList": [good, good]}, is_batch=True) == [good, good]


def test_other_domains_and_fields_of_later_versions_fit_too() -> None:
    later = event("perf3gpp", perf3gppFields={})
    later["commonEventHeader"] |= {"nfVendorName": "a field of a later version"}
    assert events_of({"event": later}, is_batch=False) == [later]


_WRONG: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda _: [], "the document: [] is not of type 'object'"),
    (lambda _: {}, "the document: 'event' is a required property"),
    (
        lambda e: {"event": {**e, "commonEventHeader": {}}},
        "event.commonEventHeader: 'domain' is a required property",
    ),
    (
        lambda e: {"event": {"commonEventHeader": e["commonEventHeader"]}},
        "event: 'faultFields' is a required property",
    ),
    (
        lambda e: {"event": {**e, "faultFields": e["faultFields"] | {"eventSeverity": "BAD"}}},
        (
            "event.faultFields.eventSeverity: 'BAD' is not one of "
            "['CRITICAL', 'MAJOR', 'MINOR', 'WARNING', 'NORMAL']"
        ),
    ),
    (
        lambda e: {
            "event": {**e, "commonEventHeader": e["commonEventHeader"] | {"sourceName": "x" * 300}}
        },
        "event.commonEventHeader.sourceName: maxLength",
    ),
    (
        lambda _: {"event": measurement(additionalMeasurements=[{}] * 3000)},
        "event.measurementFields.additionalMeasurements: maxItems",
    ),
]


_DATA = "event.stndDefinedFields.data"
_WRONG_NOTIFICATIONS: list[tuple[dict[str, Any], str]] = [
    (event("stndDefined"), "event: 'stndDefinedFields' is a required property"),
    (
        event("stndDefined", stndDefinedFields={"data": {}}),
        f"{_DATA}: 'notificationType' is a required property",
    ),
    (
        notification("notifyNewAlarm", alarmId="a-7"),
        f"{_DATA}: 'probableCause' is a required property",
    ),
    (
        alarm("notifyNewAlarm", "BAD"),
        f"{_DATA}.perceivedSeverity: enum",
    ),
    (
        alarm("notifyNewAlarm", "MAJOR", alarmId="x" * 200),
        f"{_DATA}.alarmId: maxLength",
    ),
    (
        notification("notifyFileReady", fileInfoList=[{"fileLocation": "x" * 5000}]),
        f"{_DATA}.fileInfoList.0.fileLocation: maxLength",
    ),
]


@pytest.mark.parametrize(("wrong", "why"), _WRONG_NOTIFICATIONS)
def test_a_notification_that_is_none_says_where_and_why(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit) as unfit:
        events_of({"event": wrong}, is_batch=False)
    assert str(unfit.value) == why


@pytest.mark.parametrize(("change", "why"), _WRONG)
def test_what_is_no_event_says_where_and_why(
    change: Callable[[dict[str, Any]], Any], why: str
) -> None:
    with pytest.raises(Unfit) as unfit:
        events_of(change(fault("MAJOR")), is_batch=False)
    assert str(unfit.value) == why


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["event", "eventList", "commonEventHeader", "domain", "x"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=10,
    ),
    st.booleans(),
)
def test_no_document_breaks_the_check(document: Any, is_batch: bool) -> None:
    with suppress(Unfit):
        events_of(document, is_batch=is_batch)


def test_elements_of_arrays_go_by_what_tells_them_apart() -> None:
    fields = {
        "measurementInterval": 300,
        "cpuUsageArray": [{"cpuIdentifier": "0", "percentUsage": 12}],
        "additionalMeasurements": [{"name": "cell-1", "hashMap": {"a": "1"}}, "damaged"],
    }
    assert keyed(fields) == {
        "measurementInterval": 300,
        "cpuUsageArray": {"0": {"cpuIdentifier": "0", "percentUsage": 12}},
        "additionalMeasurements": {"cell-1": {"a": "1"}},
    }
