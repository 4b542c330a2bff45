"""What the network is made of: areas, sites, cells, nodes, spans and PONs.

All are immutable. None means that the inventory does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from omc.core.geometry import LineString, MultiPolygon
from omc.core.model import AreaCode, CellName, NodeName, SiteCode

SpanName = NewType("SpanName", str)


class Kind(StrEnum):
    """The files of an inventory, one a kind."""

    AREAS = "areas"
    SITES = "sites"
    CELLS = "cells"
    NODES = "nodes"
    SPANS = "spans"
    PONS = "pons"


class AreaLevel(StrEnum):
    """Levels of administrative units. Vietnam has had no districts since 2025-07-01."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"


class Technology(StrEnum):
    """Generations of mobile radio, oldest first."""

    G3 = "3G"
    G4 = "4G"
    G5 = "5G"


class NodeKind(StrEnum):
    """What a node is."""

    ROUTER = "router"
    SWITCH = "switch"
    OLT = "olt"
    RECTIFIER = "rectifier"
    MICROWAVE = "microwave"
    UPS = "ups"
    RADIO = "radio"
    SENSOR = "sensor"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative unit during one period; the same code may come again in another.

    Attributes:
        code: Official code.
        name: Official name.
        level: Its level.
        parent: Code of the unit it belongs to, for the whole period.
        valid_from: First day; None is since ever.
        valid_to: First day on which it is no more; None is until further notice.
        population: People.
        population_year: Year of the population figure.
        area_km2: Official size.
        geometry: Boundary.
    """

    code: AreaCode
    name: str
    level: AreaLevel
    parent: AreaCode | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    population: int | None = None
    population_year: int | None = None
    area_km2: float | None = None
    geometry: MultiPolygon | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the unit exists on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Site:
    """A place with a tower or an exchange.

    Attributes:
        code: Unique; the `site` label of every series.
        name: For people.
        latitude: Degrees, WGS 84.
        longitude: Degrees, WGS 84.
        area: Code of the area it lies in.
        technologies: What it radiates, oldest first; empty for a site without radio.
        vendor: Of the radio equipment.
        notes: For people.
    """

    code: SiteCode
    name: str
    latitude: float
    longitude: float
    area: AreaCode | None = None
    technologies: tuple[Technology, ...] = ()
    vendor: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One carrier on one sector.

    Attributes:
        name: Unique; the `cell` label.
        site: Where it stands.
        technology: Generation.
        band: 3GPP band (B1, B3, n78).
        sector: Counted from 1.
        azimuth: Degrees clockwise from north.
        beamwidth: Horizontal half-power beam width, degrees.
        tilt: Total downtilt, degrees.
        height_m: Antenna above ground.
        bandwidth_mhz: Of the carrier.
        power_dbm: Transmit power of the carrier at the antenna connector.
        channel: UARFCN, EARFCN or NR-ARFCN of the downlink.
        identity: Global cell identity as the vendor's files write it.
        on_air_from: First day on air; None is since ever.
        on_air_to: First day on which it is off the air for good; None is until further notice.
    """

    name: CellName
    site: SiteCode
    technology: Technology
    band: str
    sector: int
    azimuth: float | None = None
    beamwidth: float | None = None
    tilt: float | None = None
    height_m: float | None = None
    bandwidth_mhz: float | None = None
    power_dbm: float | None = None
    channel: int | None = None
    identity: str | None = None
    on_air_from: date | None = None
    on_air_to: date | None = None

    def is_on_air_on(self, day: date) -> bool:
        """Whether the cell is meant to work on that day."""
        begun = self.on_air_from is None or self.on_air_from <= day
        return begun and (self.on_air_to is None or day < self.on_air_to)

    def is_on_air_within(self, first: date, last: date) -> bool:
        """Whether the cell is meant to work on any of these days, both included."""
        begun = self.on_air_from is None or self.on_air_from <= last
        return begun and (self.on_air_to is None or first < self.on_air_to)


@dataclass(frozen=True, slots=True)
class Node:
    """A device. It is polled over SNMP when it has an address, which it has with credentials.

    Attributes:
        name: Unique; the `node` label of its series.
        kind: What it is.
        site: Where it stands; None for what belongs to no site.
        address: IP address or host name.
        port: UDP port of its SNMP agent.
        credentials: Name of credentials in the settings.
        profile: Name of a profile, or `auto`: find out by asking it.
        interval: Seconds between polls; None is the settings' interval.
        identifiers: Other names by which it or its payloads call it (IMEI, serial number).
        vendor: Maker.
        model: Type, for people.
        notes: For people.
    """

    name: NodeName
    kind: NodeKind
    site: SiteCode | None = None
    address: str | None = None
    port: int = 161
    credentials: str | None = None
    profile: str = "auto"
    interval: float | None = None
    identifiers: tuple[str, ...] = ()
    vendor: str | None = None
    model: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A fibre cable between two places.

    Attributes:
        name: Unique; the `span` label.
        start: Site code or node name.
        end: Site code or node name.
        length_km: Route length of the cable, slack included.
        fibres: In the cable.
        geometry: Route from start to end.
    """

    name: SpanName
    start: str
    end: str
    length_km: float
    fibres: int | None = None
    geometry: LineString | None = None


@dataclass(frozen=True, slots=True)
class Pon:
    """A passive optical network behind one port of an OLT.

    Attributes:
        node: The OLT.
        port: As the OLT names it, unique on the OLT.
        splitter: Total split: 32 for 1:32.
        span: The feeder cable.
    """

    node: NodeName
    port: str
    splitter: int | None = None
    span: SpanName | None = None
