"""Reports made in a process of their own: progress is told, faults are words, giving up ends it."""

from __future__ import annotations

import asyncio
import os
from datetime import date
from pathlib import Path

import pytest

from omc.core.settings.reports import ReportName
from omc.reports.maker import TURN, ReportFailed, ReportMaker, ReportOrder

DAY = date(2026, 10, 1)
SITES = "code,name,latitude,longitude,area\nA,Trạm A,21.3,105.6,1\n"
AREAS = "code,name,level\n1,Xã Tam Đảo,commune\n"


@pytest.fixture
def maker(tmp_path: Path) -> ReportMaker:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "sites.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "inventory" / "areas.csv").write_text(AREAS, encoding="utf-8")
    settings = tmp_path / "omc.yaml"
    settings.write_text("inventory: inventory\ndata: data\n", encoding="utf-8")
    return ReportMaker(settings, tmp_path / "reports")


def order(report: ReportName, *options: tuple[str, str]) -> ReportOrder:
    return ReportOrder(report, DAY, DAY, ("csv",), "vi", options)


def is_at_work(folder: Path) -> bool:
    """Whether there is a process whose command line names the folder."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(folder) in command.read_bytes():
                return True
        except OSError:  # it has ended meanwhile
            continue
    return False


async def test_what_is_being_done_is_told_before_the_files_are_there(maker: ReportMaker) -> None:
    steps: list[str] = []
    files = await maker.make(order("availability"), steps.append)
    assert steps[:2] == ["inventory", "alarms"]
    assert maker.folder / "availability-2026-10-01-vi.sites.csv" in files
    assert all(file.exists() for file in files)


FAULTS = [
    (
        *("area", "tam dai", "there is no area 'tam dai' on 2026-10-01; did you mean Xã Tam Đảo?"),
        "không có địa bàn 'tam dai' vào ngày 01/10/2026; có phải bạn muốn nói Xã Tam Đảo?",
    ),
    ("area", "1", "no area has a boundary", "không địa bàn nào có ranh giới"),
    ("level", "region", "'region' is not one of", "lệnh bị từ chối"),
]


@pytest.mark.parametrize(("option", "value", "en", "vi"), FAULTS)
async def test_what_cannot_be_made_says_why_in_words_of_both_languages(
    option: str, value: str, en: str, vi: str, maker: ReportMaker
) -> None:
    with pytest.raises(ReportFailed) as failed:
        await maker.make(order("coverage", (option, value)))
    said = failed.value.said
    assert en in said.en
    assert vi in said.vi
    assert not {"Usage:", "--area", "--level:"} & {*said.en.split(), *said.vi.split()}


async def test_a_fault_of_the_inventory_is_told_with_its_place(maker: ReportMaker) -> None:
    (maker.folder.parent / "inventory" / "sites.csv").write_text("code,name\nA,\n")
    with pytest.raises(ReportFailed) as failed:
        await maker.make(order("availability"))
    assert "sites.csv" in failed.value.said.en
    assert failed.value.said.vi.startswith("cấu hình hoặc danh mục có lỗi")


async def test_who_waits_for_another_report_is_told_so(maker: ReportMaker) -> None:
    steps: list[str] = []
    first = asyncio.create_task(maker.make(order("availability")))
    await asyncio.sleep(0)
    await maker.make(order("availability"), steps.append)
    await first
    assert steps[:2] == [TURN, "inventory"]


async def test_a_report_that_is_given_up_leaves_no_process(
    maker: ReportMaker, tmp_path: Path
) -> None:
    begun = asyncio.Event()
    task = asyncio.create_task(maker.make(order("availability"), lambda step: begun.set()))
    await asyncio.wait_for(begun.wait(), 60)
    assert is_at_work(tmp_path)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not is_at_work(tmp_path)
    assert not list(maker.folder.glob("*.csv"))
