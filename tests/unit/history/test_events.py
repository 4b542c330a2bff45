"""Events in the archive: written, merged, asked for in SQL, kept and let go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omc.core.model import Event, EventKind, Series
from omc.history.manifest import Manifest
from omc.history.series_number import number
from omc.history.views import open_for_reading
from tests.sample_data import NEW_YEAR_MS
from tests.unit.history.archives import CATALOGUE, DAY, HOUR, LEVEL, MINUTE, Archive, labels

TAM_DAO = labels(site="Trạm Tam Đảo", node="TĐ-1")


def event(at: int, text: str = "unreachable", *series: Series) -> Event:
    return Event(EventKind.SOURCE_DOWN, "snmp:TĐ-1", NEW_YEAR_MS + at, TAM_DAO, text, series)


def rows(archive: Archive, sql: str) -> list[dict[str, Any]]:
    with open_for_reading(archive.folder, CATALOGUE, zone="UTC") as connection:
        found: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
        return found


def texts(archive: Archive) -> list[str]:
    return [row["text"] for row in rows(archive, "SELECT text FROM events ORDER BY time")]


def files(archive: Archive) -> int:
    return len(Manifest(archive.folder).files(["events"]))


def test_an_event_is_found_with_what_it_is_about(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    series = archive.table.intern(CATALOGUE.metric(LEVEL), dict(TAM_DAO))
    archive.tell(
        event(MINUTE, "no_light", series),
        Event(EventKind.TRAP, "trap:TĐ-1", NEW_YEAR_MS, TAM_DAO, "linkDown", severity="major"),
    )
    trap, quality = rows(archive, "SELECT * FROM events ORDER BY time")
    assert (trap["kind"], trap["text"], trap["severity"]) == ("trap", "linkDown", "major")
    assert (quality["site"], quality["node"]) == ("Trạm Tam Đảo", "TĐ-1")
    assert dict(quality["labels"]) == dict(TAM_DAO)
    assert (trap["series"], quality["series"]) == (None, number(series.key))
    assert (trap["severity"], quality["severity"]) == ("major", None)


def test_events_are_merged_while_the_day_is_open_and_once_it_is_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    written = [str(n) for n in range(20)]
    for n, text in enumerate(written):
        archive.tell(event(n, text))
    archive.maintain()
    assert (files(archive), texts(archive)) == (1, written)
    archive.tell(event(30, "late"))
    archive.at(DAY + HOUR)
    archive.maintain()
    assert (files(archive), texts(archive)) == (1, [*written, "late"])


def test_events_outlive_samples_and_go_with_the_roll_ups(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.tell(event(0))
    archive.at((archive.retention.raw_days + 2) * DAY)
    archive.maintain()
    assert len(texts(archive)) == 1
    archive.at((archive.retention.roll_up_days + 2) * DAY)
    archive.maintain()
    assert texts(archive) == []


def test_events_are_found_again_when_the_manifest_is_lost(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for n in range(16):
        archive.tell(event(n, str(n)))
    archive.maintain()
    (archive.folder / "manifest.sqlite").unlink()
    assert texts(archive) == [str(n) for n in range(16)]


def test_events_that_were_only_kept_are_in_the_files_of_the_next_process(tmp_path: Path) -> None:
    before, after = Archive(tmp_path / "archive"), Archive(tmp_path / "archive")
    before.events.keep([event(0, "first"), event(DAY, "a day later")])
    assert not list(before.folder.rglob("*.parquet"))
    after.events.bring_in()
    assert (files(after), texts(after)) == (2, ["first", "a day later"])
    after.events.bring_in()
    assert files(after) == 2


def test_events_that_are_written_once_more_after_a_kill_are_there_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for _ in range(2):
        archive.tell(event(0, "first"), event(1, "second"))
    assert (files(archive), texts(archive)) == (2, ["first", "second"])


def test_an_archive_without_events_has_no_database_for_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.events.bring_in()
    assert not archive.folder.exists()
