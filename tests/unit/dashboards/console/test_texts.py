from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dashboards.console
from dashboards.console.texts import LANGUAGES, Texts
from dashboards.console.texts.catalogue import Language, read_texts
from omc.core.catalogue import Catalogue
from omc.core.resources import config_folder

FOLDER = Path(dashboards.console.__file__).parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Calls such as `t("alarms.none")` and `texts.counted('alarms.sites', ...)` in code and templates.
CALL = re.compile(
    r"""\b(?:t|texts|counted|viewer\.texts)\(\s*["']([a-z0-9_]+\.[A-Za-z0-9_]+)["']"""
)
SOURCES = [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html")]
USED = sorted({key for path in SOURCES for key in CALL.findall(path.read_text(encoding="utf-8"))})


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_texts_with_the_same_places_to_fill() -> None:
    vi, en = read_texts("vi"), read_texts("en")
    assert vi.keys() == en.keys()
    for key in vi:
        assert placeholders(vi[key]) == placeholders(en[key]), key
        assert vi[key].strip(), key
        assert en[key].strip(), key


@pytest.mark.parametrize("key", USED)
def test_every_text_that_is_asked_for_is_there(key: str) -> None:
    assert key in read_texts("vi")


@pytest.mark.parametrize(
    ("language", "number", "percent", "duration"),
    [("vi", "11.500", "12,5 %", "2 giờ 5 phút"), ("en", "11,500", "12.5 %", "2 h 5 min")],
)
def test_numbers_and_durations_are_written_as_people_write_them(
    language: Language, number: str, percent: str, duration: str
) -> None:
    texts = Texts.load(language, ZONE)
    assert texts.number(11_500) == number
    assert texts.percent(0.125) == percent
    assert texts.duration(2 * 3600 + 5 * 60 + 3) == duration


@pytest.mark.parametrize(
    ("metric", "value", "vi", "en"),
    [
        ("dc_bus_voltage_volts", 54.0, "54,0 V", "54.0 V"),
        ("dc_load_power_watts", 1931.4, "1.931 W", "1,931 W"),
        ("env_temperature_celsius", 29.05, "29,1 °C", "29.1 °C"),
        ("battery_state_of_charge_ratio", 0.985, "98,5 %", "98.5 %"),
        ("lte_pdcp_volume_bytes", 7.9254e12, "7,93 TB", "7.93 TB"),
        ("lte_pdcp_volume_bytes", 812.0, "812 B", "812 B"),
        ("lte_ue_throughput_bits_per_second", 2.3e7, "23,0 Mbit/s", "23.0 Mbit/s"),
        ("omc_series", 591_199.0, "591.199", "591,199"),
        ("lte_connected_users", 4.25, "4,2", "4.2"),
        ("omc_archive_maintenance_age_seconds", 93_600.0, "1 ngày 2 giờ", "1 d 2 h"),
        ("ac_input_available", 1.0, "Có điện lưới", "Mains present"),
    ],
)
def test_what_is_measured_has_its_unit_and_equally_many_decimals(
    metric: str, value: float, vi: str, en: str
) -> None:
    entry = Catalogue.load(config_folder() / "metrics").metric(metric)
    assert Texts.load("vi", ZONE).quantity(entry, value) == vi
    assert Texts.load("en", ZONE).quantity(entry, value) == en


def test_one_of_something_is_told_apart_in_english() -> None:
    assert Texts.load("en", ZONE).counted("alarms.sites", 1) == "1 site"
    assert Texts.load("en", ZONE).counted("alarms.sites", 1200) == "1,200 sites"
    assert Texts.load("vi", ZONE).counted("alarms.sites", 1) == "1 trạm"


def test_times_are_those_of_the_network() -> None:
    midnight = 1_767_225_600_000  # 2026-01-01T00:00:00Z
    for language in LANGUAGES:
        assert Texts.load(language, ZONE).clock(midnight) == "07:00"
