"""Every walk of ours reads as the MIBs of its device say."""

from __future__ import annotations

import pytest

from tests.recorded_device import RECORDINGS, poll_recording, recorded_names
from tests.replayed_device import shipped_profiles


@pytest.mark.parametrize("name", recorded_names())
async def test_a_recorded_device_reads_as_its_mibs_say(name: str) -> None:
    expected = (RECORDINGS / f"{name}.expected").read_text(encoding="utf-8").splitlines()
    assert await poll_recording(name) == expected


def test_every_device_family_has_a_walk() -> None:
    profiles = shipped_profiles()
    families = [name for name in profiles.names if profiles.resolve(name)[0].detect]
    assert set(families) <= set(recorded_names())
