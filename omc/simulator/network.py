"""The parts of the synthetic network, as the simulator knows them.

The inventory tells a reader what exists; these also carry what makes the parts behave: how much
they draw, how much traffic they see, how much light arrives. References are list indexes.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import StrEnum

from omc.simulator.geometry import Point
from omc.simulator.site_power import PowerPlant


class SiteRole(StrEnum):
    """What a site is to the transport network."""

    CORE = "core"
    HUB = "hub"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Site:
    """A BTS location.

    Attributes:
        index: Position in the province's list.
        code: Such as `VYE001`; no spaces, safe in MQTT topics.
        name: With diacritics.
        commune: Index of its commune.
        position: Longitude and latitude.
        role: Its place in the transport network.
        plant: Its power.
    """

    index: int
    code: str
    name: str
    commune: int
    position: Point
    role: SiteRole
    plant: PowerPlant


class Technology(StrEnum):
    """Radio technology of a cell."""

    UTRAN = "3g"
    LTE = "4g"
    NR = "5g"


@dataclass(frozen=True, slots=True)
class Cell:
    """One carrier on one sector.

    Attributes:
        name: Such as `VYE001-L18-2`.
        site: Index of its site.
        technology: 3G, 4G or 5G.
        band: 3GPP band: `B1` for UTRA and E-UTRA, `n41` for NR.
        sector: 1, 2 or 3.
        azimuth: Degrees from north, clockwise.
        busy_users: Connected users in the busy hour.
        busy_megabits: Downlink Mbit/s in the busy hour.
    """

    name: str
    site: int
    technology: Technology
    band: str
    sector: int
    azimuth: int
    busy_users: float
    busy_megabits: float


class NodeKind(StrEnum):
    """What a polled device is."""

    ROUTER = "router"
    OLT = "olt"
    RECTIFIER = "rectifier"
    GATEWAY = "gateway"
    UPS = "ups"
    FIBRE_MONITOR = "fibre_monitor"


@dataclass(frozen=True, slots=True)
class Node:
    """A device that answers SNMP.

    Attributes:
        index: Position in the province's list.
        name: Such as `VYE001-OLT1`.
        kind: Decides which MIB it serves.
        site: Index of its site.
        secure: Answers SNMP v3 only, else v2c only.
    """

    index: int
    name: str
    kind: NodeKind
    site: int
    secure: bool


class SpanKind(StrEnum):
    """What a cable is for."""

    BACKBONE = "backbone"
    RING = "ring"
    SPUR = "spur"
    FEEDER = "feeder"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True)
class Span:
    """A fibre cable.

    Attributes:
        index: Position in the province's list.
        code: Such as `RG-VYE001-VYE004`.
        kind: Transport (backbone, ring, spur) or access (feeder, distribution).
        a: Index of the site it starts at.
        b: Index of the site it ends at; None where it ends at a splitter or at homes.
        end: Name of the splitter where `b` is None, else "".
        pon: Index of the PON it serves; None for transport.
        metres: Route length: the line, slack loops and risers; for distribution also all drops.
        line: Its geometry.
    """

    index: int
    code: str
    kind: SpanKind
    a: int
    b: int | None
    end: str
    pon: int | None
    metres: float
    line: tuple[Point, ...]


@dataclass(slots=True)
class Onts:
    """The ONTs of one PON in columns, ordered by ONT number; powers in hundredths of dBm.

    Attributes:
        number: ONT id on its port, ascending from 0.
        metres: Fibre from the OLT.
        ont_rx: Downstream power at the ONT.
        olt_rx: Upstream power at the OLT.
        ont_tx: Launch power of the ONT.
        backed_up: 1 where the subscriber's ONT survives a mains failure.
        off_since_days: 0 for a normal ONT, else days since the subscriber switched it off.
    """

    number: array[int] = field(default_factory=lambda: array("H"))
    metres: array[int] = field(default_factory=lambda: array("H"))
    ont_rx: array[int] = field(default_factory=lambda: array("h"))
    olt_rx: array[int] = field(default_factory=lambda: array("h"))
    ont_tx: array[int] = field(default_factory=lambda: array("h"))
    backed_up: array[int] = field(default_factory=lambda: array("B"))
    off_since_days: array[int] = field(default_factory=lambda: array("B"))

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True)
class Pon:
    """One PON: a port of an OLT, its splitter and what hangs on it.

    Attributes:
        index: Position in the province's list.
        name: Such as `VYE001-OLT1/0/1/5`.
        node: Index of the OLT.
        slot: Board slot.
        port: Port on the board.
        commune: Index of the commune of the splitter, whose mains feeds the homes.
        splitter: Where the first splitter is.
        feeder: Index of the span from the OLT to the splitter.
        distribution: Index of the span from the splitter to the homes.
        onts: What is connected.
    """

    index: int
    name: str
    node: int
    slot: int
    port: int
    commune: int
    splitter: Point
    feeder: int
    distribution: int
    onts: Onts

    @property
    def port_name(self) -> str:
        """As the OLT names the port: frame/slot/port."""
        return f"0/{self.slot}/{self.port}"
