"""The radio parameters people may change: `config/radio/*.yaml`, checked as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from omc.core.inventory import Technology
from omc.core.metric import Text
from omc.core.resources import config_folder
from omc.core.yaml_source import ModelT, load_yaml, validate
from omc.reports.radio.hata import hata
from omc.reports.radio.path_loss import Link, PathLoss, Tr38901

_SUBCARRIERS_A_BLOCK = 12
_TITLES = {
    "rma": "3GPP TR 38.901 RMa",
    "uma": "3GPP TR 38.901 UMa",
    "umi": "3GPP TR 38.901 UMi",
    "okumura-hata": "Okumura-Hata",
    "cost-231": "COST-231-Hata",
}


class _ParameterModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clutter(_ParameterModel):
    """What surroundings of a density take away, dB; density in people a square kilometre."""

    density: Annotated[float, Field(ge=0)]
    loss_db: Annotated[float, Field(ge=0, le=60)]


class Indoor(_ParameterModel):
    """The way into a building (TR 38.901 table 7.4.3-2).

    Attributes:
        depth_m: Way behind the outer wall.
        wall: Which of the two models of walls.
    """

    depth_m: Annotated[float, Field(ge=0, le=25)]
    wall: Literal["low", "high"]

    def loss_db(self, frequency_ghz: float) -> float:
        """Median loss through the wall and behind it."""
        concrete = 10 ** (-(5 + 4 * frequency_ghz) / 10)
        if self.wall == "low":
            through = 0.3 * 10 ** (-(2 + 0.2 * frequency_ghz) / 10) + 0.7 * concrete
        else:
            through = 0.7 * 10 ** (-(23 + 0.3 * frequency_ghz) / 10) + 0.3 * concrete
        return 5 - 10 * math.log10(through) + 0.5 * self.depth_m

    @property
    def sigma_db(self) -> float:
        """Spread of the loss."""
        return 4.4 if self.wall == "low" else 6.5


class Propagation(_ParameterModel):
    """`propagation.yaml`."""

    model: Literal["rma", "uma", "umi", "okumura-hata", "cost-231"]
    hata_area: Literal["urban", "suburban", "open"] = "suburban"
    user_height_m: float
    building_height_m: float
    street_width_m: float
    location_probability: Annotated[float, Field(gt=0.5, lt=1)]
    clutter: Annotated[tuple[Clutter, ...], Field(min_length=1)]
    clutter_smoothing_m: Annotated[float, Field(ge=0, le=20_000)]
    clutter_unknown_db: Annotated[float, Field(ge=0, le=60)]
    indoor: Indoor
    source: Text

    @model_validator(mode="after")
    def _densities_grow(self) -> Self:
        densities = [point.density for point in self.clutter]
        if densities != sorted(set(densities)):
            raise ValueError("clutter: densities have to grow from one line to the next")
        return self

    @property
    def title(self) -> str:
        """The model as people cite it."""
        return _TITLES[self.model]

    def path_loss(self) -> PathLoss:
        """The model that is asked for."""
        if self.model in ("okumura-hata", "cost-231"):
            return hata(self.model, self.hata_area)
        return Tr38901(self.model)

    def link(self, frequency_mhz: float, base_m: float) -> Link:
        """A link from an antenna at a height to a user."""
        return Link(
            frequency_mhz / 1000,
            base_m,
            self.user_height_m,
            self.building_height_m,
            self.street_width_m,
        )


class Antenna(_ParameterModel):
    """What is taken where the inventory does not say; degrees, dB, metres."""

    beamwidth: Annotated[float, Field(ge=1, le=360)]
    vertical_beamwidth: Annotated[float, Field(ge=1, le=180)]
    tilt: float
    floor_db: Annotated[float, Field(ge=0)]
    vertical_floor_db: Annotated[float, Field(ge=0)]
    height_m: Annotated[float, Field(gt=0)]


class TechnologyParameters(_ParameterModel):
    """A generation: what its reference signal is, and what a phone needs of it.

    Attributes:
        level: Name of what is received.
        threshold_dbm: Of it, needed by a phone.
        power_dbm: Of a carrier, at the antenna connector.
        gain_dbi: Of the antenna.
        loss_db: Between the two.
        pilot_share: Of the carrier's power, where the pilot is a share of it.
        resource_blocks: By bandwidth in MHz, where the level is that of one resource element.
        bandwidth_mhz: Of a carrier.
    """

    level: str
    threshold_dbm: Annotated[float, Field(ge=-150, le=-40)]
    power_dbm: float
    gain_dbi: float
    loss_db: Annotated[float, Field(ge=0)]
    pilot_share: Annotated[float, Field(gt=0, le=1)] | None = None
    resource_blocks: Mapping[float, int] = Field(default_factory=dict)
    bandwidth_mhz: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _reference_is_told(self) -> Self:
        if (self.pilot_share is None) == (not self.resource_blocks):
            raise ValueError("expected either pilot_share or resource_blocks")
        if self.resource_blocks and self.bandwidth_mhz not in self.resource_blocks:
            raise ValueError(f"resource_blocks: none for {self.bandwidth_mhz:g} MHz")
        return self

    def reference_dbm(self, power_dbm: float, bandwidth_mhz: float | None) -> float:
        """Power of the reference signal behind a carrier's power: of the pilot, or of one element.

        A bandwidth that is not in the table has the blocks of the next smaller one that is, in
        proportion.
        """
        if self.pilot_share is not None:
            return power_dbm + 10 * math.log10(self.pilot_share)
        wanted = bandwidth_mhz or self.bandwidth_mhz
        known = max(
            (b for b in self.resource_blocks if b <= wanted), default=min(self.resource_blocks)
        )
        blocks = self.resource_blocks[known] * wanted / known
        return power_dbm - 10 * math.log10(_SUBCARRIERS_A_BLOCK * blocks)


class Technologies(_ParameterModel):
    """`technologies.yaml`."""

    antenna: Antenna
    technologies: Mapping[Technology, TechnologyParameters]
    source: str


class Bands(_ParameterModel):
    """`bands.yaml`: downlink frequency in MHz by band."""

    bands: Mapping[str, Annotated[float, Field(gt=0)]]
    source: str


class Candidate(_ParameterModel):
    """`candidate.yaml`: the 5G cells that are imagined at a site without 5G."""

    band: str
    bandwidth_mhz: Annotated[float, Field(gt=0)]
    azimuths: Annotated[tuple[Annotated[float, Field(ge=0, lt=360)], ...], Field(min_length=1)]
    tilt: float
    source: str


@dataclass(frozen=True, slots=True)
class RadioParameters:
    """Everything the prediction goes by."""

    propagation: Propagation
    technologies: Technologies
    bands: Bands
    candidate: Candidate

    @classmethod
    def load(cls, folders: Iterable[Path] = ()) -> RadioParameters:
        """The shipped files; a file of the same name in a later folder takes one's place.

        Raises:
            ConfigurationError: with every problem of a file.
        """
        searched = [*reversed(list(folders)), config_folder() / "radio"]
        return cls(
            _read(searched, "propagation.yaml", Propagation),
            _read(searched, "technologies.yaml", Technologies),
            _read(searched, "bands.yaml", Bands),
            _read(searched, "candidate.yaml", Candidate),
        )


def _read(folders: Iterable[Path], name: str, model: type[ModelT]) -> ModelT:
    path = next(folder / name for folder in folders if (folder / name).is_file())
    return validate(load_yaml(path), model)
