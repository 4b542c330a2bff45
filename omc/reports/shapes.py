"""Areas of the inventory as shapes on a map."""

from __future__ import annotations

from datetime import date

from omc.core.inventory import AreaLevel, Inventory
from omc.reports.document import Column, Feature, MapLayer
from omc.reports.geography import boundary_of


def area_shapes(inventory: Inventory, day: date, title: str) -> MapLayer | None:
    """The communes that are valid on a day, as a layer below others; None without boundaries."""
    features = [
        Feature(boundary, (area.code, area.name))
        for periods in inventory.areas.values()
        for area in periods
        if area.level is AreaLevel.COMMUNE and area.is_valid_on(day)
        if (boundary := boundary_of(area)) is not None
    ]
    if not features:
        return None
    return MapLayer("areas", title, (Column("code", "Code"), Column("name", title)), features)
