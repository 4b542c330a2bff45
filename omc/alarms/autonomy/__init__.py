"""How long sites on battery will last, from what their discharge shows."""

from omc.alarms.autonomy.time_to_dark import Generator, SiteAutonomy, TimeToDark

__all__ = ["Generator", "SiteAutonomy", "TimeToDark"]
