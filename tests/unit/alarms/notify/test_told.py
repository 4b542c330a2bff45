"""What routes were told, when the disk does not take it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

from structlog.testing import capture_logs

from omc.alarms import AlarmKey, Severity
from omc.alarms.notify.told import Delivery, Ledger, Told

KEY = AlarmKey("mains_failed{}")
DELIVERY = Delivery(2, "noc", KEY, "raised", "delivered")


def test_what_was_told_is_known_after_a_restart(tmp_path: Path) -> None:
    told = Told(1, Severity.MAJOR, 2)
    Ledger(tmp_path / "told.db").remember(DELIVERY, told)
    assert Ledger(tmp_path / "told.db").of_route("noc") == {KEY: told}


def test_a_disk_that_takes_nothing_is_told_once_and_stops_nobody(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "data" / "told.db")
    shutil.rmtree(tmp_path / "data")
    told = Told(1, Severity.MAJOR, 2)
    with capture_logs() as logs:
        ledger.remember(DELIVERY, told)
        ledger.record(DELIVERY)
        ledger.forget_before(1)
    assert ledger.of_route("noc") == {KEY: told}
    assert [line["event"] for line in logs] == ["ledger_failed"]


def test_what_is_too_old_is_forgotten_while_others_are_told(tmp_path: Path) -> None:
    """The two happen in threads of their own: here the other one acts while the first one looks."""
    ledger = Ledger(tmp_path / "told.db")
    told = cast("dict[AlarmKey, Told]", ledger.of_route("noc"))

    class Meanwhile:
        time_ms = 0

        @property
        def severity(self) -> Severity:
            ledger.of_route("another")
            told[AlarmKey("another{}")] = Told(1, Severity.MAJOR, 2)
            return Severity.CLEARED

    told[KEY] = cast("Told", Meanwhile())
    ledger.forget_before(1)
    assert list(told) == ["another{}"]
