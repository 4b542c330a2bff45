"""What charts and maps share: matplotlib without its global state, and SVG as the outcome.

Text becomes outlines, so that a picture looks the same wherever it is opened.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

#: Inches: the text width of an A4 page.
WIDTH = 6.9

_STYLE: dict[Any, Any] = {  # matplotlib lists its keys one by one
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.0,
    "svg.fonttype": "path",
    "svg.hashsalt": "omc",  # the same picture has the same bytes
    "path.simplify_threshold": 0.2,
}


@contextmanager
def drawing(height: float) -> Iterator[Figure]:
    """A figure of the width of a page, drawn in the style of all pictures."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height))
        FigureCanvasSVG(figure)
        yield figure


def svg(figure: Figure) -> bytes:
    """The figure as SVG; call it inside of `drawing`."""
    output = io.BytesIO()
    figure.savefig(output, format="svg", metadata={"Date": None, "Creator": None})
    return output.getvalue()
