"""Killed with -9 in the middle of a storm: no alarm is lost, and hardly a message repeated."""

from __future__ import annotations

from pathlib import Path

from tests.integration.alarms.killing import kill_in_a_storm


def test_a_kill_in_a_storm_loses_no_alarm_and_repeats_one_message_at_most(tmp_path: Path) -> None:
    outcome = kill_in_a_storm(tmp_path, alarms=80, kills=1, pause=2.0, noise=100.0, seed=1)
    assert outcome.lost == 0
    assert outcome.webhook_told == outcome.mail_told == outcome.alertmanager_told == 80
    assert outcome.webhook_repeats <= outcome.kills
    assert outcome.mail_repeats <= outcome.kills
