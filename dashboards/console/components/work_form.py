"""The form in which planned work is announced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from nicegui.element import Element


class WorkForm(Element, component="work_form.js"):
    """When, where and why; places are picked from the search.

    Args:
        texts: By key.
        language: In which days are written.
        proposed: Begin and end that it shows first: local time, ISO 8601 without a zone.
        announce: Called with what was filled in.
        may: Whether this viewer may announce; if not, the form says so.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        language: str,
        proposed: tuple[str, str],
        announce: Callable[[Mapping[str, object]], Awaitable[None]],
        *,
        may: bool,
    ) -> None:
        super().__init__()
        self._props["texts"] = dict(texts)
        self._props["language"] = language
        self._props["proposed"] = list(proposed)
        self._props["may"] = may
        self.on("announce", lambda event: announce(event.args))

    def show(self, said: str, *, done: bool = False) -> None:
        """Say what came of it; when it is done, forget what was filled in."""
        self.run_method("show", said, done)
