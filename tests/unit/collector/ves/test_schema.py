from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ves.fields import keyed
from collector.ves.schema import Unfit, events_of
from tests.ves_events import event, fault, heartbeat, measurement


@pytest.mark.parametrize("good", [measurement(), fault("MAJOR"), heartbeat(), event("heartbeat")])
def test_events_of_the_domains_that_are_read_fit(good: dict[str, Any]) -> None:
    assert events_of({"event": good}, is_batch=False) == [good]
    assert events_of({"eventList": [good, good]}, is_batch=True) == [good, good]


def test_other_domains_and_fields_of_later_versions_fit_too() -> None:
    later = event("stndDefined", stndDefinedFields={"data": {}})
    later["commonEventHeader"] |= {"stndDefinedNamespace": "3GPP-FaultSupervision"}
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
