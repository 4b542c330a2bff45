"""What keeps a report from being made, in both languages: who ordered it may not read English."""

from __future__ import annotations

from omc.core.errors import OmcError
from omc.core.metric import Text


class CannotReport(OmcError):
    """A report cannot be made as it was asked for.

    Attributes:
        said: Why, and how to mend it.
    """

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said
