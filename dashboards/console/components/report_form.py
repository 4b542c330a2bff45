"""What a report is to be about: the form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from nicegui.element import Element


class ReportForm(Element, component="report_form.js"):
    """Fields and a button.

    Args:
        texts: By key.
        reports: Titles of the reports, by name.
        periods: First and last day (ISO 8601) of what can be chosen at once, by name.
        areas: Names of areas, to choose from.
        technologies: To choose from.
        formats: To choose from.
        language: Chosen first.
        today: ISO 8601.
        order: Called with the fields as they were filled in, unread.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        reports: Mapping[str, str],
        periods: Mapping[str, tuple[str, str]],
        areas: Sequence[str],
        technologies: Sequence[str],
        formats: Sequence[str],
        language: str,
        today: str,
        order: Callable[[Mapping[str, object]], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._props.update(
            texts=dict(texts),
            reports=dict(reports),
            periods=dict(periods),
            areas=list(areas),
            technologies=list(technologies),
            formats=list(formats),
            language=language,
            today=today,
        )
        self.on("order", lambda event: order(event.args))

    def show(self, said: str) -> None:
        """Say what came of the last order."""
        self.run_method("show", said)
