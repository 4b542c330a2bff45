from __future__ import annotations

import pytest

from collector.mqtt.topic_template import TopicTemplate

NATIVE = "bts/v1/{operator}/{region}/{site}/{device_class}/{device}/telemetry"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (NATIVE, "bts/v1/+/+/+/+/+/telemetry"),
        ("{imei}/data", "+/data"),
        ("/rtu/{sn}/up", "/rtu/+/up"),
        ("N/{portal}/#", "N/+/#"),
        ("#", "#"),
        ("+/{device}/+", "+/+/+"),
    ],
)
def test_a_template_subscribes_to_the_filter_that_covers_it(template: str, expected: str) -> None:
    assert TopicTemplate.parse(template).filter == expected


@pytest.mark.parametrize(
    ("template", "topic", "names"),
    [
        (
            NATIVE,
            "bts/v1/vnp/north/VPH0123/power/rectifier-1/telemetry",
            {
                "operator": "vnp",
                "region": "north",
                "site": "VPH0123",
                "device_class": "power",
                "device": "rectifier-1",
            },
        ),
        ("{imei}/data", "860123456789012/data", {"imei": "860123456789012"}),
        ("/rtu/{sn}/up", "/rtu/7/up", {"sn": "7"}),
        ("N/{portal}/#", "N/c061/battery/512/Soc", {"portal": "c061", "rest": "battery/512/Soc"}),
        ("N/{portal}/#", "N/c061", {"portal": "c061", "rest": ""}),
        ("#", "a/b", {"rest": "a/b"}),
        ("+/x", "/x", {}),
        ("tram/{site}", "tram/Tam Đảo", {"site": "Tam Đảo"}),
    ],
)
def test_named_levels_are_taken_out_of_a_topic(
    template: str, topic: str, names: dict[str, str]
) -> None:
    assert TopicTemplate.parse(template).match(topic) == names


@pytest.mark.parametrize(
    ("template", "topic"),
    [
        ("{imei}/data", "860/data/x"),
        ("{imei}/data", "/data"),
        ("rtu/{sn}/up", "/rtu/7/up"),
        ("a.c/{x}", "abc/1"),
        ("N/{portal}/#", "M/c061/x"),
    ],
)
def test_a_topic_of_another_layout_is_not_matched(template: str, topic: str) -> None:
    assert TopicTemplate.parse(template).match(topic) is None


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("", "1 to 65535 bytes"),
        ("a" * 65536, "1 to 65535 bytes"),
        ("$share/g/a", "without \\$share"),
        ("a/#/b", "at the end"),
        ("a/b#", "'b#' is no level"),
        ("a/b+/c", "is no level"),
        ("a/{B}/c", "is no level"),
        ("a/x{b}/c", "is no level"),
        ("a/{b}/{b}", "{b} stands in the topic twice"),
        ("{rest}/#", "{rest} stands in the topic twice"),
        ("a/\0", "is no level"),
    ],
)
def test_what_is_no_template_is_refused_with_its_reason(template: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        TopicTemplate.parse(template)
