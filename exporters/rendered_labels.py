"""What a wire format says of labels: made once, remembered while they are in use.

All that is read of one row of a device (a port, an ONT) has the same labels, so that there are far
fewer of them than series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from omc.core.model import labels_of

RenderedT = TypeVar("RenderedT", str, bytes)


class RenderedLabels(dict[str, RenderedT], Generic[RenderedT]):
    """A dict that renders labels which it does not know yet: `rendered[series.label_text]`.

    It remembers in two generations: when the younger one is full it becomes the older one, and what
    nobody used during a whole generation is forgotten. So memory is bounded by two generations,
    and series that left cost nothing for ever. The dict itself is the younger one.

    Args:
        render: Makes the text or bytes of a set of labels, whose names are sorted.
        generation: Sets of labels that one holds; more than that in regular use cost time, not
            correctness.
    """

    def __init__(
        self, render: Callable[[Mapping[str, str]], RenderedT], generation: int = 200_000
    ) -> None:
        super().__init__()
        self._render: Callable[[Mapping[str, str]], RenderedT] = render
        self._generation = generation
        self._older: dict[str, RenderedT] = {}

    @property
    def remembered(self) -> int:
        """Sets of labels held at this moment."""
        return len(self) + len(self._older)

    def __missing__(self, label_text: str) -> RenderedT:
        rendered = self._older.get(label_text)
        if rendered is None:
            rendered = self._render(labels_of(label_text))
        if len(self) >= self._generation:
            self._older = dict(self)
            self.clear()
        self[label_text] = rendered
        return rendered
