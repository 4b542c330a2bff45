"""What a report is to be about: the form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What can be chosen.

    Attributes:
        reports: Titles of the reports, by name.
        periods: First and last day (ISO 8601) of what can be chosen at once, by name.
        areas: Names of areas.
        technologies: Names of technologies.
        formats: Of the files.
        language: Chosen first, and that in which days are written.
    """

    reports: Mapping[str, str]
    periods: Mapping[str, tuple[str, str]]
    areas: Sequence[str]
    technologies: Sequence[str]
    formats: Sequence[str]
    language: str


class ReportForm(Element, component="report_form.js"):
    """Fields and a button.

    Args:
        texts: By key.
        choices: What can be chosen.
        order: Called with the fields as they were filled in, unread.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        choices: ReportChoices,
        order: Callable[[Mapping[str, object]], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._props.update(asdict(choices), texts=dict(texts), populations=[])
        self.on("order", lambda event: order(event.args))

    def offer_populations(self, names: Sequence[str]) -> None:
        """Files of where people live that may be chosen."""
        self._props["populations"] = list(names)
        self.update()

    def show(self, said: str) -> None:
        """Say what came of the last order."""
        self.run_method("show", said)
