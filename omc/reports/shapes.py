"""Areas of the inventory as shapes on a map."""

from __future__ import annotations

from datetime import date

import shapely

from omc.core.geometry import MultiPolygon
from omc.core.inventory import AreaLevel, Inventory
from omc.reports.document import Column, Feature, MapLayer


def area_shapes(inventory: Inventory, day: date, title: str) -> MapLayer | None:
    """The communes that are valid on a day, as a layer below others; None without boundaries."""
    features = [
        Feature(shape(area.geometry), (area.code, area.name))
        for periods in inventory.areas.values()
        for area in periods
        if area.level is AreaLevel.COMMUNE and area.geometry and area.is_valid_on(day)
    ]
    if not features:
        return None
    return MapLayer("areas", title, (Column("code", "Code"), Column("name", title)), features)


def shape(geometry: MultiPolygon) -> shapely.MultiPolygon:
    """A boundary of the inventory as shapely knows it."""
    return shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in geometry])
