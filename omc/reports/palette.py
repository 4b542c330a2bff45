"""Colours and shapes that survive a black-and-white printer and colour-blind eyes.

Ordered classes take ColorBrewer's YlGnBu, whose lightness falls steadily; categories take the
palette of Okabe and Ito (2008), and points a shape of their own besides.
"""

from __future__ import annotations

import numpy as np

#: Okabe and Ito's colours, those that differ most first.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
#: Matplotlib's markers, one a category.
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

#: What has no value, what lies around areas, and what is drawn without colours.
NO_DATA = "#D0D0D0"
OUTLINE = "#606060"
PLAIN = "#404040"

#: ColorBrewer's YlGnBu of eight classes, light to dark.
_ORDERED = np.array(
    [
        (255, 255, 217),
        (237, 248, 177),
        (199, 233, 180),
        (127, 205, 187),
        (65, 182, 196),
        (29, 145, 192),
        (34, 94, 168),
        (12, 44, 132),
    ]
)


def ordered_colours(count: int, *, reverse: bool = False) -> list[str]:
    """As many colours, `#rrggbb`, from light to dark; from dark to light if reversed."""
    places = np.linspace(0.5, len(_ORDERED) - 1, count)
    steps = np.arange(len(_ORDERED))
    mixed = np.stack([np.interp(places, steps, channel) for channel in _ORDERED.T], axis=1)
    colours = ["#{:02X}{:02X}{:02X}".format(*row) for row in mixed.round().astype(int)]
    return colours[::-1] if reverse else colours
