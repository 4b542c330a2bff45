"""A straight line through points that come one after the other."""

from __future__ import annotations

import math


class Line:
    """Least squares over all points so far, in constant memory."""

    __slots__ = ("_first", "_n", "_sx", "_sxx", "_sxy", "_sy", "_syy", "_widths")

    def __init__(self) -> None:
        self._n = 0
        self._first = (0.0, 0.0)
        self._sx = self._sy = self._sxx = self._sxy = self._syy = self._widths = 0.0

    def add(self, x: float, y: float, width: float = 0.0) -> None:
        """Take in a point.

        Args:
            x: Where it lies.
            y: Its value there.
            width: It may lie anywhere within so much around x.
        """
        if self._n == 0:  # sums are taken from the first point on, to keep their digits
            self._first = (x, y)
        x, y = x - self._first[0], y - self._first[1]
        self._n += 1
        self._sx += x
        self._sy += y
        self._sxx += x * x
        self._sxy += x * y
        self._syy += y * y
        self._widths += width * width

    def __len__(self) -> int:
        return self._n

    @property
    def _spread(self) -> float:
        return self._sxx - self._sx * self._sx / self._n if self._n else 0.0

    @property
    def slope(self) -> float | None:
        """Of the line; None where x has not moved."""
        if self._spread <= 0:
            return None
        return (self._sxy - self._sx * self._sy / self._n) / self._spread

    @property
    def slope_error(self) -> float:
        """Standard error of the slope; infinite for fewer than three points."""
        slope = self.slope
        if slope is None or self._n < 3:
            return math.inf
        rest = self._syy - self._sy * self._sy / self._n - slope * slope * self._spread
        # Points anywhere within their widths are uniformly spread: a twelfth of the square.
        variance = max(rest / (self._n - 2), slope * slope * self._widths / self._n / 12)
        return math.sqrt(variance / self._spread)

    def at(self, x: float) -> float:
        """Y of the line at a place; only where there is a slope."""
        middle_x, middle_y = self._sx / self._n, self._sy / self._n
        return self._first[1] + middle_y + (self.slope or 0.0) * (x - self._first[0] - middle_x)
