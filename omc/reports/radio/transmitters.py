"""Cells of the inventory as what they radiate: link budgets and reach, ready to be laid on a grid.

What a budget needs and the inventory does not say is taken from the parameters and counted, so that
a report can tell how much of it was assumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from omc.core.inventory import Cell, Inventory, Site, Technology
from omc.core.metric import Text
from omc.core.model import CellName, SiteCode
from omc.reports.radio.antenna import Pattern
from omc.reports.radio.location import loss_at
from omc.reports.radio.parameters import RadioParameters
from omc.reports.radio.path_loss import Array, OutOfRange

Table = NDArray[np.float32]
_KeyT = TypeVar("_KeyT")

#: Distances are told apart by so many metres.
STEP_M = 5.0
#: Distances that quantiles are solved for; those between are straight lines over the logarithm.
_NODES = 240
_NOWHERE_DBM = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Reach:
    """Levels along the main lobe by distance, one entry a step of `STEP_M`.

    A level is that which the wanted share of locations exceeds, of the reference signal in dBm,
    without clutter and without the attenuation of the antenna's pattern.

    Attributes:
        outdoors: In the street.
        indoors: The same, less what is lost into buildings.
        elevation_db: Attenuation of the pattern towards the ground at each distance.
        metres: Beyond it the threshold is nowhere reached.
        frequency_mhz: Carrier.
    """

    outdoors: Table
    indoors: Table
    elevation_db: Table
    metres: float
    frequency_mhz: float


@dataclass(frozen=True, slots=True)
class Sector:
    """One cell as it radiates.

    Attributes:
        cell: From the inventory.
        azimuth_db: Attenuation of the pattern by degree, clockwise from true north.
    """

    cell: Cell
    azimuth_db: Table


@dataclass(frozen=True, slots=True)
class Layer:
    """Cells of a site that differ only in where they look.

    Attributes:
        technology: Of all.
        reach: Of all.
        floor_db: The pattern attenuates no more than so much, dB below the main lobe.
        sectors: Them.
    """

    technology: Technology
    reach: Reach
    floor_db: float
    sectors: tuple[Sector, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """All that one site radiates.

    Attributes:
        site: From the inventory.
        height_m: Of its highest antenna above ground.
        layers: In no order that matters.
    """

    site: Site
    height_m: float
    layers: tuple[Layer, ...]

    @property
    def metres(self) -> float:
        """Beyond it none of its cells reaches anybody."""
        return max(layer.reach.metres for layer in self.layers)


@dataclass(slots=True)
class Assumptions:
    """What was not known of cells, and what could not be predicted at all.

    Attributes:
        missing: Field of the inventory -> cells for which a usual value was taken.
        refused: Reason -> cells that are left out of all figures of cover.
    """

    missing: dict[str, list[CellName]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[Text, list[CellName]] = field(default_factory=lambda: defaultdict(list))

    def among(self, cells: Collection[CellName]) -> Assumptions:
        """What of it is about these cells."""
        return Assumptions(_among(self.missing, cells), _among(self.refused, cells))


def _among(
    found: Mapping[_KeyT, Sequence[CellName]], cells: Collection[CellName]
) -> dict[_KeyT, list[CellName]]:
    kept = {text: [name for name in names if name in cells] for text, names in found.items()}
    return {text: names for text, names in kept.items() if names}


def _no_frequency(band: str) -> Text:
    return Text(
        en=f"band {band} has no frequency in bands.yaml",
        vi=f"băng {band} chưa có tần số trong bands.yaml",
    )


@dataclass(frozen=True, slots=True)
class _Budget:
    """What a reach depends on: cells with the same one share it."""

    technology: Technology
    frequency_mhz: float
    height_m: float
    tilt: float
    reference_dbm: float


class Transmitters:
    """Makes stations of cells.

    Args:
        parameters: Models and usual values.
        corrections_db: What drive tests add to the levels of a technology.
    """

    def __init__(
        self,
        parameters: RadioParameters,
        corrections_db: Mapping[Technology, float] | None = None,
    ) -> None:
        self._parameters = parameters
        self._corrections = corrections_db or {}
        self._model = parameters.propagation.path_loss()
        #: The last one lies behind the end of the model, so that what is farther away is nowhere.
        self._steps = np.arange(0.0, self._model.farthest_m + 2 * STEP_M, STEP_M)
        self._losses = lru_cache(maxsize=None)(self._compute_losses)
        self._reach = lru_cache(maxsize=None)(self._compute_reach)
        self._azimuths = lru_cache(maxsize=None)(self._compute_azimuths)
        self.assumptions = Assumptions()

    def stations(
        self, inventory: Inventory, technologies: Iterable[Technology], cells: Iterable[Cell]
    ) -> list[Station]:
        """Stations of some cells; cells that cannot be predicted are told in `assumptions`."""
        wanted = set(technologies)
        by_site: dict[SiteCode, list[Cell]] = defaultdict(list)
        for cell in cells:
            if cell.technology in wanted:
                by_site[cell.site].append(cell)
        stations = []
        for code, own in by_site.items():
            layers = self._layers(own)
            if layers:
                height = max(self._height(cell) for cell in own)
                stations.append(Station(inventory.sites[code], height, layers))
        return stations

    def _layers(self, cells: Sequence[Cell]) -> tuple[Layer, ...]:
        floor = self._parameters.technologies.antenna.floor_db
        found: dict[int, tuple[Technology, Reach, list[Sector]]] = {}
        for cell in cells:
            reach = self._reach_of(cell)
            if reach is None or reach.metres <= 0:
                continue
            key = id(reach)
            found.setdefault(key, (cell.technology, reach, []))[2].append(self._sector(cell))
        return tuple(
            Layer(technology, reach, floor, tuple(sectors))
            for technology, reach, sectors in found.values()
        )

    def _reach_of(self, cell: Cell) -> Reach | None:
        """None where the cell cannot be predicted."""
        frequency = self._parameters.bands.bands.get(cell.band)
        if frequency is None:
            self.assumptions.refused[_no_frequency(cell.band)].append(cell.name)
            return None
        of_technology = self._parameters.technologies.technologies[cell.technology]
        power = self._given(cell, "power_dbm", cell.power_dbm, of_technology.power_dbm)
        reference = of_technology.reference_dbm(power, cell.bandwidth_mhz)
        reference += of_technology.gain_dbi - of_technology.loss_db
        reference += self._corrections.get(cell.technology, 0.0)
        usual = self._parameters.technologies.antenna
        height = self._given(cell, "height_m", cell.height_m, usual.height_m)
        tilt = self._given(cell, "tilt", cell.tilt, usual.tilt)
        try:
            return self._reach(_Budget(cell.technology, frequency, height, tilt, reference))
        except OutOfRange as error:
            self.assumptions.refused[error.text].append(cell.name)
            return None

    def _height(self, cell: Cell) -> float:
        usual = self._parameters.technologies.antenna.height_m
        return cell.height_m if cell.height_m is not None else usual

    def _given(self, cell: Cell, name: str, value: float | None, usual: float) -> float:
        if value is None:
            self.assumptions.missing[name].append(cell.name)
            return usual
        return value

    def _sector(self, cell: Cell) -> Sector:
        usual = self._parameters.technologies.antenna
        beamwidth = cell.beamwidth if cell.beamwidth is not None else usual.beamwidth
        if cell.azimuth is None and beamwidth < 360:
            self.assumptions.missing["azimuth"].append(cell.name)
        return Sector(cell, self._azimuths(cell.azimuth, beamwidth))

    def _pattern(self, beamwidth: float) -> Pattern:
        usual = self._parameters.technologies.antenna
        return Pattern(beamwidth, usual.vertical_beamwidth, usual.floor_db, usual.vertical_floor_db)

    def _compute_azimuths(self, azimuth: float | None, beamwidth: float) -> Table:
        pattern = self._pattern(beamwidth)
        if azimuth is None:
            return np.full(360, pattern.mean_azimuth_db(), dtype=np.float32)
        return pattern.azimuth_db(np.arange(360.0) - azimuth).astype(np.float32)

    def _compute_losses(self, frequency_mhz: float, height_m: float) -> tuple[Array, Array]:
        """What the wanted share of locations loses at most at each step, outdoors and indoors."""
        propagation = self._parameters.propagation
        link = propagation.link(frequency_mhz, height_m)
        self._model.check(link)
        nearest, farthest = self._model.nearest_m, self._model.farthest_m
        nodes = np.geomspace(nearest, farthest, _NODES)
        modes = self._model.modes(np.clip(nodes, nearest, farthest), link)
        indoor = propagation.indoor
        into = indoor.loss_db(link.frequency_ghz)
        probability = propagation.location_probability
        places = np.log(np.maximum(self._steps, nearest))
        outdoors, indoors = (
            np.interp(places, np.log(nodes), loss_at(modes, probability, sigma))
            for sigma in (0.0, indoor.sigma_db)
        )
        return outdoors, into + indoors

    def _compute_reach(self, budget: _Budget) -> Reach:
        lost_outdoors, lost_indoors = self._losses(budget.frequency_mhz, budget.height_m)
        outdoors = budget.reference_dbm - lost_outdoors
        above = budget.height_m - self._parameters.propagation.user_height_m
        down = np.degrees(np.arctan2(above, np.maximum(self._steps, 1.0)))
        usual = self._parameters.technologies.antenna
        elevation = self._pattern(usual.beamwidth).elevation_db(down, budget.tilt)
        threshold = self._parameters.technologies.technologies[budget.technology].threshold_dbm
        reached = np.nonzero(outdoors + elevation >= threshold)[0]
        last = (int(reached[-1]) + 1) * STEP_M if len(reached) else 0.0
        metres = min(last, self._model.farthest_m)
        within = self._steps < metres
        return Reach(
            np.where(within, outdoors, _NOWHERE_DBM).astype(np.float32),
            np.where(within, budget.reference_dbm - lost_indoors, _NOWHERE_DBM).astype(np.float32),
            elevation.astype(np.float32),
            metres,
            budget.frequency_mhz,
        )
