"""Areas of a day: found by names as people type them, restated, and where sites stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from omc.core.inventory import Area, AreaLevel, Inventory
from omc.core.model import AreaCode
from omc.reports.area_names import UnknownArea, file_part, nearest_names, plain_name
from omc.reports.geography import geography
from tests.unit.reports.coverage_world import DAY, SINCE, communes, site, square

BEFORE = date(2025, 6, 30)


def _country() -> Inventory:
    """Two districts until the communes came; one commune has no boundary."""
    old = [
        Area(AreaCode("26"), "Tỉnh Vĩnh Phúc", AreaLevel.PROVINCE, valid_to=SINCE),
        *(
            Area(
                AreaCode(f"24{n}"), name, AreaLevel.DISTRICT, AreaCode("26"), None, SINCE,
                geometry=square(n, 0),
            )
            for n, name in enumerate(("Huyện Tam Dương", "Huyện Yên Lạc"))
        ),
    ]  # fmt: skip
    new = communes()
    new[4] = replace(new[4], geometry=None)
    sites = [
        site(0, -1, -1),
        site(1, 1, -1),
        site(2, 40, 0),
        replace(site(3, 90, 0), area=new[4].code),
    ]
    return Inventory(areas=[*old, *new], sites=sites)


NAMES = [
    ("Phường Phúc Yên", "phuc yen"),
    ("  ĐẠO  TRÙ ", "dao tru"),
    ("Thị trấn Lập Thạch", "lap thach"),
    ("TP. Vĩnh Yên", "vinh yen"),
    ("Xã Hội", "hoi"),
]


@pytest.mark.parametrize(("typed", "plain"), NAMES)
def test_names_are_the_same_with_and_without_diacritics(typed: str, plain: str) -> None:
    assert plain_name(typed) == plain


def test_names_of_areas_become_parts_of_file_names_that_tell_them_apart() -> None:
    assert file_part("Phường Phúc Yên", "Tam Đảo") == "phuong-phuc-yen-tam-dao"
    many = [f"Xã Đạo Trù {number}" for number in range(40)]
    assert len({file_part(*many), file_part(*many[::-1]), file_part(*many, "X")}) == 3
    assert len(file_part(*many)) < 100


def test_the_near_name_is_suggested() -> None:
    names = ["Xã Tam Đảo", "Phường Phúc Yên", "Xã Đạo Trù"]
    assert nearest_names("tam dao", names)[0] == "Xã Tam Đảo"
    assert nearest_names("Phuc Yem", names) == ["Phường Phúc Yên"]
    with pytest.raises(UnknownArea, match=r"'Dao Truu'.*did you mean Xã Đạo Trù\?"):
        geography(_country(), AreaLevel.COMMUNE, DAY, ["Dao Truu"])


def test_a_report_has_the_areas_of_its_day_and_can_be_restated_in_those_of_another() -> None:
    now = geography(_country(), AreaLevel.COMMUNE, DAY)
    then = geography(_country(), AreaLevel.DISTRICT, BEFORE)
    assert [unit.code for unit in now.units] == ["00", "01", "02", "03"]
    assert [unit.area.name for unit in then.units] == ["Huyện Tam Dương", "Huyện Yên Lạc"]
    assert (then.unit_of["S0"], then.unit_of["S1"]) == ("240", "241")  # type: ignore[index]


def test_a_level_that_is_no_more_is_told_with_those_that_are() -> None:
    told = "district on 2026-10-31; there are on 2025-06-30: --geography 2025-06-30"
    with pytest.raises(UnknownArea, match=told):
        geography(_country(), AreaLevel.DISTRICT, DAY)


def test_a_report_over_the_day_of_a_change_says_so() -> None:
    period = (date(2025, 6, 1), date(2025, 8, 1))
    assert geography(_country(), AreaLevel.COMMUNE, DAY, (), period).changes == (SINCE,)
    later = (date(2025, 7, 1), date(2025, 8, 1))
    assert geography(_country(), AreaLevel.COMMUNE, DAY, (), later).changes == ()


def test_where_a_site_stands_decides_and_the_inventory_where_there_is_no_boundary() -> None:
    found = geography(_country(), AreaLevel.COMMUNE, DAY)
    assert found.unit_of == {"S0": "00", "S1": "01", "S3": "03"}
    assert found.outside == ("S2",)
    assert [unit.code for unit in found.without_boundary] == ["03"]


def test_an_area_without_a_boundary_has_that_of_the_areas_within_it() -> None:
    inventory = Inventory(areas=communes())
    (province,) = geography(inventory, AreaLevel.PROVINCE, DAY).units
    parts = geography(inventory, AreaLevel.COMMUNE, DAY, ["phu tho"]).units
    assert len(parts) == 4
    assert province.km2 == pytest.approx(sum(unit.km2 or 0 for unit in parts), rel=1e-6)


def test_sites_outside_of_all_areas_do_not_hinder() -> None:
    inventory = Inventory(areas=communes(), sites=[site(0, 500, 500)])
    assert geography(inventory, AreaLevel.COMMUNE, DAY).outside == ("S0",)
