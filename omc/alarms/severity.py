"""How bad an alarm is: perceived severity."""

from __future__ import annotations

from enum import IntEnum

from omc.core.metric import Text


class Severity(IntEnum):
    """Perceived severity in the order of urgency, so that `max` is the worst.

    The numbers are ours: the codes of ITU-ALARM-TC-MIB (RFC 3877) run the other way.
    Source: ITU-T X.733 clause 8.1.2.3.
    """

    CLEARED = 0
    INDETERMINATE = 1
    WARNING = 2
    MINOR = 3
    MAJOR = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """Lower-case name, as rules, commands and the API write it."""
        return self.name.lower()

    @property
    def text(self) -> Text:
        """What people read."""
        return _TEXTS[self]

    @classmethod
    def of_word(cls, word: str) -> Severity:
        """The severity of that name.

        Raises:
            ValueError: no such severity; the text lists them.
        """
        try:
            return cls[word.upper()]
        except KeyError:
            allowed = ", ".join(severity.word for severity in cls)
            raise ValueError(f"found {word!r}; allowed: {allowed}") from None


_TEXTS = {
    Severity.CLEARED: Text(en="Cleared", vi="Đã hết"),
    Severity.INDETERMINATE: Text(en="Indeterminate", vi="Chưa xác định"),
    Severity.WARNING: Text(en="Warning", vi="Cảnh báo"),
    Severity.MINOR: Text(en="Minor", vi="Nhẹ"),
    Severity.MAJOR: Text(en="Major", vi="Nặng"),
    Severity.CRITICAL: Text(en="Critical", vi="Nghiêm trọng"),
}
