"""The pattern of a sector antenna (3GPP TR 38.901 Table 7.3-1, TR 36.814 Table A.2.1.1-2).

Attenuations are negative dB relative to the main lobe; angles are degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from omc.reports.radio.path_loss import Array

#: A beam as wide as this has no direction.
OMNIDIRECTIONAL_DEGREES = 360.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Main lobe and floor of an antenna.

    Attributes:
        horizontal: Half-power beam width in azimuth; 360 radiates the same in all directions.
        vertical: Half-power beam width in elevation.
        floor_db: Attenuation behind the antenna, and at most.
        vertical_floor_db: Attenuation above and below it at most.
    """

    horizontal: float
    vertical: float
    floor_db: float
    vertical_floor_db: float

    def azimuth_db(self, off_axis: Array) -> Array:
        """Attenuation beside the axis."""
        if self.horizontal >= OMNIDIRECTIONAL_DEGREES:
            return np.zeros_like(off_axis)
        turn = (off_axis + 180) % 360 - 180
        return -np.minimum(12 * (turn / self.horizontal) ** 2, self.floor_db)

    def elevation_db(self, below_horizon: Array, tilt: float) -> Array:
        """Attenuation towards an angle below the horizon, the axis being tilted down."""
        off_axis = below_horizon - tilt
        return -np.minimum(12 * (off_axis / self.vertical) ** 2, self.vertical_floor_db)

    def mean_azimuth_db(self) -> float:
        """Attenuation if the power were the same in all directions: where no azimuth is known."""
        around = self.azimuth_db(np.arange(0.0, 360.0))
        return float(10 * np.log10(np.mean(10 ** (around / 10))))
