"""What the edge of a hill takes away (ITU-R P.526-15, clause 4.1: a single knife edge)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: Below it the edge is clear of the first Fresnel zone as far as it matters.
_CLEAR = -0.78
_LIGHT_METRES_PER_SECOND = 299_792_458.0


def knife_edge_db(edges: NDArray[np.float32], frequency_mhz: float) -> NDArray[np.float32]:
    """Loss behind the worst edge of each path.

    Args:
        edges: The edge's parameter v without the wave length: h sqrt(2 (d1 + d2) / (d1 d2)), in
            square roots of metres; h is how far the edge rises above the straight line.
        frequency_mhz: Carrier.
    """
    wave = _LIGHT_METRES_PER_SECOND / (frequency_mhz * 1e6)
    v = np.maximum(edges / np.float32(math.sqrt(wave)), np.float32(_CLEAR)) - np.float32(0.1)
    loss = np.float32(6.9) + 20 * np.log10(np.sqrt(v * v + 1) + v)
    return np.asarray(np.maximum(loss, 0), dtype=np.float32)
