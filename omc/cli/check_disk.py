"""Whether the disk has room for the archive that the settings ask for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from omc.core.quantity_text import bytes_text

if TYPE_CHECKING:
    from omc.core.settings import Settings


def archive_warning(settings: Settings) -> str | None:
    """What to tell when the archive will outgrow its disk; None when it will not.

    It is judged by what a day of the archive takes: one that has no closed day yet tells nothing.
    """
    if not settings.archive.enabled or not settings.archive_folder.exists():
        return None
    from omc.history.disk_need import disk_need
    from omc.history.layout import Resolution
    from omc.history.manifest import Manifest, NoArchive

    kept = settings.archive
    try:
        manifest = Manifest.existing(settings.archive_folder)
    except NoArchive:
        return None
    need = disk_need(manifest, kept.raw_days, kept.roll_up_days)
    free = shutil.disk_usage(settings.archive_folder).free
    if need is None or need.more <= free:
        return None
    size = {one: bytes_text(need.full_grown.get(one, 0)) for one in Resolution}
    return (
        f"the archive in {settings.archive_folder} will take "
        f"{bytes_text(sum(need.full_grown.values()))} with as many series as on its last day: "
        f"{size[Resolution.RAW]} of samples for {kept.raw_days} days, "
        f"{size[Resolution.FIVE_MINUTES]} of 5-minute and {size[Resolution.HOUR]} of hourly "
        f"roll-ups for {kept.roll_up_days} days. It takes {bytes_text(need.now)} now, and "
        f"{bytes_text(free)} are free: give it a larger disk, or keep less (archive.raw, "
        "archive.roll_ups)"
    )
