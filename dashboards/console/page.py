"""What a page is: an entry of the navigation, and a function that builds it for a viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboards.console.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        name: Key of its texts: `nav.NAME` in the navigation.
        path: Its address; `{code}` stands for what it is about.
        letter: Typed behind `g` to go there; "" where the page needs to be told what it is about.
        icon: Its symbol: name of one in `static/symbols.svg`.
        build: Makes it: called within the page's content.
    """

    name: str
    path: str
    letter: str
    icon: str
    build: Callable[[Viewer], None]

    @property
    def is_in_navigation(self) -> bool:
        """Whether it can be gone to from everywhere."""
        return bool(self.letter)
